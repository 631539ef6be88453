"""The kinds of requests that are measured. Floor: bench."""

from __future__ import annotations

import json

from bench.question import AFTER, JOB, Question
from bench.selections import QUESTIONS as OF_SELECTIONS

POSTED = {
    "path": [
        {"entity_type": JOB, "orm_base": "node", "tag": "job"},
        {
            "entity_type": "data.core.dict.Dict.",
            "orm_base": "node",
            "tag": "out",
            "joining_keyword": "with_incoming",
            "joining_value": "job",
            "edge_tag": "job--out",
            "outerjoin": False,
        },
    ],
    "filters": {
        "job": {"node_type": {"like": "process.calculation.calcjob.%"}, "id": {">": AFTER}},
        "out": {"node_type": {"like": "data.core.dict.%"}},
    },
    "project": {"job": [{"uuid": {}}], "out": [{"uuid": {}}, {"attributes": {}}]},
    "order_by": [{"job": [{"id": {"order": "asc"}}]}],
    "limit": 100,
}

LIST, WIDE = "/nodes?limit=20", "/nodes?limit=400&attributes=true"
NEWEST = "/nodes/page/1?perpage=20&orderby=-ctime", "/nodes/page/{recent}&orderby=-ctime"
TYPED = '/nodes?node_type=like="data.core.dict.%25"'
FILTERED = f"{TYPED}&id>{AFTER}&limit=20"
DEEP, NODE, BEGINNING = "/nodes/page/{deep_page}?perpage=20", "/nodes/{node}", "/nodes/{prefix}"
INCOMING, OUTGOING = "/nodes/{process}/links/incoming", "/nodes/{process}/links/outgoing"
STATISTICS, TYPES = "/nodes/statistics", "/nodes/full_types_count"
CURSOR, BEHIND = "/nodes?limit=20&cursor={cursor}", "/nodes?id>{tail}&limit=20"
FILE = '/nodes/{folder}/repo/contents?filename="aiida.out"'
BIG = '/nodes/{big}/repo/contents?filename="big.bin"'
POST = "/querybuilder"
FAILED = "/processes?failed=1&past={age}&include=summary&limit=20"
PROCESS, FAILURE = "/processes/{process}", "/processes/{failure}"


def _own(name: str, title: str, path: str, most: float) -> Question:
    """Return a question of which there is nothing like at the other servers."""
    return Question(name, title, path, path, is_ours=True, milliseconds=most)


QUESTIONS = (
    Question("list", "20 nodes", LIST, f"{LIST}&offset={{offset}}", 100, is_flat=True),
    Question("list-cold", "20 nodes after a commit", LIST, writes=True),
    Question("newest", "page of the 20 newest", *NEWEST, 100),
    Question("typed", "20 nodes of a type", f"{TYPED}&limit=20", f"{TYPED}&limit={{window}}", 100),
    Question("filtered", "20 nodes of a type, after an id", FILTERED, FILTERED),
    Question("deep", "page at nine tenths", DEEP, DEEP),
    Question(
        "cursor", "20 nodes at nine tenths of a walk", CURSOR, CURSOR, floor=BEHIND, is_flat=True
    ),
    Question("prefix", "node by 8 characters", BEGINNING, BEGINNING, 100, is_flat=True),
    Question("detail", "node by its uuid", NODE, NODE, 15, is_flat=True),
    Question("detail-cold", "node by its uuid after a commit", NODE, writes=True),
    Question("incoming", "incoming links", INCOMING, INCOMING, 15, is_flat=True),
    Question("outgoing", "outgoing links", OUTGOING, OUTGOING, 15, is_flat=True),
    Question("wide", "400 nodes with attributes", WIDE, f"{WIDE}&offset={{offset}}", 50),
    Question("statistics-cold", "statistics after a commit", STATISTICS, target=3, writes=True),
    Question("statistics", "statistics", STATISTICS, target=200),
    Question("statistics-etag", "statistics, with its ETag", STATISTICS, is_conditional=True),
    Question("types-cold", "type counts after a commit", TYPES, target=3, writes=True),
    Question("types", "type counts", TYPES, target=200),
    Question("types-etag", "type counts, with their ETag", TYPES, is_conditional=True),
    Question("file", "a file of 10 kB", FILE, FILE),
    Question(
        "posted",
        "posted query, 100 rows",
        *(POST, POST),
        body=json.dumps(POSTED).replace(f'"{AFTER}"', AFTER),
    ),
    _own("failed", "20 failed of a week, with a summary", FAILED, 10),
    _own("failed-uncounted", "the same, not counted", f"{FAILED}&count=none", 5),
    Question(
        "process-types-cold",
        "process types after a commit",
        "/processes/types",
        writes=True,
        is_ours=True,
    ),
    Question("process-types", "process types", "/processes/types", is_ours=True),
    _own("status", "status of a process", f"{PROCESS}/status", 5),
    _own("summary", "summary of a process", f"{PROCESS}/summary", 5),
    _own("traceback", "why a process failed", f"{FAILURE}/traceback", 5),
    _own("logs", "logs of a failed process", f"{FAILURE}/logs", 5),
    _own("results", "results of a process", f"{PROCESS}/results", 5),
    *OF_SELECTIONS,
)
TITLES = {question.name: question.title for question in QUESTIONS}
