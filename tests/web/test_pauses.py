"""Which answers come a moment later."""

from __future__ import annotations

import pytest
from werkzeug.test import EnvironBuilder

from provender.errors import StoreUnreachable, TooManyRequests, TooManyStreams, TooManyWaits
from provender.settings import Limits, Settings
from provender.web.middleware import pauses
from provender.web.middleware.pauses import PAUSE


@pytest.fixture
def app(make_app, data, settings):
    limits = Limits(expensive=1, expensive_waiting=0)
    return make_app(
        store=data / "lab.aiida", settings=Settings(cache=settings.cache, limits=limits)
    )


def asked(app, path):
    """Return the status of an answer, and what its environment says of a pause."""
    environ, told = EnvironBuilder(path=path).get_environ(), []
    body = app.wsgi_app(environ, lambda status, _, *__: told.append(status))
    body.close()
    return told[0][:3], environ.get(PAUSE)


def test_only_the_refusal_of_a_busy_server_comes_later(app):
    path = "/api/v4/nodes/statistics"
    places = app.extensions["provender"].stores.places
    places.enter()  # as another request does
    busy = asked(app, path)
    places.leave()
    assert busy == ("503", pauses.SECONDS)
    assert asked(app, path) == ("200", None)
    assert asked(app, "/api/v4/nothing") == ("404", None)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TooManyRequests("much", retry_after=1), {PAUSE: pauses.SECONDS}),
        (TooManyWaits("much"), {PAUSE: pauses.SECONDS}),
        (TooManyStreams("much"), {PAUSE: pauses.SECONDS}),
        (StoreUnreachable("away"), {}),
    ],
)
def test_what_is_too_much_is_told_later_and_a_fault_at_once(error, expected):
    environ = {}
    pauses.note(environ, error)
    assert environ == expected
