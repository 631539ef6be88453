"""Tables of any size from Python: a file that is whole, or not there. Floor: python.

Example:
    `exported(*prepared(nodes, Wanted("uuid,ctime"), limits, "csv"), store, "nodes.csv")`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Protocol

from provender.errors import BadValue, ConflictingParameters
from provender.exports.tables.formats import FORMATS, Format, Options
from provender.loading.archives.newfile import placed
from provender.nearest import nearest
from provender.query.querystring.selections.export import BOTH, members, read_names
from provender.query.selection.want import read_written
from provender.settings import Limits
from provender.store.stores import Store
from provender.translators.selections.export import TableOf
from provender.translators.selections.selection import Selection
from provender.translators.selections.sending import Sending
from provender.translators.selections.table import of_fields, of_template, typed

# Other endings of files than the names of the formats.
ENDINGS = {"jsonl": "ndjson", "pq": "parquet", "arrows": "arrow"}
# Told after each block: the number of rows and bytes so far.
Progress = Callable[[int, int], None]


class Writable(Protocol):
    """A file that takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Take bytes, and return their number."""
        ...


Target = str | PathLike[str] | Writable


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a table shows of nodes, as the keys of `/nodes/export`; `want` is JSON."""

    fields: str | Sequence[str] = ()
    want: str = ""
    types: Mapping[str, str] = field(default_factory=dict)
    format: str | None = None
    limit: int | None = None
    csv_safe: bool = False
    trailer: bool = False


def prepared(
    selection: Selection, wanted: Wanted, limits: Limits, ending: str
) -> tuple[TableOf, Options]:
    """Return a table and how it is written here, checked; `ending` is that of a file.

    Raises:
        BadRequest: what is wanted has no meaning.
        UnknownFormat: a library is missing.
    """
    table, options = read(selection, wanted, limits, ending)
    options.check()
    return table, options


def read(
    selection: Selection, wanted: Wanted, limits: Limits, ending: str
) -> tuple[TableOf, Options]:
    """Return a table and how it is written, wherever that is; errors as `prepared`."""
    options = Options(_format(wanted.format, ending), wanted.csv_safe, wanted.trailer)
    if wanted.want and wanted.fields:
        raise ConflictingParameters(BOTH)
    if wanted.limit is not None and wanted.limit < 0:
        raise BadValue("`limit` takes a number of rows, 0 or more.")
    if wanted.want:
        template = read_written(wanted.want, limits, selection.expose)
        table = of_template(selection.view, template)
    else:
        given = wanted.fields
        texts = [*members(given)] if isinstance(given, str) else given
        table = of_fields(selection.view, read_names(texts), limits)
    return TableOf(selection, typed(table, wanted.types), limits, wanted.limit), options


def _format(name: str | None, ending: str) -> Format:
    """Return the format of a name, or that of the ending of a file."""
    given = name or ENDINGS.get(ending, ending)
    if given in FORMATS:
        return FORMATS[given]
    close = nearest(given, FORMATS)
    raise BadValue(
        f"`{given}` is no format of a table." if given else "Which format shall the table have?",
        hint=f"{f'Did you mean `{close}`? ' if close else ''}Valid: {', '.join(FORMATS)}.",
    )


def written(
    table: TableOf, options: Options, store: Store, file: Writable, progress: Progress
) -> int:
    """Write a table into an open file, and return the number of rows."""
    sending, size = Sending(table, store, options), 0
    try:
        sending.prepare()
        sending.start()
        for block in sending.blocks():
            file.write(block)
            size += len(block)
            progress(sending.number, size)
    finally:
        sending.close()
        sending.join()
    return sending.number


def exported(table: TableOf, options: Options, store: Store, to: Target) -> int:
    """Write a table to a file, or a new one of this name; return the number of rows."""
    if not isinstance(to, str | PathLike):
        return written(table, options, store, to, unseen)
    with placed(Path(to)) as file:
        return written(table, options, store, file, unseen)


def unseen(rows: int, size: int) -> None:
    """Show nothing of what was written."""


def ending(target: Target) -> str:
    """Return the ending of the name of a file, without its dot; nothing if it is open."""
    return Path(target).suffix[1:].lower() if isinstance(target, str | PathLike) else ""
