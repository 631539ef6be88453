"""What a mirror keeps of itself: which selection it has, and how far it is. Floor: client."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from provender.client.errors import BadQuery
from provender.client.queries.conditions import Where, plain
from provender.client.transfers.folders import Folder
from provender.client.transfers.parts import sync
from provender.client.transport.connection import Connection

NAME, VERSION = "mirror.json", 1
BEGINNING = "*"


@dataclass(slots=True)
class State:
    """How far a mirror is.

    Attributes:
        url: The store.
        where: The selection.
        since: The cursor of `/nodes/changes` behind which is what was not fetched yet.
        again: The uuids of nodes of which something could not be had.
    """

    url: str
    where: object
    since: str = BEGINNING
    again: list[str] = field(default_factory=list)
    version: int = VERSION


def load(folder: Folder, connection: Connection, where: Where) -> State:
    """Return how far a mirror is; one of a new folder begins.

    Raises:
        BadQuery: the folder has another selection, of another store, or something else.
    """
    path = folder.path / NAME
    asked = State(connection.base, None if where is None else plain(where))
    try:
        found = State(**json.loads(path.read_text()))
    except FileNotFoundError:
        return asked
    except (ValueError, TypeError):
        raise BadQuery(f"`{path}` is of no mirror that this version knows.") from None
    if (found.url, found.where, found.version) != (asked.url, asked.where, VERSION):
        raise BadQuery(
            f"`{folder.path}` mirrors `{found.where}` of {found.url}.",
            hint="Take another folder for another selection.",
        )
    return found


def save(folder: Folder, state: State) -> None:
    """Keep how far a mirror is."""
    text = json.dumps(asdict(state), indent=1)
    folder.write(folder.path / NAME, f"{text}\n".encode())
    sync(folder.path)
