"""Selections that are checked before a server is asked, as those of a store here. Floor: cli.

So that what is wrong is the same error for both, and nothing in a selection is taken for another
key of a route.
"""

from __future__ import annotations

from provender.python import selecting
from provender.query.querystring.request import ListRequest
from provender.settings import EXPOSABLE, Limits
from provender.translators.lists import ListOf
from provender.translators.selections.selection import Selection
from provender.web.routes.views import NODES

# What a server may show; it refuses what it does not.
EXPOSED = EXPOSABLE
MANY = 1 << 40
# The bounds are those of the server.
BOUNDS = Limits(filters=MANY, list_items=MANY, pattern_chars=MANY, columns=MANY)


def checked(text: str) -> Selection:
    """Return a selection.

    Raises:
        BadRequest: it has no meaning.
    """
    chosen = selecting.read(text, BOUNDS, EXPOSED)
    where = chosen.selection.where
    ListOf(ListRequest(NODES, chosen.parameters, 0, 0, where=where), EXPOSED)  # checks names
    return chosen.selection
