"""How an archive gets its entry in the cache: its database, extracted or made. Floor: store.

What makes an entry may run on after the request that began it, so it holds the archive itself.
"""

from __future__ import annotations

from pathlib import Path

from provender.store.archivehead import Head, read_head
from provender.store.cache import CacheFolder
from provender.store.files.archived import INDEX, index_objects
from provender.store.files.extraction import check_size, extract, piece_of
from provender.store.files.heldfile import HeldFile, held_again
from provender.store.layout import ARCHIVE_DATABASE
from provender.store.legacy import entries
from provender.store.legacy.opening import Older
from provender.store.legacy.versions import JSON_VERSIONS
from provender.store.preparing import Recipe
from provender.store.progress import Progress

# Bytes of an older archive that is read just to count its nodes, in half a second; and of a
# database that is extracted in as much.
SMALL, SMALL_DATABASE = 1 << 20, 64 << 20


def recipe_of_tar(key: str, held: HeldFile, path: Path, name: str, cache: CacheFolder) -> Recipe:
    """Return how the entry of a tar file is made; its metadata may stand anywhere in it."""
    status, most_bytes = held.status, cache.max_bytes

    def fill(folder: Path, told: Progress) -> None:
        with held_again(path, status, name) as file:
            head = read_head(file, path, name, most_bytes)
            older = Older(name, head.metadata, head.origin, head.time, most_bytes)
            older.read(file.path, folder, told)

    return Recipe(key, entries.NAMES, fill, status.st_size <= SMALL)


def recipe_of_zip(head: Head, held: HeldFile, path: Path, name: str, cache: CacheFolder) -> Recipe:
    """Return how the entry of a zip file is made."""
    status, member = held.status, head.member
    older = Older(name, head.metadata, head.origin, head.time, cache.max_bytes)

    def fill(folder: Path, told: Progress) -> None:
        if member is not None:
            check_size(member, cache, name)
        with held_again(path, status, name) as file:
            if member is None or head.version in JSON_VERSIONS:
                older.read(file.path, folder, told)
            elif head.is_legacy:
                older.copy(file.path, piece_of(file.path, member, name), folder, told)
            else:
                with piece_of(file.path, member, name).open() as stream:
                    extract(stream, folder / ARCHIVE_DATABASE, name, told)
                index_objects(file.path, folder / INDEX, told)

    names = entries.NAMES if head.is_legacy else (ARCHIVE_DATABASE, INDEX)
    return Recipe(head.identity, names, fill, is_small(head, status.st_size, SMALL_DATABASE))


def is_small(head: Head | None, size: int, most_bytes: int) -> bool:
    """Return whether the entry of an archive of this size is made in about half a second.

    The archive has no `head` if it is a tar file.
    """
    if head is not None and head.member is not None and not head.is_legacy:
        return head.member.size <= most_bytes
    return size <= SMALL
