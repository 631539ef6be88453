"""The formats of tables: their names, and who writes them. Floor: exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

from provender.errors import ConflictingParameters, UnknownFormat
from provender.exports.tables.texts import CsvWriter, LinesWriter
from provender.exports.tables.writer import Writer
from provender.schema.columns import Column, CopyForm

LIBRARY = "pyarrow"
CSV, ARROW = "text/csv; charset=utf-8; header=present", "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"
# How each message of Arrow begins; its length follows.
MESSAGE = b"\xff\xff\xff\xff"
# A quote that nothing ends, or no JSON; for Arrow the beginning of a message of 2 GB.
BROKEN, HUGE = b"The table breaks off here.", MESSAGE + b"\xff\xff\xff\x7f"
EXTRA = "pip install 'provender[tables]'"


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, which is also the ending of its files, and the type of its content.

    Most have something that stands before the rows. Some are written by a class of the module that
    needs pyarrow; `magic` are their first bytes, which can be sent while it is loaded. No reader
    takes a file with `mark` behind some rows: it stands where one breaks off. Parquet needs none:
    without its end nobody takes it.
    """

    name: str
    media: str
    form: CopyForm
    by_pyarrow: str = ""
    has_beginning: bool = True
    magic: bytes = b""
    mark: bytes = b""


FORMATS = {
    one.name: one
    for one in (
        Format("csv", CSV, CopyForm.TEXTS, mark=b'"' + BROKEN),
        Format("ndjson", "application/x-ndjson", CopyForm.LINES, has_beginning=False, mark=BROKEN),
        Format("parquet", PARQUET, CopyForm.CELLS, "ParquetWriter", magic=b"PAR1"),
        Format("arrow", ARROW, CopyForm.CELLS, "ArrowWriter", magic=MESSAGE, mark=HUGE),
    )
}


@dataclass(frozen=True, slots=True)
class Options:
    """How a table is written: no formulas in CSV, or a last line of JSON with the number of rows.

    Raises:
        ConflictingParameters: what the format does not have.
    """

    format: Format
    is_safe: bool = False
    has_end: bool = False

    def __post_init__(self) -> None:
        if self.is_safe and self.format.name != "csv":
            raise ConflictingParameters("`csv_safe` is for the format `csv`.")
        if self.has_end and self.format.name != "ndjson":
            raise ConflictingParameters(
                "`trailer` is for the format `ndjson`.",
                hint="Arrow and Parquet have an end of their own.",
            )

    @property
    def form(self) -> CopyForm:
        """The form in which PostgreSQL writes the rows."""
        return self.format.form

    def check(self) -> None:
        """Raise `UnknownFormat` if what writes the format is not installed."""
        if self.format.by_pyarrow and find_spec(LIBRARY) is None:
            raise UnknownFormat(
                f"The format `{self.format.name}` needs {LIBRARY}, which is not installed.",
                hint=f"Install it where Provender runs: {EXTRA}.",
            )

    def version(self) -> str:
        """Return the version of what writes the format, if that decides its bytes."""
        return _version() if self.format.by_pyarrow else ""

    def writer(self, columns: Sequence[Column]) -> Writer:
        """Return what writes a table of some columns; pyarrow is loaded for this."""
        if self.format.by_pyarrow:
            module = import_module("provender.exports.tables.arrow")
            written: Writer = getattr(module, self.format.by_pyarrow)(columns)
            return written
        if self.format.name == "csv":
            return CsvWriter(columns, is_safe=self.is_safe)
        return LinesWriter(columns, has_end=self.has_end)


@lru_cache(maxsize=1)
def _version() -> str:
    """Return the version of pyarrow, without loading it."""
    return version(LIBRARY)
