"""What every resource does: read the query, ask the store, build the answer. Floor: web."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, ClassVar, Generic, TypeVar

import flask_restful
from flask import Response, abort, current_app, request
from werkzeug.exceptions import HTTPException

from provender.errors import BadRequest, ConflictingParameters, NotServed
from provender.query.plan.views import Identity, View
from provender.query.querystring import advice, grammar
from provender.query.querystring.advice import Note, unheeded
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import CURSOR, LIMIT, PROFILE
from provender.query.querystring.request import (
    ListRequest,
    Page,
    check_size,
    read_list,
)
from provender.schema.statements import Flaws
from provender.settings import Limits
from provender.store.sharing import Wanted
from provender.store.stores import Store
from provender.translators import flaws
from provender.translators import inquiry as inquiries
from provender.translators.base import BaseTranslator
from provender.translators.identity import parse_identifier
from provender.translators.inquiry import Inquiry
from provender.translators.lists import Listing
from provender.translators.properties import Properties, describe
from provender.translators.session import Session
from provender.web.answers import responses
from provender.web.answers.freshness import Freshness
from provender.web.context import KEY, Context
from provender.web.middleware import mounts, timing
from provender.web.middleware.trace import note_profile
from provender.web.resources.keys import read, refuse_filters
from provender.web.routes.route import Dialect, Route

_Raw = TypeVar("_Raw")
_Answer = TypeVar("_Answer")
# The header with all notes on a request, as JSON.
NOTES = "X-Provender-Notes"
# Longest value of that header in characters: web servers in front take 4 kB of headers by default.
LONGEST_HEADER = 2000


@dataclass(frozen=True, slots=True)
class Found(Generic[_Answer]):
    """The answer to an inquiry, the store (for reading files), and the ETag of the answer.

    `notes` are about stored values that cannot be shown.
    """

    value: _Answer
    store: Store
    freshness: Freshness | None = None
    etag: str | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Early:
    """A complete response, found before the store is read."""

    response: Response


@dataclass(frozen=True, slots=True)
class _Made(Generic[_Answer]):
    """The answer to an inquiry, the name of its snapshot, and what cannot be shown."""

    value: _Answer
    token: str | None = None
    flaws: Flaws = field(default_factory=Flaws)


def _known(freshness: Freshness | None, session: Session) -> _Early | None:
    """Return the response that the client or the cache has, if there is one."""
    if freshness is None or not freshness.may_know or session.token is None:
        return None
    response = freshness.answer(freshness.etag(session.token))
    return None if response is None else _Early(response)


class BaseResource(flask_restful.Resource):
    """Answers the routes of one resource; a new one is made for each request.

    A subclass that is registered with `Api.add_resource` has neither route nor dialect.
    """

    route: Route
    dialect: Dialect
    translator: ClassVar[type[BaseTranslator]] = BaseTranslator
    refused: ClassVar[tuple[str, ...]] = ()
    walked_by: ClassVar[str] = CURSOR.name

    def __init__(
        self,
        route: Route | None = None,
        dialect: Dialect | None = None,
        **options: Any,  # noqa: ANN401 - whatever an extension passes on
    ) -> None:
        self.context: Context = current_app.extensions[KEY]
        self.options = options
        if route is not None and dialect is not None:
            self.route, self.dialect = route, dialect

    def get(self, **values: Any) -> Response:  # noqa: ANN401 - Flask passes the parts of the path
        """Answer a GET request by the handler of the route."""
        if not hasattr(self, "route"):
            return self.unrouted()
        try:
            return self.route.handler(self, **values)
        except HTTPException as known:  # of `inquire`: decorators and subclasses see a response
            if known.code is not None or not isinstance(known.response, Response):
                raise
            return known.response

    def unrouted(self) -> Response:
        """Answer a GET request at a path that an extension registered without a route.

        Raises:
            NotServed: the resource has nothing to say there.
        """
        raise NotServed(
            "This path has no route.", hint="A resource of Provender needs a route, or a `get`."
        )

    @cached_property
    def query(self) -> str:
        """The decoded query string."""
        return grammar.decode(request.query_string)

    @property
    def view(self) -> View:
        """The view of the route."""
        if self.route.view is None:
            raise TypeError(self.route)
        return self.route.view

    @property
    def limits(self) -> Limits:
        """The bounds on what a request may ask for."""
        return self.context.settings.limits

    @property
    def shown(self) -> View | None:
        """The view whose names the answer shows, if the route has one."""
        return self.route.view if hasattr(self, "route") else None

    @property
    def expose(self) -> tuple[str, ...]:
        """The private names that the profile of the request opens."""
        return self.context.profile(self.profile).expose

    @property
    def profile(self) -> str | None:
        """The profile that the query string names; None for that of the path."""
        return self.parameters[PROFILE]

    def listing(self, page: int | None = None, *, is_paged: bool = False) -> Response:
        """Answer a list, or a page of it."""
        asked = self.read_list(self.view, page, is_paged=is_paged)
        found = self.inquire(self.translator(self.view, self.expose).listing(asked))
        return self.answer_list(self.view.name, self.view, found)

    def detail(self, id: str) -> Response:  # noqa: A002 - the name in the path
        """Answer one object, as a list of one to which limit and offset apply."""
        identifier = parse_identifier(self.view, id)
        asked = self.read_list(self.view)
        found = self.inquire(self.translator(self.view).detail(identifier, asked.parameters))
        refuse_filters(asked.parameters)
        records = found.value.records[asked.offset : asked.offset + asked.limit]
        shown = identifier if self.view.identity is Identity.PK else id
        pk = found.value.pk
        data = {self.view.name: records}
        told = unheeded(self.view, self.parameters)
        return self.answer(data, 1, found, identifier=shown, pk=pk, notes=told)

    def schema(self, *, properties: Properties) -> Response:
        """Answer the description of the fields of a resource."""
        if request.query_string:
            raise BadRequest(
                f"{self.route.path.rpartition('/')[2]} requests do not allow specifying a query "
                "string"
            )
        return self.answer(describe(properties), 1)

    def statistics(self) -> Response:
        """Answer the number of rows in total and of each type; of nodes also of each day."""
        found = self.inquire(self.translator(self.view).statistics(self.parameters))
        return self.answer(found.value, 0, found)

    def read_list(
        self, view: View, page: int | None = None, *, is_paged: bool = False
    ) -> ListRequest:
        """Return the list of a view that the query string asks for."""
        limits = self.context.settings.limits
        return read_list(view, self.parameters, limits, page=page, is_paged=is_paged)

    @cached_property
    def parameters(self) -> Parameters:
        """The parameters of the query string; a profile is refused unless switching is on."""
        with timing.span("parse"):
            route = self.route if hasattr(self, "route") else None
            parameters = check_size(read(self.query, self.dialect, route), self.limits)
        self.check_profile(parameters[PROFILE])
        self._check_strict(parameters)
        return parameters

    def check_profile(self, name: str | None) -> None:
        """Refuse a named profile if switching is off, or if the path belongs to another profile."""
        mounted = request.environ.get(mounts.PROFILE)
        if name is not None and mounted is not None and name != mounted:
            raise ConflictingParameters(
                f"The path belongs to the profile `{mounted}`, but `profile` names another one.",
                hint="Leave out `profile`, or use the path of the other profile.",
            )
        if name is not None and not self.context.settings.profile_switching:
            raise ConflictingParameters(
                "specifying an explicit profile is not enabled for this REST API."
            )
        note_profile(name or mounted or self.context.stores.profiles.default)

    def _check_strict(self, parameters: Parameters) -> None:
        """Refuse strict keys of other routes, and keys that exclude each other."""
        given = [item for item in self.dialect.strict if parameters[item] is not None]
        for item in given:
            if item not in self.route.parameters:
                column = item.name.partition("_")[0]
                raise ConflictingParameters(
                    f"`{self.dialect.written(item)}` requires that the path contains "
                    f"/content/{column}."
                )
        if len(given) > 1:
            both = " and ".join(f"`{self.dialect.written(item)}`" for item in given)
            raise ConflictingParameters(f"{both} exclude each other.")

    def inquire(self, inquiry: Inquiry[_Raw, _Answer], *, is_named: bool = True) -> Found[_Answer]:
        """Return the answer of the store of the request to an inquiry.

        Ends the request here if the client or the cache has the answer for this snapshot. With
        `is_named=False` the answer gets no ETag from the snapshot: it has an ETag of its own, or it
        depends on files, which no snapshot covers.

        Raises:
            HTTPException: carries the answer that the client or the cache has.
        """
        begun = time.perf_counter()
        store, places = self.context.store(self.profile), self.context.stores.places
        freshness: Freshness | None = None
        if is_named and request.method != "POST":
            memory = self.context.stores.memory
            freshness = Freshness(store.name, self.context.fingerprint, memory, inquiry.moment)

        if freshness is None or not inquiry.is_expensive:
            reading = inquiries.read(inquiry, store, partial(_known, freshness))
            timing.add_planned(begun, reading.seconds)
            if isinstance(reading.raw, _Early):
                abort(reading.raw.response)
            with places.expensive() if inquiry.takes_long(reading.raw) else nullcontext():
                made = _Made(inquiry.present(reading.raw), reading.token, reading.flaws)
        else:
            made = self._made_once(inquiry, store, freshness)
        notes = flaws.notes(made.flaws, self.shown) if made.flaws.number else ()
        if freshness is None or made.token is None:
            return Found(made.value, store, notes=notes)
        return Found(made.value, store, freshness, freshness.etag(made.token), notes)

    def _made_once(
        self, inquiry: Inquiry[_Raw, _Answer], store: Store, freshness: Freshness
    ) -> _Made[_Answer]:
        """Return the answer to an expensive inquiry, made once for all who ask now.

        A place for expensive work is held from the first statement until the answer is made, so
        that an equal request, which waits for a place, finds it.
        """
        begun, stores = time.perf_counter(), self.context.stores
        if freshness.may_know:  # which takes no place
            early = inquiries.read(
                inquiry, store, lambda session: _known(freshness, session) or _Made(None)
            ).raw
            if isinstance(early, _Early):
                abort(early.response)
        store.reader.check()  # while a database is down nobody waits for a place
        wanted: Wanted[_Made[_Answer]]
        with (
            stores.sharing.wanted(freshness.key) as wanted,
            stores.places.expensive(),
            wanted.turn(),
        ):
            reading = inquiries.read(
                inquiry,
                store,
                lambda session: wanted.find(session.token) if wanted.has_any else None,
            )
            timing.add_planned(begun, reading.seconds)
            if isinstance(reading.raw, _Made):
                return reading.raw
            made = _Made(inquiry.present(reading.raw), reading.token, reading.flaws)
            wanted.keep(reading.token, made)
        return made

    def answer_list(
        self, key: str, view: View, found: Found[Listing], identifier: str | int | None = None
    ) -> Response:
        """Return the answer of a list of a view, with headers for its pages and with notes."""
        listing, parameters = found.value, self.parameters
        is_walk = parameters[CURSOR] is not None
        more: dict[str, object] = {"next": listing.following} if is_walk else {}
        is_empty = not listing.records and not listing.total and parameters[LIMIT] != 0
        found_notes = advice.notes(view, parameters) if is_empty else unheeded(view, parameters)
        return self.answer(
            {key: listing.records},
            listing.total,
            found,
            identifier=identifier,
            pk=listing.pk,
            page=listing.page,
            more=more,
            notes=found_notes,
        )

    def answer(  # noqa: PLR0913 - what an envelope holds
        self,
        data: object,
        total: int | None,
        found: Found[Any] | None = None,
        *,
        identifier: str | int | None = None,
        pk: int | None = None,
        page: Page | None = None,
        more: Mapping[str, object] | None = None,
        notes: Sequence[Note] = (),
    ) -> Response:
        """Return the envelope around `data` with its headers; `more` are further keys."""
        identity = {**self.dialect.identity(identifier, pk), **(more or {})}
        notes = (*notes, *(found.notes if found is not None else ()))
        if shown := [note.record() for note in notes if not note.is_quiet]:
            identity["notes"] = shown
        with timing.span("render"):
            body = responses.envelope(data, self.route.name, self.query, identity)
            response = responses.json_response(body, total=total)
        if page is not None:
            response.headers["Link"] = responses.page_links(page, total or 0, self.query)
        if notes:
            response.headers[NOTES] = in_header(notes)
        following, has_more = identity.get("next"), identity.get("has_more", True)
        if isinstance(following, str) and has_more and request.method != "POST":
            link = responses.next_link(following, self.query, self.walked_by)
            response.headers["Link"] = link
        response = responses.bounded(response, self.context.settings.limits.answer_bytes)
        if found is not None and found.freshness is not None and found.etag is not None:
            return found.freshness.keep(response, found.etag)
        return response


def in_header(notes: Sequence[Note]) -> str:
    """Return notes as JSON: as many of the first as a header has space for."""
    length, written = 2, []
    for note in notes:
        written.append(json.dumps(note.record()))
        length += len(written[-1]) + 2
        if length > LONGEST_HEADER:
            written.pop()
            break
    return f"[{', '.join(written)}]"
