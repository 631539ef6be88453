"""The entries of folders of a node. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator

from provender.cli.sources.records import tell
from provender.cli.sources.source import Record, Source
from provender.errors import NoSuchFile

FOLDER = "DIRECTORY"


def entries(source: Source, uuid: str, path: str, *, long: bool) -> list[Record]:
    """Return the entries of a folder, and tell what is wrong with them.

    Raises:
        NoSuchFile: there is no such folder.
    """
    found = source.files.listed(uuid, path, long=long)
    tell(found.notes)
    return list(found.records)


def below(source: Source, uuid: str, path: str, *, long: bool) -> Iterator[Record]:
    """Yield all entries below a folder; their names are paths from there. Errors as `entries`."""
    left = [("", entries(source, uuid, path, long=long))]
    while left:
        prefix, found = left.pop()
        for place, entry in enumerate(found):
            name = f"{prefix}{entry['name']}"
            yield {**entry, "name": name}
            if entry["type"] == FOLDER:
                left.append((prefix, found[place + 1 :]))
                inside = "/".join(filter(None, (path.rstrip("/"), name)))
                left.append((f"{name}/", entries(source, uuid, inside, long=long)))
                break


def file_at(source: Source, uuid: str, path: str, *, long: bool) -> Record:
    """Return the entry of a file; its name is the path.

    Raises:
        NoSuchFile: there is nothing at this path.
    """
    folder, _, name = path.rpartition("/")
    try:
        found = entries(source, uuid, folder, long=long)
    except NoSuchFile:
        found = []
    for entry in found:
        if entry["name"] == name and entry["type"] != FOLDER:
            return {**entry, "name": path}
    raise NoSuchFile(f"The node has no `{path}`.", hint=f"provender ls {uuid} -R")
