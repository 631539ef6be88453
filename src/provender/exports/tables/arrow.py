"""Tables as Arrow streams and as Parquet, by pyarrow. Floor: exports.

Rows are gathered into batches. What PostgreSQL wrote as CSV is read by pyarrow itself, so that no
row becomes a value of Python.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from provender.exports.tables.cells import columns_of
from provender.schema.columns import Column, Type

TYPES = {
    Type.INTEGER: pa.int64(),
    Type.NUMBER: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.TIME: pa.timestamp("us", tz="UTC"),
    Type.STRING: pa.string(),
    Type.UUID: pa.string(),
    Type.JSON: pa.string(),
}
# What says of a column of texts that they are JSON.
JSON = {"provender.type": "json"}
# Bytes of a group of rows of Parquet, which is written as a whole, and of its parts; the most of
# the values of a column that are written once and then by their numbers.
GROUP, PAGE, DICTIONARY = 1 << 21, 1 << 16, 1 << 16
# Bytes of a block. The system keeps larger ones for each thread, once they were many.
BLOCK = 1 << 16


class Sink:
    """The file that pyarrow writes to: what was written can be taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self.closed = False

    def write(self, data: Any) -> int:  # noqa: ANN401 - a buffer
        """Take some bytes."""
        self._parts.append(bytes(data))
        self._size += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._size

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def close(self) -> None:
        """Write no more."""
        self.closed = True

    def writable(self) -> bool:
        """Return true."""
        return True

    def readable(self) -> bool:
        """Return false."""
        return False

    def seekable(self) -> bool:
        """Return false."""
        return False

    def take(self) -> list[bytes]:
        """Return what was written since the last time, in blocks of some size."""
        blocks, pending, size = list[bytes](), list[bytes](), 0
        parts, self._parts = self._parts, []
        for part in parts:
            pending.append(part)
            size += len(part)
            if size >= BLOCK:
                blocks.append(b"".join(pending))
                pending, size = [], 0
        return [*blocks, b"".join(pending)] if pending else blocks


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """Return the types of columns."""
    return pa.schema(
        [pa.field(column.name, TYPES[column.shown], metadata=_told(column)) for column in columns]
    )


def _told(column: Column) -> dict[str, str] | None:
    return JSON if column.shown is Type.JSON else None


class BatchWriter(ABC):
    """Gathers rows into batches of columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._schema = schema_of(columns)
        self._sink = Sink()

    def begin(self) -> Sequence[bytes]:
        """Return the schema, or what else comes first."""
        self._open()
        return self._sink.take()

    def rows(self, rows: Sequence[Sequence[Any]]) -> Sequence[bytes]:
        """Return what is written once enough rows are there."""
        if rows:
            cells = columns_of(self._columns, rows)
            arrays = [
                _array(one, field.type) for one, field in zip(cells, self._schema, strict=True)
            ]
            self._add(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        return self._sink.take()

    def copied(self, text: bytes) -> Sequence[bytes]:
        """Return what is written once enough rows are there."""
        for batch in self._parsed(text):
            self._add(batch)
        return self._sink.take()

    def end(self, number: int) -> Sequence[bytes]:
        """Return the rest, and the end."""
        del number
        self._close()
        pa.default_memory_pool().release_unused()  # of this thread, else it is kept
        return self._sink.take()

    def _parsed(self, text: bytes) -> Any:  # noqa: ANN401 - batches
        """Return rows of CSV as batches; no value and an empty text differ by quotes."""
        table = pc.read_csv(
            pa.BufferReader(text),
            read_options=pc.ReadOptions(
                use_threads=False, block_size=len(text), column_names=self._schema.names
            ),
            parse_options=pc.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=pc.ConvertOptions(
                column_types=self._schema,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["true"],
                false_values=["false"],
            ),
        )
        return pa.Table.from_arrays(table.columns, schema=self._schema).to_batches()

    @abstractmethod
    def _open(self) -> None:
        """Write what comes first."""

    @abstractmethod
    def _add(self, batch: Any) -> None:  # noqa: ANN401 - pyarrow's
        """Write some rows, or keep them until there are more."""

    @abstractmethod
    def _close(self) -> None:
        """Write what is kept, and what comes last."""


def _array(cells: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return the cells of a column; times are texts that pyarrow reads."""
    if pa.types.is_timestamp(kind):
        return pa.array(cells, pa.string()).cast(kind)
    return pa.array(cells, kind)


class ArrowWriter(BatchWriter):
    """Writes the stream format of Arrow."""

    def _open(self) -> None:
        self._writer = pa.ipc.new_stream(self._sink, self._schema)

    def _add(self, batch: Any) -> None:  # noqa: ANN401 - pyarrow's
        self._writer.write_batch(batch)

    def _close(self) -> None:
        self._writer.close()


class ParquetWriter(BatchWriter):
    """Writes Parquet, a group of rows at a time."""

    def _open(self) -> None:
        self._writer = pq.ParquetWriter(
            self._sink,
            self._schema,
            data_page_size=PAGE,
            dictionary_pagesize_limit=DICTIONARY,
            use_dictionary=[one.name for one in self._columns if one.shown is not Type.UUID],
        )
        self._batches: list[Any] = []
        self._held = 0

    def _add(self, batch: Any) -> None:  # noqa: ANN401 - pyarrow's
        self._batches.append(batch)
        self._held += batch.nbytes
        if self._held >= GROUP:
            self._flush()

    def _flush(self) -> None:
        batches, self._batches, self._held = self._batches, [], 0
        if batches:
            table = pa.Table.from_batches(batches, self._schema)
            self._writer.write_table(table, row_group_size=table.num_rows)

    def _close(self) -> None:
        self._flush()
        self._writer.close()
