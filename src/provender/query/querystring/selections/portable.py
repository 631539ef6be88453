"""The special keys of an archive for AiiDA: which links lead to further nodes. Floor: query."""

from __future__ import annotations

from functools import partial
from typing import Any

from provender.errors import BadValue
from provender.query.plan.traversal import RULES, Rule, Traversal
from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter, Parameters
from provender.query.querystring.selections.zips import DRY_RUN
from provender.query.terms import Term


def _fixed(rule: Rule, term: Term) -> bool:
    """Return the only value of a rule that nobody can change."""
    found = readers.switch(term)
    if found is not rule.is_followed:
        other = ", ".join(one.name for one in RULES if not one.is_fixed)
        raise BadValue(
            f"`{rule.name}` is always {str(rule.is_followed).lower()}: an archive has what went "
            "into its processes, what came out, and what they called.",
            hint=f"These can be changed: {other}.",
        )
    return found


def _parameter(rule: Rule) -> Parameter[bool]:
    way = "from the input to the output" if rule.direction == "forward" else "to the input"
    only = ", which cannot be changed" if rule.is_fixed else ""
    return Parameter(
        rule.name,
        partial(_fixed, rule) if rule.is_fixed else readers.switch,
        rule.is_followed,
        str(rule.is_followed).lower() if rule.is_fixed else "true or false",
        f"follow `{rule.link}` links {way}; by default {str(rule.is_followed).lower()}{only}",
        {"enum": [rule.is_followed]} if rule.is_fixed else {"type": "boolean"},
        (rule.is_followed,),
    )


FOLLOWED: dict[str, Parameter[bool]] = {rule.name: _parameter(rule) for rule in RULES}
KEYS: tuple[Parameter[Any], ...] = (*FOLLOWED.values(), DRY_RUN)


def traversal(parameters: Parameters) -> Traversal:
    """Return which links are followed."""
    return Traversal.of(frozenset(name for name, key in FOLLOWED.items() if parameters[key]))
