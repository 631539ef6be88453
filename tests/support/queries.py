"""Plans of requests as clients write them, and SQL with its values, for the tests of `query`."""

from __future__ import annotations

import re
from datetime import datetime

from provender.query.plan import planning
from provender.query.plan.views import vocabulary
from provender.query.posted.reading import read_posted
from provender.query.querystring import builder
from provender.query.querystring.grammar import parse_text
from provender.query.querystring.request import read_list, read_parameters
from provender.query.sql.compiler import compile_rows
from provender.settings import Limits
from provender.web.dialects import V4
from provender.web.routes.views import NODES

EXPOSED = ("users.email", "authinfo")
PLACE = re.compile(r"%\((\w+)\)s|(?<!:):(p\d+)\b")
"""Where a value is bound, on PostgreSQL and on SQLite."""


def parameters_of(text, dialect=V4):
    """Return what a query string says."""
    return read_parameters(parse_text(text), dialect.specials)


def request_of(text, view=NODES, dialect=V4, limits=None):
    """Return the request for a list that a query string makes."""
    return read_list(view, parameters_of(text, dialect), limits or Limits())


def plan_of(question, view=NODES, expose=()):
    """Return the plan of a question about one kind of thing."""
    return planning.check(question, {view.entity.name: vocabulary(view, expose)})


def listed(text, view=NODES, dialect=V4, expose=()):
    """Return the plan of a list."""
    return plan_of(builder.from_list(request_of(text, view, dialect)), view, expose)


def posted(query, expose=EXPOSED):
    """Return the plan of a posted query."""
    return read_posted(query, Limits(), expose).plan


def shown(statement):
    """Return the text of a statement on one line, with the values in their places.

    Example:
        `SELECT db_dbnode.id AS c0 FROM db_dbnode WHERE db_dbnode.label = 'a'`
    """
    text = " ".join(statement.text.split()).replace("( ", "(").replace(" )", ")")
    return PLACE.sub(lambda place: _written(statement.values[place[1] or place[2]]), text)


def _written(value):
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return repr(value)


def without_table(text, table="db_dbnode"):
    """Return SQL about one table without the name of the table before each column."""
    return text.replace(f"{table}.", "")


def condition(plan, backend):
    """Return what stands after `WHERE`, without the order and what follows it."""
    text = without_table(shown(compile_rows(plan, backend)), plan.sources[0].entity.table.name)
    return text.partition(" WHERE ")[2].partition(" ORDER BY ")[0].partition(" LIMIT ")[0]


def order(plan, backend):
    """Return what stands after `ORDER BY`."""
    text = without_table(shown(compile_rows(plan, backend)), plan.sources[0].entity.table.name)
    return text.partition(" ORDER BY ")[2]
