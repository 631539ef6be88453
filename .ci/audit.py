"""Look for known weaknesses of the packages that are installed here, with pip-audit.

It asks the database of the Python Package Index, so it needs the network: without an answer the
status is 2, with a weakness 1.
"""

from __future__ import annotations

import json
import subprocess
import sys

OWN = "provender"
COMMAND = [sys.executable, "-m", "pip_audit", "--local", "--skip-editable", "--format", "json"]
COMMAND += ["--progress-spinner", "off"]


def main() -> int:
    """Return the status of the command."""
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"The index of packages does not answer, so nothing was looked at: {reason}")
        return 2
    looked_at = [item for item in found if "vulns" in item]
    weak = [item for item in looked_at if item["vulns"]]
    for item in weak:
        for weakness in item["vulns"]:
            fixed = ", ".join(weakness["fix_versions"]) or "no version"
            print(f"{item['name']} {item['version']}: {weakness['id']}, fixed in {fixed}")
    unknown = len([item for item in found if item["name"] != OWN]) - len(looked_at)
    print(f"{len(looked_at)} packages looked at, {len(weak)} with known weaknesses.")
    print(f"{unknown} packages are unknown to the index.")
    if not looked_at:
        print("So nothing was looked at: https://pypi.org itself was not reached.")
        return 2
    return 1 if weak else 0


if __name__ == "__main__":
    sys.exit(main())
