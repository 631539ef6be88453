"""`python -m support.desk FOLDER [TIME]`, in the folder of the tests: make the archive of the desk.

The folder is made if there is none. TIME is that of what is recent, in ISO form with a zone; the
default is now.
"""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from pathlib import Path

from support.desk import contents, stores

LAB = Path(__file__).resolve().parents[2] / "data" / "lab.aiida"


def main(folder, time=None):
    """Write `desk.aiida` into a folder and print its path."""
    now = datetime.fromisoformat(time) if time else datetime.now(timezone.utc)
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    print(stores.archive(path, LAB, contents.make(now)))  # noqa: T201 - a command


if __name__ == "__main__":
    main(*sys.argv[1:])
