"""What AiiDA makes of selections, and imports of ours, as JSON. Runs in AiiDA's environment only.

STORE TASKS FOLDER: the archive STORE is imported into a new profile in the folder. TASKS is JSON:
`[{"nodes": [uuid], "groups": [uuid], "options": [option], "ours": path}]`. For each task the
command `verdi archive create` runs with the options, and ours is imported into an empty profile.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
import zipfile
from contextlib import closing
from pathlib import Path

import importing


class Heard(logging.Handler):
    """Warnings that AiiDA logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning."""
        self.lines.append(record.getMessage())


def uuids_in(archive: Path, folder: Path) -> list[str]:
    """Return the uuids of the nodes of an archive."""
    import sqlite3

    database = folder / "looked-at.sqlite3"
    with zipfile.ZipFile(archive) as file:
        database.write_bytes(file.read("db.sqlite3"))
    with closing(sqlite3.connect(database)) as looking:
        return sorted(uuid for (uuid,) in looking.execute("SELECT uuid FROM db_dbnode"))


def created(task: dict, folder: Path) -> dict[str, object]:
    """Run `verdi archive create` as a task says."""
    from aiida.cmdline.commands.cmd_verdi import verdi  # noqa: TID251 - this runs in AiiDA's environment
    from click.testing import CliRunner

    archive = folder / "theirs.aiida"
    archive.unlink(missing_ok=True)
    what = ["-G", *task["groups"]] if task["groups"] else ["-N", *task["nodes"]]
    line = ["archive", "create", *task["options"], *what, "--", str(archive)]
    result = CliRunner().invoke(verdi, line, obj=None)
    if result.exit_code:
        return {"problem": result.output[-500:] or repr(result.exception)}
    return {"uuids": uuids_in(archive, folder)}


def known(archive: str) -> dict[str, object]:
    """Import an archive into an empty profile, and return all that AiiDA then knows."""
    from aiida import manage  # noqa: TID251 - the same
    from aiida.storage.sqlite_temp import SqliteTempBackend  # noqa: TID251 - the same
    from aiida.tools.archive import import_archive  # noqa: TID251 - the same

    manager = manage.get_manager()
    manager.load_profile(SqliteTempBackend.create_profile("empty"), allow_switch=True)
    heard = Heard()
    logging.getLogger("aiida").addHandler(heard)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            import_archive(archive, create_group=False)
        found = importing.imported()
    finally:
        logging.getLogger("aiida").removeHandler(heard)
    return found | {"warnings": [*heard.lines, *(str(one.message) for one in caught)]}


def main(store: str, tasks: str, place: str) -> None:
    """Print what AiiDA knows of the store, and the answers to all tasks."""
    folder = Path(place)
    importing.profile(folder)
    from aiida import load_profile  # noqa: TID251 - the same
    from aiida.tools.archive import import_archive  # noqa: TID251 - the same

    import_archive(store, create_group=False)
    answers = {"store": importing.imported(), "tasks": []}
    asked = json.loads(Path(tasks).read_text(encoding="utf-8"))
    theirs = [created(task, folder) for task in asked]
    for task, answer in zip(asked, theirs, strict=True):
        answers["tasks"].append({"created": answer, "imported": known(task["ours"])})
    load_profile("peer", allow_switch=True)
    Path(folder, "answers.json").write_text(json.dumps(answers, default=str), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
