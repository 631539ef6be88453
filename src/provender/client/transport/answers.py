"""What servers answer: JSON, its rows and notes; and refusals. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from provender.client.errors import ClientError, ServerError, read_error
from provender.client.transport import jsontexts
from provender.client.transport.retrying import seconds_of

# Of an answer that is an error no more is read than this, in bytes.
ERROR_BYTES = 1 << 20
# Formats that are JSON, and those that are texts.
OBJECTS = ("json", "chemdoodle")
TEXT_FORMATS = frozenset(
    {
        "agr",
        "agr_batch",
        "cif",
        "csv",
        "dat_blocks",
        "dat_multicolumn",
        "gnuplot",
        "mpl_singlefile",
        "upf",
        "xsf",
        "xyz",
        "yaml",
        "yml",
    }
)
# Media types of texts, beside `text/...`.
TEXTS = ("application/yaml", "application/x-ndjson", "chemical/x-cif", "chemical/x-xyz")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered to one request.

    Attributes:
        document: The JSON of the answer.
        total: How many there are in all, if the server counted.
    """

    document: Mapping[str, Any]
    headers: httpx.Headers

    @property
    def data(self) -> Any:  # noqa: ANN401 - JSON
        """What was asked for."""
        return self.document.get("data")

    @property
    def rows(self) -> list[Any]:
        """The only list in `data`, whatever its name; empty if there is none."""
        found = self.data
        lists = [value for value in found.values() if isinstance(value, list)] if found else []
        return lists[0] if lists else []

    @property
    def next(self) -> str | None:
        """The cursor of the page behind this one."""
        return self.document.get("next")

    @property
    def notes(self) -> list[Mapping[str, Any]]:
        """What the server notes beside what it answers."""
        return list(self.document.get("notes") or [])

    @property
    def total(self) -> int | None:
        """How many there are in all; None if nothing was counted."""
        text = self.headers.get("X-Total-Count", "")
        return int(text) if text.isdigit() else None


@dataclass(frozen=True, slots=True)
class Content:
    """A body, and its media type with parameters."""

    body: bytes
    media_type: str

    def value(self, name: str = "") -> Any:  # noqa: ANN401 - JSON, str or bytes
        """Return JSON as its value, a text as `str`, anything else as `bytes`.

        `name` is that of a format; a server may send the format as nothing but bytes.
        """
        kind = self.media_type.partition(";")[0].strip().lower()
        if kind == "application/json" or name in OBJECTS:
            return jsontexts.read(self.body)
        if kind.startswith("text/") or kind in TEXTS or name in TEXT_FORMATS:
            return self.body.decode(errors="replace")
        return self.body


def beginning(response: httpx.Response) -> bytes:
    """Return as much of an error as is read."""
    content = b""
    for piece in response.iter_bytes():
        content += piece
        if len(content) > ERROR_BYTES:
            break
    return content


def refusal(response: httpx.Response, content: bytes) -> ClientError:
    """Return the error that an answer is."""
    try:
        document: object = jsontexts.read(content)
    except ValueError:
        document = content.decode(errors="replace")
    request_id = response.headers.get("X-Request-ID", "")
    error = read_error(response.status_code, document, str(response.url), request_id)
    error.retry_after = seconds_of(response.headers.get("Retry-After"))
    return error


def read_document(response: httpx.Response, content: bytes) -> Mapping[str, Any]:
    """Return the object that an answer is; raises `ServerError` if it is none."""
    try:
        found = jsontexts.read(content)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    raise ServerError(
        "The server answered what is not the JSON of such a server.",
        hint=f"Is there a Provender at {response.url}?",
        status=response.status_code,
        url=str(response.url),
    )
