"""Suggestions: values that exist, while somebody writes. Floor: translators.

Columns with an index are walked from one value to the next one. All else is looked up in a sample:
the newest nodes of the selection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from provender.errors import BadValue
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.conditions import NodeRelation, Target
from provender.query.plan.facets import Form, Walk, facet_of
from provender.query.plan.plan import Output, Plan
from provender.query.plan.views import vocabulary, whole_vocabulary
from provender.query.plan.where import Named
from provender.query.querydict import TYPE_OF_ENTITY, Name, QueryDict
from provender.query.querystring.selections.suggest import Field
from provender.schema.entities import ENTITIES, Kind
from provender.schema.statements import Record as Values
from provender.translators.inquiry import Inquiry
from provender.translators.records import Record
from provender.translators.selections.facets import WITH_MEMBERS, value_of
from provender.translators.selections.selection import Selection
from provender.translators.session import Session

# Nodes that a sample has at most: 5,000 took 0.2 s where a condition looks into JSON.
SAMPLE = 2_000
# Nodes that are counted of a value at most, and different values that are looked at.
MOST_COUNTED, MOST_WALKED = 1_000, 2_000
# Pairs of a key and a type that are looked at.
MOST_KEYS = 5_000
# Characters of the longest value that is suggested.
LONGEST = 200
# Other things than nodes, whose labels are suggested.
OTHERS = ("group", "computer")
# Columns of nodes that an index orders.
INDEXED = ("label", "node_type", "process_type")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is suggested: values of a field, those with a text in them, so many at most."""

    field: Field
    text: str
    size: int


@dataclass(frozen=True, slots=True)
class Suggested:
    """Values, each with the number of its nodes; whether they are those of a sample, and all."""

    values: list[tuple[Any, int]]
    is_sampled: bool
    is_whole: bool = True


class SuggestionsOf(Inquiry[list[Suggested], Record]):
    """Values of fields, all in one snapshot; those of several fields name theirs."""

    def __init__(self, selection: Selection, wanted: Sequence[Wanted]) -> None:
        self._selection, self._wanted = selection, wanted
        self._plan = selection.plan(["id"])
        self._parts = [_Suggestions(selection, one) for one in wanted]
        self.is_expensive = any(part.is_expensive for part in self._parts)

    def read(self, session: Session) -> list[Suggested]:
        """Return the values of each field; all samples are the same nodes."""
        nodes = self._selection.narrow(self._plan, session), False
        sample = nodes
        if self.is_expensive:
            sample = self._selection.sampled(nodes[0], session, SAMPLE)
        return [
            part.read(*(sample if part.is_expensive else nodes), session) for part in self._parts
        ]

    def present(self, raw: list[Suggested]) -> Record:
        """Return the values, each with its number, in the order of the fields."""
        has_names = len(self._wanted) > 1
        return {
            "suggest": [
                {
                    **({"field": one.field.text} if has_names else {}),
                    "value": value,
                    "count": _shown(count),
                }
                for one, found in zip(self._wanted, raw, strict=True)
                for value, count in found.values
            ],
            "sampled": any(found.is_sampled for found in raw),
            "truncated": None if all(found.is_whole for found in raw) else "rows",
        }


class _Suggestions:
    """Values of a field with a text in them; those that begin with it come first."""

    def __init__(self, selection: Selection, wanted: Wanted) -> None:
        self._selection, self._wanted = selection, wanted
        self._plan = selection.plan(["id"])
        self._target: Target | None = None
        if wanted.field.name not in OTHERS:
            self._target = self._checked(wanted.field.name)
        self.is_expensive = not self._is_everything or not self._is_walked

    def _checked(self, name: Name) -> Target:
        view = self._selection.view
        if name in view.documents:
            return Target(view.name, view.entity.fields[str(name)])
        target = vocabulary(view, self._selection.expose).to_ask(view.name, name)
        kind = target.field.kind
        if kind not in (Kind.TEXT, Kind.JSON):
            raise BadValue(
                f"`{name}` is {kind.value}; strings and values inside JSON are suggested.",
                hint=f"For example {', '.join((*INDEXED, *OTHERS))} or attributes.process_label.",
            )
        return target

    @property
    def _is_everything(self) -> bool:
        """Whether the selection is all nodes."""
        where = self._selection.where
        return not (self._plan.condition.conditions or where.relations or where.query)

    @property
    def _is_walked(self) -> bool:
        return self._target is None or self._target.field.name in INDEXED

    def read(self, plan: Plan, is_sampled: bool, session: Session) -> Suggested:
        """Return the values that nodes have, and their numbers."""
        if self._target is None:
            return replace(self._of_others(plan, session), is_sampled=is_sampled)
        if not self.is_expensive:
            return self._of_column(self._target, plan, session)
        return Suggested(self._of_sample(self._target, plan, session), is_sampled)

    def _of_column(self, target: Target, plan: Plan, session: Session) -> Suggested:
        name = target.field.name
        texts, is_whole = self._walked("node", name, session)
        shown = replace(plan, outputs=facet_of(plan, target, Form.VALUE).plan.outputs)
        counted = [
            (text, _number(questions.equal(shown, target.tag, name, text), session))
            for text in texts
        ]
        return Suggested(counted, is_sampled=False, is_whole=is_whole)

    def _of_others(self, plan: Plan, session: Session) -> Suggested:
        texts, is_whole = self._walked(str(self._wanted.field.name), "label", session)
        count = self._in_group if self._wanted.field.name == "group" else self._on_computer
        counted = [(text, count(text, plan, session)) for text in texts]
        return Suggested(counted, is_sampled=False, is_whole=is_whole)

    def _in_group(self, label: str, plan: Plan, session: Session) -> int:
        where = replace(
            self._selection.where, relations=(Named(NodeRelation.GROUP, label),), query=None
        )
        return _number(replace(self._selection, where=where).narrow(plan, session), session)

    def _on_computer(self, label: str, plan: Plan, session: Session) -> int:
        found = session.rows(_computers(label))
        tag = self._selection.view.name
        wanted = questions.among(plan, tag, "dbcomputer_id", [pk for (pk,) in found])
        return _number(wanted, session)

    def _walked(self, entity: str, column: str, session: Session) -> tuple[list[str], bool]:
        """Return texts of a column, and whether all were looked at."""
        text, size = self._wanted.text, self._wanted.size
        first = session.distinct(ENTITIES[entity], column, text, size)
        if len(first) >= size:
            return first[:size], True
        every = session.distinct(ENTITIES[entity], column, "", MOST_WALKED)
        found = self._fitting(every)
        rest = sorted((one for one in found if one not in first), key=self._rank)
        return [*first, *rest][:size], len(every) < MOST_WALKED

    def _of_sample(self, target: Target, plan: Plan, session: Session) -> list[tuple[Any, int]]:
        if target.field.kind is Kind.JSON and target.path is None:
            named = replace(plan, outputs=(Output("value", target),))
            counted = self._keys_of(session.keys(named, MOST_KEYS))
        else:
            walk = Walk(SAMPLE, None, self._wanted.text)
            rows = session.values(facet_of(plan, target, Form.VALUE), walk)
            counted = [
                (value_of(kind, number, text), count)
                for kind, number, text, count, _ in rows
                if kind not in WITH_MEMBERS and text != "" and len(text or "") <= LONGEST
            ]
        ranked = sorted(counted, key=lambda pair: (self._rank(str(pair[0])), -pair[1]))
        return ranked[: self._wanted.size]

    def _keys_of(self, rows: Iterable[Values]) -> list[tuple[Any, int]]:
        """Return the keys of objects, those of several types once."""
        numbers: Counter[str] = Counter()
        for name, _, count, *_ in rows:
            numbers[name] += count
        return [(name, numbers[name]) for name in self._fitting(numbers)]

    def _fitting(self, texts: Iterable[str]) -> list[str]:
        wanted = self._wanted.text.lower()
        return [text for text in texts if wanted in text.lower() and len(text) <= LONGEST]

    def _rank(self, text: str) -> int:
        """Return the place of a text among the others: its beginning fits, or something in it."""
        wanted = self._wanted.text
        if text.startswith(wanted):
            return 0
        return 1 if text.lower().startswith(wanted.lower()) else 2


def _shown(count: int) -> int | str:
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else count


def _number(plan: Plan, session: Session) -> int:
    """Return the number of rows, counted up to one more than the most."""
    return session.number(plan.at_most(MOST_COUNTED + 1))


def _computers(label: str) -> Plan:
    question: QueryDict = {
        "path": [{"entity_type": TYPE_OF_ENTITY["computer"], "tag": "computer"}],
        "project": {"computer": ["id"]},
        "filters": {"computer": {"label": {"==": label}}},
    }
    return planning.check(question, {"computer": whole_vocabulary(ENTITIES["computer"])})
