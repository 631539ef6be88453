"""Reading saved selections: each is checked as its route checks a request. Floor: web."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from provender.errors import BadRequest, ConfigurationError
from provender.query.querystring import grammar, relations
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import FULL_TYPE
from provender.query.querystring.request import check_size, read_list
from provender.query.selection.body import Body, Form, read_selection
from provender.query.terms import Term
from provender.settings import Limits, SavedSelection, Settings
from provender.store.profiles import Profile, ProfileKind, Profiles
from provender.translators.inquiry import Inquiry
from provender.translators.nodes import NodeTranslator
from provender.translators.selections.facets import FacetsOf
from provender.translators.selections.select import SelectOf
from provender.translators.selections.selection import Selection
from provender.web.access.rights import CONFIGURATION
from provender.web.dialects import DIALECTS
from provender.web.dialects.selections import facets, search, select
from provender.web.resources.keys import read
from provender.web.resources.selections.facets import posted_options
from provender.web.resources.selections.select import flat_of, page_of, template_of, walked
from provender.web.routes.route import Route
from provender.web.routes.saved import SavedView, SavedViews
from provender.web.routes.views import NODES

LIST, TEMPLATE = search.ROUTES[0], select.ROUTES[0]
FACETS = next(route for route in facets.ROUTES if route.path == "/nodes/facets")
# What the text of a selection may hold: filters, relations and a full type.
TEXT = replace(TEMPLATE, parameters=(FULL_TYPE,), own=relations.KEYS, required=(), has_filters=True)
# What is no part of the body of the route.
ABOUT = ("title", "description", "selection")


@dataclass(frozen=True, slots=True)
class _Written:
    """A saved selection where it is written: the profile that it is served for, and its place."""

    profile: Profile
    name: str
    place: str
    saved: SavedSelection


def read_views(settings: Settings, profiles: Profiles) -> SavedViews:
    """Return the saved selections of each profile: its own, and those of all profiles.

    Raises:
        ConfigurationError: one cannot be asked; the message names it, and what is wrong.
    """
    found: dict[str, dict[str, SavedView]] = {}
    for item in _every(settings, profiles):
        views = found.setdefault(item.profile.name, {})
        views[item.name] = _read(item, settings.limits)
    return found


def mistakes(settings: Settings, profiles: Profiles) -> Iterator[ConfigurationError]:
    """Yield an error for each saved selection that cannot be asked, also if there is no profile."""
    seen = set[str]()
    if not profiles.by_name:
        demo = Profile("demo", ProfileKind.ARCHIVE, "", expose=settings.expose)
        profiles = Profiles({demo.name: demo})
    for item in _every(settings, profiles):
        try:
            _read(item, settings.limits)
        except ConfigurationError as error:
            if item.place not in seen:
                yield error
            seen.add(item.place)


def _every(settings: Settings, profiles: Profiles) -> Iterator[_Written]:
    """Yield the saved selections of each profile; its own go before those of all profiles."""
    for name, profile in profiles.by_name.items():
        entry = settings.profiles.get(name) if profile.source == CONFIGURATION else None
        own = {} if entry is None else entry.views
        for key, saved in settings.views.items():
            if key not in own:
                yield _Written(profile, key, f"views.{key}", saved)
        for key, saved in own.items():
            yield _Written(profile, key, f"profiles.{name}.views.{key}", saved)


def _read(item: _Written, limits: Limits) -> SavedView:
    """Return a saved selection, after planning it as a request is planned.

    Raises:
        ConfigurationError: it cannot be asked.
    """
    try:
        view = _view(item.name, item.saved, item.profile.expose, limits)
        _inquiry(view, limits)
    except BadRequest as error:
        raise ConfigurationError(
            f"The view `{item.place}` cannot be served: {error.message}", hint=error.hint
        ) from error
    return view


def _route(saved: SavedSelection) -> Route:
    """Return the route that a saved selection stands for."""
    if saved.facet or saved.stats:
        return FACETS
    return LIST if saved.want is None else TEMPLATE


def _view(name: str, saved: SavedSelection, expose: tuple[str, ...], limits: Limits) -> SavedView:
    """Return what a saved selection asks, read as what is posted to its route; errors as there."""
    route = _route(saved)
    form = Form(NODES, route.resource.beside, expose, route.resource.more)
    body = read_selection(_written(saved), form, limits)
    if saved.selection is None:
        return SavedView(name, saved.title, saved.description, route, body, expose)
    text, terms = saved.selection.strip(), tuple[Term, ...]()
    chosen = Parameters()
    if text:
        raw = frozenset(item.name for item in TEXT.own if item.is_raw)
        terms = grammar.parse_text(text, raw)
        chosen = check_size(read(text, DIALECTS[0], TEXT), limits)
    parameters = Parameters(chosen.filters, {**chosen.given, **body.parameters.given})
    asked = Body(relations.where(chosen), parameters, body.more)
    return SavedView(name, saved.title, saved.description, route, asked, expose, text, terms)


def _written(saved: SavedSelection) -> bytes:
    """Return the body that a saved selection stands for as JSON.

    Raises:
        BadRequest: it holds what JSON cannot say.
    """
    given = {key: value for key, value in asdict(saved).items() if key not in ABOUT}
    kept = {key: value for key, value in given.items() if value not in (None, (), False)}
    try:
        return json.dumps(kept, default=_time, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise BadRequest(f"It holds what is no JSON: {error}.") from None


def _time(value: object) -> str:
    """Return a time, which YAML has and JSON has not, as a body writes it."""
    if isinstance(value, date):  # a datetime is one
        return value.isoformat()
    raise TypeError(f"{value!r} is no value of JSON")


def _inquiry(view: SavedView, limits: Limits) -> Inquiry[Any, Any]:
    """Return the inquiry of a saved selection; making it checks all names and values."""
    body, expose = view.body, view.expose
    if view.route is FACETS:
        selection = Selection(NODES, body.parameters, body.where, expose)
        return FacetsOf(selection, posted_options(body), None, str)
    if view.route is TEMPLATE:
        page = page_of(NODES, walked(body.parameters), limits, body.where)
        template = template_of(body, limits, expose)
        return SelectOf(page, template, expose, is_flat=flat_of(body))
    listed = read_list(NODES, body.parameters, limits, where=body.where)
    return NodeTranslator(NODES, expose).listing(listed)
