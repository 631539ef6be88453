"""The relations of a selection, asked with AiiDA's QueryBuilder."""

from __future__ import annotations

from aiida import orm  # noqa: TID251 - this runs in AiiDA's environment

DATA_IN, DATA_OUT = ("input_calc", "input_work"), ("create", "return")
CALLS = ("call_calc", "call_work")
LINKED = {
    "input_of": ("with_outgoing", DATA_IN),
    "output_of": ("with_incoming", DATA_OUT),
    "called_by": ("with_incoming", CALLS),
    "caller_of": ("with_outgoing", CALLS),
    "ancestor_of": ("with_descendants", None),
    "descendant_of": ("with_ancestors", None),
}
NAMES = ("group", *LINKED)


def related(relation, text):
    """Return the uuids of the nodes that have a relation to what a text names."""
    query = orm.QueryBuilder()
    if relation == "group":
        return _members({"label": text}) or _members({"uuid": {"like": f"{text}%"}})
    keyword, types = LINKED[relation]
    query.append(orm.Node, filters={"uuid": {"like": f"{text}%"}}, tag="other")
    edge = {} if types is None else {"edge_filters": {"type": {"in": [*types]}}}
    query.append(orm.Node, project="uuid", **{keyword: "other"}, **edge)
    return set(query.all(flat=True))


def _members(filters):
    query = orm.QueryBuilder().append(orm.Group, filters=filters, tag="group")
    return set(query.append(orm.Node, project="uuid", with_group="group").all(flat=True))


def labels():
    """Return the labels of groups that have nodes."""
    query = orm.QueryBuilder().append(orm.Group, tag="group", project="label")
    return sorted(set(query.append(orm.Node, with_group="group").all(flat=True)))
