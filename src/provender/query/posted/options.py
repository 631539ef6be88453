"""What a posted query says of its answer, beside what AiiDA's dictionary has. Floor: query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provender.errors import BadRequest, BadValue
from provender.query.plan.plan import Plan
from provender.query.posted.body import located

COUNT = "count"
FLAT = "flat"
KEYS = (COUNT, FLAT)
EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Options:
    """Whether all rows are counted, and whether each row is one object."""

    is_counted: bool = False
    is_flat: bool = False


def read_options(body: Mapping[str, Any]) -> Options:
    """Return the options of a posted query; null is the same as leaving a key out.

    Raises:
        BadValue: with the place as a JSON pointer.
    """
    count, flat = body.get(COUNT), body.get(FLAT)
    if count not in (None, EXACT):
        raise located(
            BadValue(
                f"`{COUNT}` can only be `{EXACT}`.", hint="Without it the rows of the answer count."
            ),
            (COUNT,),
        )
    if flat is not None and not isinstance(flat, bool):
        raise located(BadValue(f"`{FLAT}` must be true or false."), (FLAT,))
    return Options(count == EXACT, bool(flat))


def check_names(plan: Plan) -> None:
    """Refuse a query whose flat rows would have two values of one name: tags may have dots.

    Raises:
        BadRequest: it names them.
    """
    found: set[str] = set()
    for output in plan.outputs:
        name = f"{output.target.tag}.{output.key}"
        if name in found:
            raise located(
                BadRequest(f"Two columns of a flat row would be `{name}`.", hint="Rename a tag."),
                (FLAT,),
            )
        found.add(name)
