"""The attacks behind `make attacks`: each against a real server, beside one normal user."""
