"""Random posted queries: equal rows on both databases, and an error for every wrong one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provender.query.plan.joins import JOINS, ColumnJoin
from provender.settings import Limits

PATIENT = {"expose": ("users.email", "authinfo"), "limits": Limits(statement_seconds=600)}
"""Settings: some of the queries take seconds, and many more where all cores are busy."""
PATH = "/api/v4/querybuilder"
TYPES = {
    "node": [
        *("", "", "data.core.int.Int.", "data.core.structure.StructureData.", "data.Data."),
        *("process.ProcessNode.", "process.calculation.calcjob.CalcJobNode."),
    ],
    "group": ["group.core", "group.core.auto"],
    "computer": ["computer"],
    "user": ["user"],
    "comment": ["comment"],
    "log": ["log"],
}
INTEGERS = {
    "node": ["id", "pk", "user_id", "dbcomputer_id", "computer"],
    "group": ["id", "user_id"],
    "computer": ["id"],
    "user": ["id"],
    "comment": ["id", "dbnode_id", "user_id"],
    "log": ["id", "dbnode_id"],
}
TEXTS = {
    "node": ["label", "node_type", "process_type", "description"],
    "group": ["label", "type_string", "description"],
    "computer": ["label", "hostname", "scheduler_type"],
    "user": ["first_name", "institution", "email"],
    "comment": ["content"],
    "log": ["loggername", "levelname"],
}
TIMES = {"node": ["ctime", "mtime"], "group": ["time"], "comment": ["ctime"], "log": ["time"]}
UUIDS = ["node", "group", "computer", "comment", "log"]
PATHS = [
    *("attributes.value", "attributes.cell", "attributes.cell.0.0", "attributes.cell.-1"),
    *("attributes.kinds", "attributes.kinds.0.name", "attributes.sites", "attributes.list"),
    *("attributes.process_label", "attributes.exit_status", "attributes.pbc1", "attributes.dict"),
    *("extras.trialInt", "extras.trialBool", "extras", "attributes", "attributes.nothing"),
    *("attributes.value.0", "attributes.value.a", "attributes.unicode ключ", "extras.trialStr"),
]
SCALARS = st.sampled_from(
    [
        *(1, 1.0, 0, 2, -3, 3.5, 34, 1e30, 12345678901234567890, True, False),
        *("", "a", "hello", "Fe", "trial 5", "É", "ArithmeticAddCalculation", "100%", "1"),
    ]
)
DOCUMENTS = st.sampled_from([[], {}, [1], [1, 2], ["Fe"], [2.87, 0, 0], {"a": 1}, {"name": "Fe"}])
PATTERNS = st.lists(
    st.sampled_from(["%", "_", "a", "E", "é", "data.", "core", ".", "\\%", "\\\\", "Fe"]),
    max_size=4,
).map("".join)
MOMENTS = st.sampled_from(
    [
        "2026-11-20",
        "2026-11-20T11:51:08Z",
        "2026-11-20 12:51:10.5+01:00",
        "0001-01-01",
        "9999-12-31",
    ]
)
ORDERED = st.sampled_from(["==", "<", "<=", ">", ">=", "!==", "~<", "!>="])


@st.composite
def column_filters(draw, entity):
    """A name of an entity and a condition on it."""
    kinds = ["integer", "text"]
    kinds += ["time"] if entity in TIMES else []
    kinds += ["uuid"] if entity in UUIDS else []
    kinds += ["json", "json"] if entity in ("node", "group") else []
    kind = draw(st.sampled_from(kinds))
    if kind == "integer":
        name = draw(st.sampled_from(INTEGERS[entity]))
        number = st.integers(-2, 320) | st.sampled_from([2.5, 1e30, 2**40, -(2**40)])
        condition = draw(
            st.one_of(
                st.builds(lambda o, v: {o: v}, ORDERED, number),
                st.builds(lambda v: {"in": v}, st.lists(st.integers(0, 300), min_size=1)),
                st.builds(lambda v: {"!like": v}, st.sampled_from(["1%", "%2", "3_"])),
                number,
                st.sampled_from([{"==": None}, {"!==": None}]),
            )
        )
    elif kind == "text":
        name = draw(st.sampled_from(TEXTS[entity]))
        text = st.sampled_from(["", "add", "bcc Fe", "É", "data.core.int.Int.", "core.auto"])
        condition = draw(
            st.one_of(
                st.builds(lambda o, v: {o: v}, ORDERED, text),
                st.builds(
                    lambda o, v: {o: v},
                    st.sampled_from(["like", "!like", "ilike", "~ilike"]),
                    PATTERNS,
                ),
                st.builds(lambda v: {"!in": v}, st.lists(text, min_size=1)),
                st.builds(lambda a, b: {"or": [{"==": a}, {"like": b}]}, text, PATTERNS),
            )
        )
    elif kind == "time":
        name = draw(st.sampled_from(TIMES[entity]))
        condition = draw(st.builds(lambda o, v: {o: v}, ORDERED, MOMENTS))
    elif kind == "uuid":
        name = "uuid"
        condition = draw(
            st.sampled_from(
                [
                    *({"like": "c%"}, {"!like": "%a%"}, {"like": "cda14b00-82b5%"}),
                    *({"==": "CDA14B00-82b5-443f-b152-62a831206992"}, {">": "7" * 32}),
                ]
            )
        )
    else:
        name = draw(st.sampled_from(PATHS if entity == "node" else ["extras", "extras.a"]))
        condition = draw(json_conditions())
    return name, condition


NUMBERS = st.lists(st.sampled_from([1, 2, 3.5, 410, 34]), min_size=1)
LABELS = st.lists(st.sampled_from(["Fe", "hello", ""]), min_size=1)
OPERANDS = {
    "==": SCALARS | DOCUMENTS | st.none(),
    **dict.fromkeys(
        [">", "<=", "=<"], SCALARS.filter(lambda v: not isinstance(v, bool)) | DOCUMENTS
    ),
    "in": NUMBERS | LABELS | st.lists(st.booleans(), min_size=1),
    **dict.fromkeys(["like", "ilike"], PATTERNS),
    "contains": DOCUMENTS | SCALARS,
    "has_key": st.sampled_from(["value", "name", "Fe", "", "trialInt"]),
    **dict.fromkeys(["of_length", "longer", "shorter"], st.integers(-1, 4)),
    "of_type": st.sampled_from(["object", "array", "string", "number", "boolean", "null"]),
}


@st.composite
def json_conditions(draw):
    operator = draw(st.sampled_from(sorted(OPERANDS)))
    sign = draw(st.sampled_from(["", "", "!", "~"]))
    return {sign + operator: draw(OPERANDS[operator])}


@st.composite
def filters(draw, entity, depth=2):
    found = dict(draw(st.lists(column_filters(entity), max_size=2)))
    if depth and draw(st.integers(0, 3)) == 0:
        key = draw(st.sampled_from(["and", "or", "!and", "~or"]))
        found[key] = draw(st.lists(filters(entity, depth - 1), min_size=1, max_size=3))
    return found


@st.composite
def projections(draw, entity):
    names = [*INTEGERS[entity][:1], *TEXTS[entity], *TIMES.get(entity, [])]
    plain = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    if entity != "node":
        return plain
    casts = st.sampled_from([{}, {}, {"cast": "t"}])
    paths = draw(st.lists(st.sampled_from(PATHS), max_size=2, unique=True))
    return [*plain, *({path: draw(casts)} for path in paths)]


@st.composite
def queries(draw):
    """A query whose rows are in a total order, or that has no order and is compared as a set."""
    count = draw(st.sampled_from([1, 1, 2, 2, 3]))
    kinds, path, chosen, project = [], [], {}, {}
    for number in range(count):
        tag = f"v{number}"
        vertex = {"tag": tag}
        if number:
            partner = draw(st.integers(0, number - 1))
            options = [
                (own, keyword, rule)
                for (own, keyword, other), rule in JOINS.items()
                if other == kinds[partner] and own in TYPES
            ]
            own, keyword, rule = draw(st.sampled_from(options))
            vertex |= {
                "joining_keyword": keyword,
                "joining_value": f"v{partner}",
                "edge_tag": f"e{number}",
                "outerjoin": draw(st.sampled_from([False, False, True])),
            }
            if not isinstance(rule, ColumnJoin) and draw(st.booleans()):
                if keyword in ("with_incoming", "with_outgoing"):
                    project[f"e{number}"] = ["label", "type"]
                    chosen[f"e{number}"] = draw(
                        st.sampled_from([{}, {"type": "create"}, {"label": {"like": "%a%"}}])
                    )
                elif keyword in ("with_ancestors", "with_descendants"):
                    project[f"e{number}"] = ["depth", "path"]
                    chosen[f"e{number}"] = draw(st.sampled_from([{}, {"depth": {"<": 2}}]))
        else:
            own = draw(st.sampled_from(sorted(TYPES)))
        kinds.append(own)
        vertex["entity_type"] = draw(st.sampled_from(TYPES[own]))
        path.append(vertex)
        chosen[tag] = draw(st.just({}) | filters(own))
        project[tag] = draw(projections(own))
    query = {"path": path, "filters": chosen, "project": project}
    query["distinct"] = draw(st.booleans())
    if not query["distinct"] and draw(st.booleans()):
        name = draw(st.sampled_from(TEXTS[kinds[0]]))
        query["order_by"] = [{"v0": [{name: draw(st.sampled_from(["asc", "desc"]))}]}]
        query["order_by"] += [{f"v{number}": "id"} for number in range(count)]
    return query


@pytest.fixture(scope="module")
def on_archive(serve, unpacked):
    return serve(unpacked / "lab.aiida", **PATIENT)


@pytest.fixture(scope="module")
def on_postgres(serve, unpacked, lab_postgres):
    return serve(lab_postgres, unpacked / "repo" / "container", **PATIENT)


def whole(text):
    number = float(text)
    return int(number) if number.is_integer() else number


def rows(served, query):
    answer = served.app.test_client().post(PATH, data=json.dumps(query))
    body = json.loads(answer.data)
    if answer.status_code != 200:
        return answer.status_code, body["code"]
    found = body["data"]
    if query.get("distinct"):  # 1 and 1.0 are one row, of which a database shows either
        found = json.loads(answer.data, parse_float=whole)["data"]
    records = [
        json.dumps([found[tag][index] for tag in sorted(found)], sort_keys=True)
        for index in range(int(answer.headers["X-Total-Count"]))
    ]
    return 200, records if "order_by" in query and len(query["path"]) == 1 else sorted(records)


def check_equal(on_archive, on_postgres, query):
    expected = rows(on_postgres, query)
    assert rows(on_archive, query) == expected
    assert expected[0] == 200 or expected[1] == "limit-exceeded"


@settings(max_examples=max(2000, settings().max_examples))
@given(query=queries())
def test_random_queries_give_equal_rows(on_archive, on_postgres, query):
    check_equal(on_archive, on_postgres, query)


JUNK = st.sampled_from(
    [None, True, 1, -1, 1.5, "x", "", "a--b", [], {}, [[]], {"x": 1}, ["x"]]
).map(json.dumps)
SECTIONS = ["path", "filters", "project", "order_by", "limit", "offset", "distinct", "project_map"]


def spots(value, place=()):
    """Yield the places in a JSON value."""
    yield place
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        yield (*place, key)
        if isinstance(item, dict | list):
            yield from spots(item, (*place, key))


@st.composite
def mutated(draw):
    """A valid query with something else at one place."""
    query = json.loads(json.dumps(draw(queries())))
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.sampled_from(sorted(set(spots(query)), key=str)))
        parent = query
        for key in place[:-1]:
            parent = parent[key]
        if place and draw(st.booleans()):
            parent[place[-1]] = json.loads(draw(JUNK))
        elif isinstance(parent, dict):
            key = draw(st.sampled_from([*SECTIONS, "x", "entity_type", "tag", "with_node"]))
            parent[key] = json.loads(draw(JUNK))
    return query


@given(query=mutated())
def test_mutated_queries_are_answered_or_refused(on_archive, on_postgres, query):
    found = [rows(served, query) for served in (on_archive, on_postgres)]
    assert found[0][0] in (200, 400)
    if found[0][0] == 400:  # else the rows have no total order
        assert found[0] == found[1]
    assert len(found[0][1]) == len(found[1][1])
