"""Run the notebooks against the demo store and write what they show: after a change of the client.

`python docs/notebooks.py` writes them in their place, with `--to FOLDER` copies of them there.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent / "notebooks"
# Where the notebooks look for a server: that of `make serve`.
USUAL = "http://127.0.0.1:5000"
SECONDS = 120
METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}


@contextmanager
def served() -> Iterator[str]:
    """Yield the root of a server of the demo store."""
    command = [sys.executable, "-u", "-m", "provender", "restapi", "demo", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout or ():
                if found := re.search(r"(http://[\d.]+:\d+)/ ", line):
                    yield found[1]
                    break
        finally:
            process.terminate()


def executed(path: Path, root: str) -> Any:  # noqa: ANN401 - a notebook, which has no type
    """Return a notebook as it is after a run, with the server of the reader in its texts."""
    notebook = nbformat.reads(path.read_text().replace(USUAL, root), nbformat.NO_CONVERT)
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", record_timing=False).execute()
    notebook.metadata = METADATA
    return nbformat.reads(nbformat.writes(notebook).replace(root, USUAL), nbformat.NO_CONVERT)


def main() -> None:
    """Run all notebooks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=FOLDER, help="where they are written")
    to = parser.parse_args().to
    with served() as root:
        for path in sorted(FOLDER.glob("*.ipynb")):
            nbformat.write(executed(path, root), to / path.name)
            print(path.stem)  # noqa: T201 - progress


if __name__ == "__main__":
    main()
