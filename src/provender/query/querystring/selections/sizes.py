"""The key `size` of answers about a selection: how much of it is shown. Floor: query."""

from __future__ import annotations

from dataclasses import dataclass

from provender.errors import BadValue
from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter
from provender.query.terms import Term


@dataclass(frozen=True, slots=True)
class Size:
    """How many things an answer shows: by default, and at most. `things` names them."""

    things: str
    shown: int
    most: int

    def check(self, size: int) -> int:
        """Return a size; raises `BadValue` if it is none."""
        if not 1 <= size <= self.most:
            raise BadValue(f"`size` is a number of {self.things} from 1 to {self.most}.")
        return size

    def parameter(self) -> Parameter[int]:
        """Return the special key."""

        def read(term: Term) -> int:
            return self.check(readers.count(term))

        return Parameter(
            "size",
            read,
            self.shown,
            f"1 to {self.most}",
            f"the most {self.things}, {self.shown} by default",
            {"type": "integer", "minimum": 1, "maximum": self.most},
            (5,),
        )
