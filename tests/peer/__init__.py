"""AiiDA's own REST tests, run against Provender through real HTTP. CONTRIBUTING.md shows how."""
