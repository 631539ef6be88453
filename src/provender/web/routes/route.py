"""Routes and dialects as data. Floor: web."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from flask import Response

from provender.errors import ProvenderError
from provender.query.plan.views import Identity, View
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.parameters import PERPAGE
from provender.query.terms import Operator

# A method of a resource, called with the resource and the parts of the path.
Handler = Callable[..., Response]
# Longest text of an error, in characters.
LONGEST_TEXT = 4000


class Access(Enum):
    """Who may use a route: clients that pass the checks of the application, or everybody."""

    GUARDED = "guarded"
    OPEN = "open"


class Form(Enum):
    """The form of an answer."""

    JSON = "JSON"
    BARE = "JSON without an envelope"
    FILE = "a file"
    TABLE = "a table, made while it is sent"


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The answer of a route in words, and its keys in `data`.

    `data` is the schema of what the envelope holds, None where a file is the only form.
    `is_list` says that the answer may have pages. `body` is the schema of what is posted. `media`
    are the types of content that the answer may have besides, `headers` such headers. `more` are
    the schemas of further keys that the envelope may have. `resource_type` is what it says there,
    if that is not the first element of the path.
    """

    text: str
    keys: tuple[str, ...] = ()
    form: Form = Form.JSON
    data: object = None
    is_list: bool = False
    body: object = None
    media: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)
    resource_type: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A path of a dialect, with its handler, its keys and its answer.

    Paths have no final slash, which is optional in requests. `handler` is a method of
    the class `resource`. `view` decides rows and names; for links, `neighbours` does. `parameters`
    are the special keys that the route uses, `required` those that it needs. `own` are special keys
    of this route that the dialect does not have elsewhere. With `has_filters` all other keys are
    filters, or only those in `filters`. With `is_strict` keys that it does not use are refused.
    With `orders_inside` rows can be ordered by what is inside JSON.
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
    filters: tuple[str, ...] = ()
    neighbours: View | None = None
    required: tuple[Parameter[Any], ...] = ()
    own: tuple[Parameter[Any], ...] = ()
    is_strict: bool = False
    orders_inside: bool = False

    def keys(self, dialect: Dialect) -> list[str]:
        """Return the special keys that the route uses."""
        return [*map(dialect.written, self.parameters), *(item.name for item in self.own)]

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


def schema_of_id(identity: Identity | None) -> Mapping[str, Any]:
    """Return the schema of the key that `identified_by_id` gives; None for no selected object."""
    kinds = {None: "null", Identity.PK: "integer"}
    return {"id": {"type": kinds.get(identity, "string")}}


def schema_of_pk(identity: Identity | None) -> Mapping[str, Any]:
    """Return the schema of the key that `identified_by_pk` gives; None for no selected object."""
    return {"pk": {"type": "null" if identity is None else "integer"}}


def error_body(error: ProvenderError) -> dict[str, Any]:
    """Return the body of an error: message and code, and hint and detail if there are any."""
    body: dict[str, Any] = {"message": shortened(error.message), "code": error.code}
    body |= {"hint": shortened(error.hint)} if error.hint else {}
    return body | ({"detail": shortened(error.detail)} if error.detail else {})


def shortened(text: str) -> str:
    """Return a text for a person, its middle left out if it is very long.

    Errors quote requests, which may be a megabyte long.
    """
    if len(text) <= LONGEST_TEXT:
        return text
    half = LONGEST_TEXT // 2
    return f"{text[:half]} [{len(text) - 2 * half} characters left out] {text[-half:]}"


@dataclass(frozen=True, slots=True, eq=False)
class Dialect:
    """A version of the interface: its prefix, routes, special keys, envelope and errors.

    `specials` maps special keys to parameters. `strict` are parameters that some routes use and all
    other routes refuse; other parameters are ignored by routes that do not use them. `refused` are
    operators that it does not have. `identity`
    makes the key of an envelope for its object, `identity_schema` the schema of that key;
    `error_body` makes the body of an error.
    """

    name: str
    purpose: str
    prefix: str
    version: tuple[str, str, str]
    routes: tuple[Route, ...]
    specials: Mapping[str, Parameter[Any]] = field(default_factory=dict)
    strict: tuple[Parameter[Any], ...] = ()
    refused: tuple[Operator, ...] = ()
    identity: Callable[[str | int | None, int | None], Mapping[str, object]] = identified_by_id
    error_body: Callable[[ProvenderError], dict[str, Any]] = error_body
    identity_schema: Callable[[Identity | None], Mapping[str, Any]] = schema_of_id

    def has_pages(self, route: Route) -> bool:
        """Return whether a route answers a list that has numbered pages, or such a page."""
        pages = f"{route.path}/page"
        return PERPAGE in route.parameters or any(other.path == pages for other in self.routes)

    def written(self, parameter: Parameter[Any]) -> str:
        """Return the special key of a parameter."""
        return next(key for key, found in self.specials.items() if found is parameter)
