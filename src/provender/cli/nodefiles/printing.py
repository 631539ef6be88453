"""What `provender cat` does: a file of a node, as it is stored. Floor: cli."""

from __future__ import annotations

import sys
from contextlib import closing

from provender.cli.nodefiles.target import Place
from provender.errors import BadValue, NoSuchFile

BLOCK = 1 << 18


def run(place: Place) -> None:
    """Print a file.

    Raises:
        BadValue: no file is named.
        NoSuchFile: the node has no such file.
        CorruptObject: it is damaged, which is known at its end at the latest.
    """
    if not place.path:
        raise BadValue(
            "Which file of the node?",
            hint=f"provender cat {place.uuid}:PATH; `provender ls {place.uuid}` lists them.",
        )
    with place.opened() as source:
        try:
            found = source.files.opened(place.uuid, place.path)
        except NoSuchFile:
            raise _missing(place) from None
        with closing(found.stream) as stream:
            while block := stream.read(BLOCK):
                sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()


def _missing(place: Place) -> NoSuchFile:
    return NoSuchFile(f"The node has no file `{place.path}`.", hint=f"provender ls {place.uuid} -R")
