"""Prints the lowest versions of all dependencies of the installed Provender, as constraints of pip."""

import re
from importlib.metadata import requires

for requirement in requires("provender") or ():
    found = re.match(r"([\w.-]+)(?:\[.*?\])?>=([\w.]+)", requirement)
    if found:
        print(f"{found[1]}=={found[2]}")
    elif not requirement.startswith("provender["):
        raise SystemExit(f"This dependency has no lowest version: {requirement}")
