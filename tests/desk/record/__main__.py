"""Record what AiiDA itself says of the processes and arrays of archives and SQLite profiles.

It runs in an environment with AiiDA and nothing of Provender's:

    PEER/bin/python tests/desk/record FOLDER STORE ...

For each store, `FOLDER/STORE.json` has one line for each process, dump and node with arrays that no
store before it has. No test imports this; `tests/desk/test_recorded.py` reads the answers.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

import arrays
import dumps
import processes

CONFIGURATION = "AIIDA_PATH"


def main(folder, *stores):
    """Write the answers of each store."""
    os.environ["TZ"] = "UTC"
    with tempfile.TemporaryDirectory() as configuration:
        os.environ[CONFIGURATION] = configuration
        seen = set()
        for store in stores:
            path = Path(folder) / f"{Path(store).stem}.json"
            path.write_text(written(answers(store, seen)), encoding="utf-8")


def answers(store, seen):
    """Return all that AiiDA says of one store; nodes that were `seen` in another are left out."""
    from aiida import __version__, load_profile  # noqa: TID251 - this runs in AiiDA's environment

    load_profile(profile_of(Path(store)), allow_switch=True)
    found = {
        "aiida": __version__,
        "selections": processes.selections(),
        "processes": processes.all_of_them(seen),
        "dumps": dumps.a_few(seen),
        "arrays": arrays.all_of_them(seen),
    }
    seen.update(found["processes"], found["arrays"])
    return found


def profile_of(path):
    """Return AiiDA's profile of an archive, or of the folder of a SQLite profile."""
    from aiida.manage.configuration import Profile  # noqa: TID251 - the same

    kind = "sqlite_dos" if path.is_dir() else "sqlite_zip"
    storage = {"backend": f"core.{kind}", "config": {"filepath": str(path.resolve())}}
    return Profile(
        path.stem,
        {
            "default_user_email": "ada@localhost",
            "storage": storage,
            "process_control": {"backend": None, "config": {}},
        },
    )


def written(content):
    """Return JSON with a line for each item, so that a change shows where it is."""
    parts = []
    for name, value in content.items():
        if isinstance(value, dict):
            lines = (f"{json.dumps(key)}:{compact(item)}" for key, item in value.items())
            parts.append(f"{json.dumps(name)}:{{\n" + ",\n".join(lines) + "\n}")
        else:
            parts.append(f"{json.dumps(name)}:{compact(value)}")
    return "{" + ",\n".join(parts) + "}\n"


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
