"""Refusals of what is too much come a moment later, so that asking again at once is no flood.

Eight clients that send a refused request again and again got 1,200 refusals in a second, and took
half of a processor. Floor: web.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from provender.errors import (
    ProvenderError,
    StoreBusy,
    StorePreparing,
    TooManyRequests,
    TooManyStreams,
    TooManyWaits,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Where the environment of a request holds the seconds after which its answer is sent, at the
# earliest. Only our own server heeds it: with others a thread would wait.
PAUSE = "provender.pause"
SECONDS = 0.25
REFUSALS = (StoreBusy, StorePreparing, TooManyRequests, TooManyStreams, TooManyWaits)


def note(environ: WSGIEnvironment, error: ProvenderError) -> None:
    """Have the answer to a request that was too much sent later."""
    if isinstance(error, REFUSALS):
        environ[PAUSE] = SECONDS
