"""Writing nodes in formats, and reading the files that it takes. Floor: translators."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from provender.errors import (
    BadRequest,
    CorruptObject,
    LimitExceeded,
    NoSuchFile,
    NotForThisNodeType,
    NotServed,
)
from provender.exports.registry import (
    BINARY_FORMATS,
    WRITERS,
    find_writer,
    formats,
)
from provender.exports.subject import Subject
from provender.schema import types
from provender.schema.types import PROCESS, SHIPPED, modern, read_entry_point, read_full_type
from provender.settings import Limits
from provender.store.files.streams import ObjectStream
from provender.store.files.tree import file_key, located
from provender.store.stores import Store

OF_FILES = "The stored files of a node can be downloaded whatever their size: /repo/contents."


@dataclass(frozen=True, slots=True)
class Written:
    """A node written in a format."""

    filename: str
    content: bytes

    def text(self) -> str:
        """Return the content as text."""
        return self.content.decode("utf-8", "replace")


def export(
    subject: Subject, download_format: str | None, limits: Limits, *, as_text: bool
) -> Written:
    """Return a node written in a format.

    Raises:
        LimitExceeded: it is larger than `limits.download_bytes`.
        NotForThisNodeType: a process.
        BadRequest: no format, one that the type does not have, or text asked of a binary one.
        CannotExport: this node cannot be written in it.
        UnknownFormat: the server lacks what the format needs.
    """
    if subject.node_type.startswith(PROCESS):
        raise NotForThisNodeType("This endpoint is not available for Process nodes.")
    where = (
        "The available download formats can be queried using the /nodes/download_formats/ endpoint."
    )
    if not download_format:
        raise BadRequest(f"Please specify the download format. {where}")
    writer = find_writer(subject.node_type, download_format)
    if writer is None:
        raise BadRequest(f"The format {download_format} is not supported. {where}")
    if as_text and download_format in BINARY_FORMATS:
        raise BadRequest(
            f"The format {download_format} is binary, so it cannot be part of JSON.",
            hint="Leave out download=false.",
        )
    written, most = writer(subject), limits.download_bytes
    if len(written.content) > most:
        raise LimitExceeded(
            f"The download would be {len(written.content)} bytes long, more than "
            f"`limits.download_bytes` ({most}).",
            hint=OF_FILES,
        )
    return Written(written.filename or f"{subject.uuid}.{download_format}", written.content)


def download_formats(full_type: str | None) -> dict[str, list[str]]:
    """Return the formats by full type: of one type, or of all types that have some.

    A process that an entry point names has no formats.

    Raises:
        BadRequest: a malformed full type.
        NotServed: a pattern, or a type that is not known.
    """
    if full_type is None:
        return {types.full_type(name): formats(name) for name in WRITERS}
    found = read_full_type(full_type)
    if found is None:
        raise BadRequest(f"The full type {full_type} is invalid.")
    if not found.is_pattern:
        if read_entry_point(found.process_type) is not None:
            return {}
        if not found.process_type and modern(found.node_type) in SHIPPED:
            return {full_type: formats(found.node_type)}
    raise NotServed("The download formats for this node type are not available.")


@contextmanager
def naming(store: Store, path: str) -> Iterator[None]:
    """Add the name of the file to an error of damage.

    Raises:
        StoreUnreachable: instead, if the file may be sound.
    """
    try:
        yield
    except CorruptObject as error:
        store.files().confirm()
        raise named(error, path) from error


def read_file(store: Store, tree: dict[str, Any], path: str, most: int) -> bytes:
    """Return the content of a file of a node.

    Raises:
        NoSuchFile: the node has no such file.
        CorruptObject: its content is missing or damaged; the message names the file.
        LimitExceeded: it is larger than `most` bytes, the setting `limits.download_bytes`.
    """
    with open_key(store, file_key(located(tree, path)), path) as stream:
        if stream.size > most:
            raise LimitExceeded(
                f"The file `{path}` has {stream.size} bytes, more than "
                f"`limits.download_bytes` ({most}).",
                hint=OF_FILES,
            )
        with naming(store, path):
            return stream.readall()


def open_key(store: Store, key: str, path: str) -> ObjectStream:
    """Return a stream over a content; an error of it names the file that it is of."""
    with naming(store, path):
        return store.files().open(key)


def named(error: CorruptObject, path: str) -> CorruptObject:
    """Return the error with the name of the file that it is about."""
    return CorruptObject(
        f"The file `{path}` cannot be read. {error.message}", hint=error.hint, reason=error.reason
    )


def no_files(path: str) -> bytes:
    """Raise `NoSuchFile`: descriptions are made of attributes alone."""
    raise NoSuchFile(f"The file `{path}` is not read: descriptions are made from attributes only.")
