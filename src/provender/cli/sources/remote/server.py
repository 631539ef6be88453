"""A server that is asked, and its answers. Floor: cli."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provender.cli.sources.records import without_urls
from provender.cli.sources.remote.failures import as_ours
from provender.client import ClientError, Connection, ServerError
from provender.query.querystring.advice import Note

if TYPE_CHECKING:
    import httpx

TOTAL = "X-Total-Count"


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

        Numbers are read as they are written, of any number of digits.

        Raises:
            ProvenderError: as a store of this machine raises it, or the server does not answer.
        """
        with as_ours(self.name):
            url = self.connection.url(path, [text for text in query if text])
            response, content = self._read(url)
            document = _document(content)
            if document is None:
                raise ServerError("This is not the answer of a Provender server.", url=url)
            total = response.headers.get(TOTAL, "")
            return Answer(document, int(total) if total.isdigit() else None)

    def _read(self, url: str) -> tuple[httpx.Response, bytes]:
        attempts = self.connection.again()
        while True:
            try:
                with self.connection.stream(url) as response:
                    return response, response.read()
            except ClientError as error:
                attempts.failed(error, error.retry_after)

    @contextmanager
    def stream(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Yield an answer whose body is read by the block; errors as `get`."""
        with as_ours(self.name), self.connection.stream(url, headers) as response:
            yield response


def _document(content: bytes) -> dict[str, Any] | None:
    """Return the envelope around data; None if it is none."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("data"), dict) else None


def quoted(text: str) -> str:
    """Return a text as a value of a query."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
