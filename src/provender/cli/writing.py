"""What commands that write share: an open store, and the files of a selection. Floor: cli."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from provender.cli.console import progress_line
from provender.errors import StoreError
from provender.python import selecting
from provender.settings import Settings
from provender.store.profiles import Profile, Profiles
from provender.store.registry import StoreRegistry
from provender.store.stores import Store
from provender.translators import inquiry
from provender.translators.bundles.nodes import Nodes
from provender.translators.bundles.packing import Packed, pack
from provender.translators.bundles.selected import NodesOfSelection
from provender.translators.bundles.wanted import SelectionBounds, Wanted


@contextmanager
def opened(
    profile: Profile, settings: Settings, stopped: str, hint: str | None = None
) -> Iterator[tuple[StoreRegistry, Store]]:
    """Open a store, alone in a registry.

    Raises:
        StoreError: it cannot be opened, or Ctrl-C was pressed: then `stopped` is the message.
    """
    registry = StoreRegistry(Profiles({profile.name: profile}), settings)
    try:
        with closing(registry.lease(progress=progress_line)) as lease:
            yield registry, lease.store
    except KeyboardInterrupt:
        raise StoreError(stopped, hint=hint) from None
    finally:
        registry.close()


@contextmanager
def packed(
    store: Store, settings: Settings, selection: str, wanted: Wanted
) -> Iterator[tuple[Packed, Nodes]]:
    """Look up the files of the nodes of a selection; they are read when they are written.

    Raises:
        BadRequest: the selection has no meaning.
        StoreError: the files of the store cannot be read at all.
    """
    bounds = SelectionBounds()  # of one who has the machine for himself there are none
    chosen = selecting.read(selection, settings.limits, store.profile.expose).selection
    nodes = inquiry.answer(NodesOfSelection(chosen, wanted, bounds), store)
    with closing(nodes.spool):
        found = pack(nodes, store, wanted, bounds)
    with closing(found.archive):
        yield found, nodes
