"""Which links lead from the nodes of an archive to further nodes of it. Floor: query.

Source: AiiDA 2.x, the traversal rules of exports. A link is followed from its input to its output
(forward), or the other way (backward).
"""

from __future__ import annotations

from dataclasses import dataclass

FORWARD, BACKWARD = "forward", "backward"


@dataclass(frozen=True, slots=True)
class Rule:
    """Whether links of a type are followed in a direction; some rules nobody can change."""

    link: str
    direction: str
    is_followed: bool
    is_fixed: bool

    @property
    def name(self) -> str:
        """Its name in AiiDA: `create_backward`."""
        return f"{self.link}_{self.direction}"


# AiiDA's rules in its order: an archive has what went into each of its processes, what came out
# and what was called, so these rules are fixed.
RULES = (
    Rule("input_calc", FORWARD, is_followed=False, is_fixed=False),
    Rule("input_calc", BACKWARD, is_followed=True, is_fixed=True),
    Rule("create", FORWARD, is_followed=True, is_fixed=True),
    Rule("create", BACKWARD, is_followed=True, is_fixed=False),
    Rule("return", FORWARD, is_followed=True, is_fixed=True),
    Rule("return", BACKWARD, is_followed=False, is_fixed=False),
    Rule("input_work", FORWARD, is_followed=False, is_fixed=False),
    Rule("input_work", BACKWARD, is_followed=True, is_fixed=True),
    Rule("call_calc", FORWARD, is_followed=True, is_fixed=True),
    Rule("call_calc", BACKWARD, is_followed=True, is_fixed=False),
    Rule("call_work", FORWARD, is_followed=True, is_fixed=True),
    Rule("call_work", BACKWARD, is_followed=True, is_fixed=False),
)


@dataclass(frozen=True, slots=True)
class Traversal:
    """The types of the links that are followed in each direction."""

    forward: tuple[str, ...]
    backward: tuple[str, ...]

    @classmethod
    def of(cls, followed: frozenset[str]) -> Traversal:
        """Return the traversal that follows the rules of some names."""
        chosen = [rule for rule in RULES if rule.name in followed]
        forward, backward = (
            tuple(rule.link for rule in chosen if rule.direction == direction)
            for direction in (FORWARD, BACKWARD)
        )
        return cls(forward, backward)

    def as_rules(self) -> dict[str, bool]:
        """Return each rule by its name, as AiiDA tells them in an archive."""
        followed = {FORWARD: self.forward, BACKWARD: self.backward}
        return {rule.name: rule.link in followed[rule.direction] for rule in RULES}


DEFAULT = Traversal.of(frozenset(rule.name for rule in RULES if rule.is_followed))
