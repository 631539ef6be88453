"""Requests about selections of nodes: facets, suggestions, templates. Floor: bench.

Counts are kept until something is written, so most of these are asked after a commit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from bench.question import AFTER, JOB, SELECTIONS, Question

FACETS = "/nodes/facets"
STATE, STATUS, ENERGY = (f"attributes.{key}" for key in ("process_state", "exit_status", "energy"))
COLUMN, LABEL, HISTOGRAM = 1.3, 2.0, 2.0
"""How many times as long as a plain `GROUP BY` the facet of a column may take, that of labels, and
how many times as long as the facet of its key a histogram."""
JSON_MILLISECONDS, SUGGESTED_MILLISECONDS = 500, 100
"""What a facet of a key, or of months, and suggestions may take on a million nodes."""
SUGGESTED = ("label", "node_type", "process_label", "group", "computer", "attributes")
SELECTED = 'node_type=like="process.%25"&attributes.exit_status=0'
TEMPLATE = {
    "uuid": "*",
    "attributes": {"exit_status": "*"},
    "incoming": {"structure": {"attributes": {"cell": "*"}}},
    "outgoing": {"output_parameters": {"attributes": {"energy": "*"}}},
    "logs": "count",
}
CHOSEN = f'node_type="{JOB}"&id>{AFTER}&limit=400'
JOBS, SELECT = f"/nodes?{CHOSEN}", f"/nodes/select?{CHOSEN}&want={quote(json.dumps(TEMPLATE))}"
UNCOUNTED = f"{JOBS}&count=none"
"""The list as it is compared with a template, which does not count all matches either."""
EACH = (
    "/nodes/{uuid}/contents/attributes",
    "/nodes/{uuid}/links/incoming?attributes=true",
    "/nodes/{uuid}/links/outgoing?attributes=true",
)
"""What the peer is asked for each job instead of a template; it does not give logs."""


def _facet(
    name: str,
    title: str,
    facet: str,
    *,
    times: float | None = None,
    milliseconds: float | None = None,
    others: tuple[str, ...] = (),
) -> Question:
    """Return the question of a facet after a commit, beside the plain `GROUP BY` of its name."""
    floor = "" if others else f"/counted/{name}"
    return Question(
        f"facet-{name}",
        f"facet: {title}",
        f"{FACETS}?facet={facet}",
        floor=floor,
        writes=True,
        is_ours=True,
        times_floor=times,
        milliseconds=milliseconds,
        others=others,
        times_others=HISTOGRAM,
        part=SELECTIONS,
    )


EACH_FACET = (
    _facet("types", "types", "node_type", times=COLUMN),
    _facet("labels", "labels", "label", times=LABEL),
    _facet("states", "states, in JSON", STATE, milliseconds=JSON_MILLISECONDS),
    _facet("statuses", "exit statuses, in JSON", STATUS, milliseconds=JSON_MILLISECONDS),
    _facet("months", "months", "ctime:month", milliseconds=JSON_MILLISECONDS),
)
FIVE = "&".join(question.repeated.partition("?")[2] for question in EACH_FACET)


def _suggestions() -> Iterator[Question]:
    """Yield the questions of suggestions, of all nodes and in a selection, after a commit."""
    for name, title, chosen in (
        ("suggest", "suggested", ""),
        ("suggest-in", "suggested in a selection", f"&{SELECTED}"),
    ):
        for field in SUGGESTED:
            yield Question(
                f"{name}-{field}",
                f"{title}: {field}",
                f"/nodes/suggest?field={field}&q=re{chosen}",
                writes=True,
                is_ours=True,
                milliseconds=SUGGESTED_MILLISECONDS,
                part=SELECTIONS,
            )


QUESTIONS = (
    *EACH_FACET,
    _facet("energies", "energies, in JSON", ENERGY),
    _facet(
        "histogram", "histogram of energies", f"{ENERGY}:histogram(20)", others=("facet-energies",)
    ),
    Question(
        "facets-five",
        "five facets at once",
        f"{FACETS}?{FIVE}",
        writes=True,
        is_ours=True,
        others=tuple(question.name for question in EACH_FACET),
        part=SELECTIONS,
    ),
    Question(
        "facets-unchanged",
        "five facets, nothing written",
        f"{FACETS}?{FIVE}",
        is_ours=True,
        milliseconds=5,
        part=SELECTIONS,
    ),
    Question("keys", "keys", "/nodes/keys", writes=True, is_ours=True, part=SELECTIONS),
    *_suggestions(),
    Question("jobs", "400 jobs, not counted", UNCOUNTED, UNCOUNTED, part=SELECTIONS, is_ours=True),
    Question(
        "select",
        "400 jobs with structure and energy",
        SELECT,
        SELECT,
        50,
        is_ours=True,
        others=("jobs",),
        times_others=10,
        first=JOBS,
        each=EACH,
        part=SELECTIONS,
    ),
)
