"""A special key of a query string, and a query string as read. Floor: query.

A parameter is also the key of its value: `parameters[LIMIT]`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from provender.query.terms import Operator, Term

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Generic[_Value]):
    """A special key: how its term is read, and its value if the key is not given.

    `form` shows what may follow the key, `help` says what the key does. `schema` is the JSON Schema
    of a value as it is written in a query string, `examples` are such values. `bound` is the
    setting below `limits` that is the largest number. `operators` may follow the key. With
    `is_raw` the value is all text up to the next `&`, or a quoted string, with `is_document` a JSON
    object without quotes around, whose text is read. A key with `is_repeated` may be given more
    than once: `read` is called for each, and the value is a tuple.
    """

    name: str
    read: Callable[[Term], Any]
    default: _Value
    form: str
    help: str
    schema: Mapping[str, Any]
    examples: tuple[Any, ...]
    bound: str | None = None
    operators: tuple[Operator, ...] = (Operator.EQUAL,)
    is_raw: bool = False
    is_document: bool = False
    is_repeated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """A query string as read: filters, and the values of the parameters that were given.

    An instance equals only itself. Equal query strings share one instance while it is cached.
    """

    filters: tuple[Term, ...] = ()
    given: Mapping[str, object] = field(default_factory=dict)

    def __getitem__(self, parameter: Parameter[_Value]) -> _Value:
        """Return the value of a parameter, or its default."""
        return cast("_Value", self.given.get(parameter.name, parameter.default))
