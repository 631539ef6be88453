"""A table as a file that is made while it is sent: blocks of bytes. Floor: translators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from provender.exports.tables.formats import Options
from provender.exports.tables.writer import Writer
from provender.store.conveyor import Conveyor, End
from provender.store.database.copying import Block
from provender.store.precedence import PRECEDENCE
from provender.store.stores import Store
from provender.translators.selections.export import How, Item, Ready, TableOf

# Seconds after which a block without anything is yielded, so that the server may turn to others.
PATIENCE = 0.05
# Seconds that the threads may take to end, where somebody waits for them.
END_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the file, and how many rows have been written with it."""

    text: bytes
    rows: int

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.text)


class Sending:
    """A table of a store that is read in a thread of its own, and written as it is taken.

    pyarrow writes in a further thread: what it allocates in many threads, it keeps for each of
    them. `number` rows have been taken so far. `step` is a block in which each part is written. It
    is to be closed.
    """

    def __init__(
        self,
        table: TableOf,
        store: Store,
        options: Options,
        seconds: float | None = None,
        step: AbstractContextManager[object] | None = None,
    ) -> None:
        self._options, self._columns = options, table.columns
        self._step = nullcontext() if step is None else step
        self.number = self._written = 0
        how = How(options.form, options.is_safe, seconds)
        self._reading: Conveyor[Item, Ready] = Conveyor(lambda put: table.read(store, how, put))
        self._writing: Conveyor[Piece, None] | None = None

    def prepare(self) -> Ready:
        """Begin to read, as far as it takes to know that it can be done; raises why it cannot."""
        return self._reading.prepare()

    @property
    def mark(self) -> bytes:
        """What stands where the file breaks off: then no reader takes it."""
        return self._options.format.mark

    def start(self) -> None:
        """Go on to read; raises what goes wrong at once, or before anything could be sent."""
        self._reading.start()
        self._reading.wait(PATIENCE if self._options.format.has_beginning else None)

    def blocks(self) -> Iterator[bytes]:
        """Yield the file, block by block; one without anything is a pause.

        Raises:
            Exception: what was yielded is not the whole file.
        """
        if not self._options.format.by_pyarrow:
            for text in self._file(PATIENCE):
                self.number = self._written
                yield text
            return
        self._writing = Conveyor(self._write)
        self._writing.prepare()
        self._writing.start()
        yield self._options.format.magic
        while not isinstance(piece := self._writing.take(PATIENCE), End):
            self.number = self.number if piece is None else piece.rows
            yield b"" if piece is None else piece.text

    def _write(self, put: Callable[[Piece], None]) -> Iterator[None]:
        """Put the parts of the file, without its first bytes."""
        yield None
        sent = len(self._options.format.magic)
        for text in self._file(None):
            put(Piece(text[sent:], self._written))
            sent -= min(sent, len(text))

    def _file(self, seconds: float | None) -> Iterator[bytes]:
        """Yield the parts of the file; nothing, where no row comes for so many seconds."""
        writer = self._options.writer(self._columns)
        yield from writer.begin()
        while not isinstance(item := self._reading.take(seconds), End):
            if item is None:
                yield b""
            else:
                yield from self._rows(writer, item)
        with self._step:
            last = writer.end(self._written)
        yield from last

    def _rows(self, writer: Writer, item: Item) -> Sequence[bytes]:
        self._written += item.rows
        with self._step:
            PRECEDENCE.give_way()
            return (
                writer.copied(item.text) if isinstance(item, Block) else writer.rows(item.records)
            )

    def stop(self, error: BaseException) -> None:
        """End it with an error, from any thread."""
        self._reading.stop(error)
        if self._writing is not None:
            self._writing.stop(error)

    def close(self) -> None:
        """End it, whether all was taken or not."""
        self._reading.close()
        if self._writing is not None:
            self._writing.close()

    def join(self) -> None:
        """Wait until nothing is read or written any more."""
        self._reading.join(END_SECONDS)
        if self._writing is not None:
            self._writing.join(END_SECONDS)
