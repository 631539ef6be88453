"""The version of the AiiDA that wrote a store. Floor: translators."""

from __future__ import annotations

import json
from functools import cache

from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import whole_vocabulary
from provender.query.querydict import Dotted, QueryDict
from provender.schema.entities import NODE
from provender.schema.statements import Record as Values
from provender.store.stores import Store
from provender.translators.inquiry import Inquiry, answer
from provender.translators.session import Session

# The place of the version of AiiDA in the attributes of a process.
CORE = Dotted("attributes", ("version", "core"))


class NewestVersion(Inquiry[list[Values], str | None]):
    """The version of AiiDA in the newest process that has one."""

    def read(self, session: Session) -> list[Values]:
        """Return the row of that process, cached while the data is the same."""
        return session.cached(_plan())

    def present(self, raw: list[Values]) -> str | None:
        """Return the version."""
        found = json.loads(raw[0][0]) if raw else None
        return None if found is None else str(found)


@cache
def _plan() -> Plan:
    question: QueryDict = {
        "path": [{"entity_type": "", "tag": "process"}],
        "filters": {"process": {"node_type": {"like": "process.%"}, CORE: {"of_type": "string"}}},
        "project": {"process": [CORE]},
        "order_by": [{"process": [{"id": "desc"}]}],
        "limit": 1,
    }
    return planning.check(question, {"node": whole_vocabulary(NODE)})


def written_by(store: Store) -> str | None:
    """Return the version of the AiiDA that wrote an archive or ran the processes of a database."""
    return store.aiida_version or answer(NewestVersion(), store)
