"""Routes and dialects as data. Floor: web."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from flask import Response

from provender.errors import ProvenderError
from provender.query.plan.views import View
from provender.query.querystring.parameters import Parameter

# A method of a resource, called with the resource and the parts of the path.
Handler = Callable[..., Response]


class Access(Enum):
    """Who may use a route: clients that pass the checks of the application, or everybody."""

    GUARDED = "guarded"
    OPEN = "open"


class Form(Enum):
    """The form of an answer."""

    JSON = "JSON"
    FILE = "a file"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a route in words, and its keys in `data`."""

    text: str
    keys: tuple[str, ...] = ()
    form: Form = Form.JSON


@dataclass(frozen=True, slots=True)
class Route:
    """A path of a dialect, with its handler, its keys and its answer.

    Paths have no final slash, which is optional in requests. `handler` is a method of
    the class `resource`. `view` decides rows and names. `parameters` are the special keys that the
    route uses; with `has_filters` all other keys are filters.
    """

    path: str
    resource: type[Any]
    handler: Handler
    answer: Answer
    view: View | None = None
    parameters: tuple[Parameter[Any], ...] = ()
    has_filters: bool = False
    access: Access = Access.GUARDED
    methods: tuple[str, ...] = ("GET",)

    @property
    def name(self) -> str:
        """The first element of the path: `nodes`, or `server` for the base URL."""
        return self.path.split("/")[1] if self.path else "server"


def identified_by_id(identifier: str | int | None, pk: int | None) -> Mapping[str, object]:
    """Return the key of an envelope for the selected object: the id in the path."""
    del pk
    return {"id": identifier}


def identified_by_pk(identifier: str | int | None, pk: int | None) -> Mapping[str, object]:
    """Return the key of an envelope for the selected object: its pk."""
    del identifier
    return {"pk": pk}


def error_body(error: ProvenderError) -> dict[str, Any]:
    """Return the body of an error: message and code, and hint and detail if there are any."""
    body: dict[str, Any] = {"message": error.message, "code": error.code}
    body |= {"hint": error.hint} if error.hint else {}
    return body | ({"detail": error.detail} if error.detail else {})


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """A version of the interface: its prefix, routes, special keys, envelope and errors.

    `specials` maps special keys to parameters. `strict` are parameters that some routes use and all
    other routes refuse; other parameters are ignored by routes that do not use them. `identity`
    makes the key of an envelope for its object, `error_body` the body of an error.
    """

    name: str
    purpose: str
    prefix: str
    version: tuple[str, str, str]
    routes: tuple[Route, ...]
    specials: Mapping[str, Parameter[Any]] = field(default_factory=dict)
    strict: tuple[Parameter[Any], ...] = ()
    identity: Callable[[str | int | None, int | None], Mapping[str, object]] = identified_by_id
    error_body: Callable[[ProvenderError], dict[str, Any]] = error_body

    def written(self, parameter: Parameter[Any]) -> str:
        """Return the special key of a parameter."""
        return next(key for key, found in self.specials.items() if found is parameter)
