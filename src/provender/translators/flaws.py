"""Notes on stored values that cannot be shown, for answers and the log. Floor: translators."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from provender.logs import printable
from provender.plurals import counted
from provender.query.plan.patterns import canonical_uuid
from provender.query.plan.plan import Output
from provender.query.plan.views import View
from provender.query.querystring.advice import Note
from provender.schema.entities import Computed
from provender.schema.statements import Flaw, Flaws

LOGGER = logging.getLogger(__name__)

BAD_VALUE = "bad-value-stored"
MORE = "more-bad-values"
# Longest name of a field in a note: a client may ask for any path into JSON.
LONGEST_NAME = 100


def notes(flaws: Flaws, view: View | None = None) -> tuple[Note, ...]:
    """Return a note for each of the first flaws, and the number of the others.

    The names of fields are those that the view shows; without a view, those of the query.
    """
    found = tuple(dict.fromkeys(_note(flaw, view) for flaw in flaws.first))
    more = flaws.number - len(flaws.first)
    if more:
        others = counted(more, "other values")
        text = f"{others} cannot be shown, because what is stored is not of the type of its field."
        found += (Note(MORE, text),)
    return found


def log(flaws: Flaws, store: str) -> None:
    """Write a line to the log if there are flaws."""
    if flaws.number:
        told = "; ".join(_told(note) for note in notes(flaws)[:3])
        number = counted(flaws.number, "values")
        LOGGER.warning("store %s: %s cannot be shown, such as: %s", store, number, printable(told))


def _told(note: Note) -> str:
    return f"{note.message} ({note.uuid})" if note.uuid else note.message


def _note(flaw: Flaw, view: View | None) -> Note:
    name, identity = _name(flaw.output, view), _identity(flaw)
    pk, uuid = identity.get("id"), identity.get("uuid")
    whose = f"`{name}` of id {pk}" if isinstance(pk, int) else f"`{name}`"
    known = canonical_uuid(uuid) if isinstance(uuid, str) else None
    text = f"{whose} cannot be shown: what is stored is {flaw.problem}."
    return Note(BAD_VALUE, text, name, known)


def _name(output: Output, view: View | None) -> str:
    """Return the name of a field as the answer has it."""
    field, path = output.target.field, output.target.path
    asked = field.computed or field.name
    if asked is Computed.CREATION_DAY:
        name = "ctime_by_day"
    elif view is None:
        name = field.name if field.computed else output.key
    else:
        name = next((key for key, shown in view.shown.items() if shown == asked), field.name)
        name = ".".join((name, *(path.segments if path else ())))
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def _identity(flaw: Flaw) -> dict[str, object]:
    """Return the id and the uuid that the record of a flaw has for the same thing."""
    return dict(_identities(flaw))


def _identities(flaw: Flaw) -> Iterator[tuple[str, object]]:
    for output, value in zip(flaw.outputs, flaw.record, strict=False):
        is_same = output.target.tag == flaw.output.target.tag
        if is_same and output.target.field.name in ("id", "uuid") and output.function is None:
            yield output.target.field.name, value
