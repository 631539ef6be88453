"""Random posted queries over HTTP: those of the comparison of databases, and changed ones."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings

from fuzz import making
from wire.test_query_fuzz import mutated, queries

SHARE = 0.0125
"""The share of all requests that each of these tests sends to each store."""
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.parametrize("strategy", [queries(), mutated()], ids=["right", "changed"])
def test_random_queries_are_answered_or_refused(target, client, request_count, strategy):
    statuses = set()

    @settings(max_examples=max(20, int(SHARE * request_count)), suppress_health_check=CHECKS)
    @given(query=strategy)
    def ask(query):
        body = json.dumps(query).encode()
        statuses.add(client.send(making.request(b"/api/v4/querybuilder", "POST", body=body)).status)

    before = target.trace()
    ask()
    assert target.tally.wrong == []
    assert statuses <= {200, 400, 413}
    assert target.trace() == before
