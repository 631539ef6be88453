"""Separating a plan into a shape, which is compiled once, and its values. Floor: query.

Two plans of one shape differ in their values only, so they share their SQL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache

from provender.query.plan.conditions import Operand, Path, Swap, swapped
from provender.query.plan.plan import Ordering, Output, Plan
from provender.schema.entities import Kind


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value: a shape holds it instead of the value."""

    index: int

    @property
    def name(self) -> str:
        """The name that the value is bound to."""
        return f"p{self.index}"


@dataclass(frozen=True, slots=True)
class Shape:
    """A plan without its values: `plan` holds slots, `operands` the values in their order.

    The first `asked` operands are those of the condition; a count depends on no others.
    """

    plan: Plan
    operands: tuple[Operand, ...]
    asked: int


def shape_of(plan: Plan) -> Shape:
    """Return the shape and the values of a plan.

    Example:
        `id > 5` becomes the shape `id > p0` and the operands `(5,)`.
    """
    found: list[Operand] = []

    def take(operand: Operand) -> Operand:
        found.append(operand)
        if isinstance(operand, Path):
            return _path_slot(len(found) - 1, operand.kind, operand.plain, operand.keys)
        return _slotted(len(found) - 1, operand.kind)

    condition = swapped(plan.condition, take)
    asked = len(found)
    shape = replace(
        plan,
        condition=condition,
        outputs=_shaped(plan.outputs, take),
        order=plan.order if _is_plain(plan.order) else swapped(plan.order, take),
        limit=plan.limit and take(plan.limit),
        offset=plan.offset and take(plan.offset),
    )
    return Shape(shape, tuple(found), asked)


def _is_plain(items: tuple[Output, ...] | tuple[Ordering, ...]) -> bool:
    """Return whether no item has a path into JSON, which is a value."""
    return all([item.target.path is None for item in items])  # noqa: C419 - a list is faster here


def _shaped(outputs: tuple[Output, ...], take: Swap) -> tuple[Output, ...]:
    """Return outputs with slots; those with a path lose their name, which holds the path."""
    if _is_plain(outputs):
        return outputs
    return tuple(
        replace(swapped(item, take), key="") if item.target.path is not None else item
        for item in outputs
    )


@cache
def _slotted(index: int, kind: Kind) -> Operand:
    """Return the operand of a slot."""
    return Operand(Slot(index), kind)


@lru_cache(maxsize=4096)  # clients may write many forms of paths
def _path_slot(index: int, kind: Kind, plain: bool, keys: tuple[int, ...]) -> Path:
    """Return the operand of the slot of a path."""
    return Path(Slot(index), kind, plain, keys)


def slot_of(operand: Operand) -> Slot:
    """Return the slot of an operand of a shape."""
    if not isinstance(operand.value, Slot):
        raise TypeError(operand)
    return operand.value
