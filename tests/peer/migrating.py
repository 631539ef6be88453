"""AiiDA migrates archives: run by the Python of AiiDA's environment, `migrating.py FROM TO`.

Each archive of one folder is migrated into the other. What AiiDA refuses is written to
`refused.json` there: its reason, by the name of the archive.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from aiida.storage.sqlite_zip.migrator import migrate  # noqa: TID251 - in AiiDA's environment

TARGET = "main_0001"


def main(source: Path, target: Path) -> None:
    """Migrate all archives of a folder."""
    logging.disable(logging.CRITICAL)
    refused = {}
    for path in sorted(source.glob("*.aiida")):
        try:
            migrate(path, target / path.name, TARGET)
        except Exception as error:
            refused[path.name] = f"{type(error).__name__}: {error}"
    (target / "refused.json").write_text(json.dumps(refused))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
