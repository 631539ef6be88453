"""Write the tables of routes into `reference/routes.md`: run it after a route was changed."""

from pathlib import Path

from provender.web.dialects.reference import filled

PAGE = Path(__file__).parent / "reference" / "routes.md"

if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text()))
