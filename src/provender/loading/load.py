"""`store load`: an archive into an empty database and a new container. Floor: loading.

Rows and files are loaded together or not at all. The database is filled in one transaction; the
container is written beside its place and renamed just before the transaction ends.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import connection

from provender.errors import ConfigurationError
from provender.loading import container, ddl, verification
from provender.loading.container import Written
from provender.loading.copying import copy_table
from provender.loading.interruptions import unstoppable
from provender.loading.sources import Source, opened
from provender.loading.target import check_empty, connect, errors_of, patiently, take_lock
from provender.schema.tables import REQUIRED
from provender.settings import Settings
from provender.store.profiles import Profile
from provender.store.progress import Progress

# Settings that a role or database may have changed. The default memory of 64 MB is slower.
SESSION = (
    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; "
    "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL timezone = 'UTC'; "
    "SET LOCAL client_min_messages = error; SET LOCAL maintenance_work_mem = '256MB'"
)


@dataclass(frozen=True, slots=True)
class Portions:
    """The size of a pack, and how much is compared: rows of each table, and files."""

    pack_bytes: int = container.PACK_BYTES
    rows: int = verification.ROWS
    files: int = verification.FILES


USUAL = Portions()


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result of a load.

    `counts` are the rows by table; `rows` and `files` are the numbers of rows and files that were
    compared one by one.
    """

    revision: str
    counts: dict[str, int]
    container: Written
    rows: int
    files: int
    seconds: float

    @property
    def is_older(self) -> bool:
        """Whether AiiDA wants to migrate it first."""
        return self.revision != ddl.REVISION


def load(
    archive: str,
    target: Profile,
    folder: Path,
    settings: Settings,
    progress: Progress,
    portions: Portions = USUAL,
) -> Loaded:
    """Copy an archive into an empty database and its files into a new folder.

    Raises:
        ConfigurationError: the database or the folder is not empty, or may not be written.
        StoreError: the archive cannot be read, or breaks a constraint of AiiDA databases.
    """
    begun, folder = time.monotonic(), folder.resolve()
    container.check_free(folder)
    with errors_of(target):
        with closing(connect(target)) as trying, trying.cursor() as used:
            check_empty(used, target)  # at once, not after all files
        with opened(archive, settings, progress) as source, container.staged(folder) as making:
            source.check_version()
            written = container.write(source, making, progress, portions.pack_bytes)
            files = verification.check_files(making, written.files, portions.files)
            with closing(connect(target)) as writing:
                _fill(writing, target, source, written, progress)
                with writing.cursor() as used:
                    verification.check_counts(used, source)
                    rows = verification.check_rows(used, source, portions.rows)
                with unstoppable():
                    _keep(writing, making, folder)
            seconds = time.monotonic() - begun
            return Loaded(source.revision, source.counts, written, rows, files, seconds)


def _fill(
    writing: connection, target: Profile, source: Source, written: Written, progress: Progress
) -> None:
    """Make tables, rows, keys and indexes in one transaction, which is left open."""
    with writing.cursor() as used:
        used.execute(SESSION)
        take_lock(used, target)
        check_empty(used, target)
        patiently(writing, lambda: used.execute(";".join(ddl.tables())), lambda: None)
        for table in REQUIRED:
            copy_table(source, table, writing, progress)
        used.execute("INSERT INTO alembic_version VALUES (%s)", (source.revision,))
        used.execute(
            "INSERT INTO db_dbsetting (key, val, description, time) "
            "VALUES ('repository|uuid', to_jsonb(%s::text), 'Repository UUID', now())",
            (written.container_id,),
        )
    _finish(writing, source, progress)


def _finish(writing: connection, source: Source, progress: Progress) -> None:
    """Make keys, indexes and constraints, and gather the planner's statistics."""
    steps = [*ddl.finishes(), *(ddl.Finish(name, f"ANALYZE {name}") for name in ddl.COLUMNS)]
    weights = [1 + source.counts.get(step.table, 0) for step in steps]
    done, total = 0, sum(weights)
    with writing.cursor() as used:
        for step, weight in zip(steps, weights, strict=True):
            patiently(
                writing,
                lambda step=step: used.execute(step.statement),  # type: ignore[misc]
                lambda done=done: progress("rows indexed", done, total),  # type: ignore[misc]
            )
            done += weight
    progress("rows indexed", total, total)


def _keep(writing: connection, making: Path, folder: Path) -> None:
    """Rename the container and commit; if the commit fails, undo the renaming."""
    try:
        making.rename(folder)
    except OSError as error:
        raise ConfigurationError(
            f"{folder} can no longer be made.", reason=error.strerror
        ) from error
    try:
        writing.commit()
    except BaseException:
        folder.rename(making)
        raise
