"""From one snapshot to the database of an archive for AiiDA. Floor: translators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provender.errors import CannotExport, CorruptObject
from provender.plurals import counted
from provender.query.plan.traversal import DEFAULT, Traversal
from provender.schema.statements import Record as Values
from provender.store.cache import CacheFolder
from provender.store.drafts import Draft
from provender.translators import flaws
from provender.translators.inquiry import Inquiry
from provender.translators.portable import rows
from provender.translators.portable.bounds import PortableBounds
from provender.translators.portable.people import ordered, without_addresses
from provender.translators.selections.selection import Selection
from provender.translators.session import Session

# Nodes whose links, comments and logs are read at once, and nodes that are read at once: at first
# and at most. Bytes of rows that are held together.
AT_ONCE, AT_FIRST, AT_MOST, TOGETHER = 500, 20, 200, 1 << 21
# The private name that tells the addresses of users.
ADDRESSES = "users.email"


@dataclass(frozen=True, slots=True)
class Drafted:
    """A database that is written, the uuids of the groups in it, and which links were followed.

    Whoever gets it closes the draft.
    """

    draft: Draft
    groups: tuple[str, ...]
    traversal: Traversal


class ArchiveOfSelection(Inquiry[Drafted, Drafted]):
    """The nodes of a selection, and those that links lead to, as the database of an archive."""

    is_expensive = True

    def __init__(
        self,
        selection: Selection,
        cache: CacheFolder,
        bounds: PortableBounds,
        traversal: Traversal = DEFAULT,
    ) -> None:
        self._selection = selection
        self._plan = selection.plan(["id"])
        self._cache = cache
        self._bounds = bounds
        self._traversal = traversal

    def read(self, session: Session) -> Drafted:
        """Return the archive's database, whole."""
        self._bounds.begin()
        draft = Draft(self._cache, self._bounds.text_bytes)
        try:
            groups = self._read(session, draft)
            _check_flaws(session)
        except BaseException as error:
            draft.close()
            if isinstance(error, CannotExport):
                _check_flaws(session)
            raise
        return Drafted(draft, groups, self._traversal)

    def present(self, raw: Drafted) -> Drafted:
        """Return the draft: files are looked up where those of the store are at hand."""
        return raw

    def _read(self, session: Session, draft: Draft) -> tuple[str, ...]:
        groups = self._selection.groups(session)
        self._reach(session, draft)
        named = list(rows.whole(session, "group", groups))
        draft.put_aside("grp", named)
        for some in draft.pks(AT_ONCE):
            self._bounds.tick()
            draft.put_aside("link", rows.links(session, some))
            draft.put_aside("comment", rows.belonging(session, "comment", some))
            draft.put_aside("log", rows.belonging(session, "log", some))
            if groups:
                draft.put_aside("member", rows.members(session, groups, some))
        draft.number("node")
        draft.number("grp")
        self._owners(session, draft)
        self._nodes(session, draft)
        draft.finish()
        return tuple(sorted(group[1] for group in named))

    def _reach(self, session: Session, draft: Draft) -> None:
        """Put aside which nodes the archive has; too many are only counted."""
        plan = self._selection.narrow(self._plan, session)
        number = 0

        def reached() -> Iterator[Values]:
            nonlocal number
            found = session.traverse(plan, self._selection.view.name, self._traversal)
            for *row, chosen in rows.stored(found):
                number += 1
                self._bounds.tick()
                if self._bounds.has_room(number):
                    yield (*row, chosen is not None)

        draft.put_aside("node", reached())
        self._bounds.check_nodes(number)

    def _owners(self, session: Session, draft: Draft) -> None:
        """Write the users and computers of what is there."""
        users = rows.every(session, "user")
        if ADDRESSES not in self._selection.expose:
            users = without_addresses(users)
        draft.add("user", ordered(users, draft.owners("user")))
        computers = list(rows.whole(session, "computer", draft.owners("computer")))
        draft.add("computer", sorted(computers, key=lambda computer: (computer[2], computer[1])))

    def _nodes(self, session: Session, draft: Draft) -> None:
        """Write all nodes, and note their files."""
        size = AT_FIRST
        for some in draft.pks(AT_MOST, by_new_id=True):
            begun = 0
            while part := some[begun : begun + size]:
                self._bounds.tick()
                found = [rows.for_archive(row) for row in rows.whole(session, rows.NODE, part)]
                draft.add("node", found)
                draft.put_aside("file", (file for row in found for file in _files(row)))
                begun += size
                held = sum(len(value) for row in found for value in row if isinstance(value, str))
                size = max(1, min(AT_MOST, TOGETHER * len(part) // (held or 1)))


def _files(row: Values) -> Iterator[Values]:
    for key, uuid, path in rows.files(row):
        if key is None:
            where = f"`{path}` of the node {uuid}" if path else f"A file of the node {uuid}"
            raise CorruptObject(f"{where} has no content: the store does not say which.")
        yield key, uuid, path


def _check_flaws(session: Session) -> None:
    """Raise `CannotExport` if a value could not be read: an archive would lack it silently."""
    notes = flaws.notes(session.flaws)
    if notes:
        raise CannotExport(
            f"{counted(len(notes), 'values')} of the selection cannot be read. {notes[0].message}",
            hint="`provender check` lists what cannot be read. Choose other nodes.",
        )
