"""A server that is asked, and its answers. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provender.cli.sources.records import without_urls
from provender.cli.sources.remote.failures import as_ours
from provender.client import Connection, ServerError
from provender.query.querystring.advice import Note

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Answer:
    """The JSON of an answer, and the number of all that are like that, if the server counted."""

    document: Mapping[str, Any]
    total: int | None

    @property
    def data(self) -> dict[str, Any]:
        """What was asked for."""
        found: dict[str, Any] = self.document["data"]
        return found

    @property
    def shown(self) -> dict[str, Any]:
        """The same without addresses."""
        found: dict[str, Any] = without_urls(self.data)
        return found

    @property
    def following(self) -> str | None:
        """The cursor of the page behind this one."""
        found: str | None = self.document.get("next")
        return found

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the server notes beside what it answers."""
        return tuple(
            Note(note["code"], note["message"], note.get("field"), note.get("uuid"))
            for note in self.document.get("notes") or ()
        )


@dataclass(frozen=True, slots=True)
class Server:
    """A connection to the store that a remote is."""

    name: str
    connection: Connection

    def get(self, path: str, query: Sequence[str] = ()) -> Answer:
        """Return an answer; `query` has a key, its operator and its value in each text.

        Raises:
            ProvenderError: as a store of this machine raises it, or the server does not answer.
        """
        with as_ours(self.name):
            found = self.connection.get(path, [text for text in query if text])
            if not isinstance(found.data, dict):
                url = self.connection.url(path)
                raise ServerError("This is not the answer of a Provender server.", url=url)
            return Answer(found.document, found.total)

    @contextmanager
    def stream(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Yield an answer whose body is read by the block; errors as `get`."""
        with as_ours(self.name), self.connection.stream(url, headers) as response:
            yield response
