"""The path of a posted query: which things, under which tags, joined how. Floor: query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from provender.errors import BadRequest, BadValue, UnknownField
from provender.nearest import nearest
from provender.query.plan.joins import JOINS
from provender.query.plan.patterns import escape
from provender.query.querydict import TYPE_OF_ENTITY, Filter, Vertex
from provender.schema.likely import likely_type

OWN_KEYS = (
    *("entity_type", "orm_base", "tag", "joining_keyword", "joining_value", "edge_tag"),
    *(
        "outerjoin",
        "filters",
        "project",
        "edge_filters",
        "edge_project",
        "subclassing",
        "direction",
    ),
)
KEYWORDS = tuple(dict.fromkeys(keyword for _, keyword, _ in JOINS))
# Entities named by their own name, in any case.
TABLES = ("computer", "user", "link", "comment", "log", "authinfo")
GROUP = "group."
# The type of every group: all types that begin with `group.` are groups.
ANY_GROUP = "core"
# Parts of a node type at least, the empty one after its last dot included.
NODE_PARTS = 3
ABSTRACT_CODE = "data.core.code.abstract.AbstractCode."
ANY_CODE = "data.core.code.%"
# Sections of a query that count as not there.
ABSENT: tuple[object, ...] = (None, [], {})
TYPE_COLUMNS = {"node": "node_type", "group": "type_string"}


@dataclass(slots=True)
class Path:
    """The vertices read so far: the `entities` of their tags, and their filters.

    `sections` holds the filters and projections at vertices, by section and tag, with their
    places.
    """

    entities: Mapping[str, object]
    vertices: list[Vertex] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    edges: list[str] = field(default_factory=list)
    sections: dict[tuple[str, str], tuple[Any, tuple[str | int, ...]]] = field(default_factory=dict)
    implied: dict[str, Filter] = field(default_factory=dict)


def read_path(
    items: Any,  # noqa: ANN401 - JSON
    entities: Mapping[str, object],
    most_joins: int,
) -> Path:
    """Return the path of a query; `entities` are those that may be named.

    Raises:
        BadRequest: it is not a list of vertices, or has more joins than `limits.joins`.
        BadValue, UnknownField: a vertex is wrong.
    """
    if not isinstance(items, list) or not items:
        raise BadRequest(
            "`path` must be a list of at least one vertex.",
            hint='[{"entity_type": "", "tag": "n"}]',
        ).under("path")
    if len(items) - 1 > most_joins:
        raise BadRequest(f"The path has more than {most_joins} joins (`limits.joins`).").under(
            "path"
        )
    path = Path(entities)
    for index, item in enumerate(items):
        try:
            _add(path, item, index)
        except BadRequest as error:
            error.under("path", index)
            raise
    return path


def _add(path: Path, item: Any, index: int) -> None:  # noqa: ANN401 - JSON
    """Read a vertex and add it to the path."""
    if isinstance(item, str):
        item = {"entity_type": item}
    if not isinstance(item, dict):
        raise BadRequest("A vertex is an object, or a string: its `entity_type`.")
    for key in item:
        if key not in OWN_KEYS and key not in KEYWORDS:
            raise UnknownField(
                f"Unknown key `{key}` of a vertex.", name=key, valid=(*OWN_KEYS, *KEYWORDS)
            ).under(key)
    types = _types(item)
    kinds = {_kind(text, path.entities) for text in types}
    if len(kinds) > 1:
        raise BadValue("The types of a vertex must belong to one entity.").under("entity_type")
    kind = kinds.pop()
    tag = _tag(item, types, kind, path)
    outer = item.get("outerjoin")
    vertex: Vertex = {"entity_type": TYPE_OF_ENTITY[kind], "tag": tag}
    if outer is not None and not isinstance(outer, bool):
        raise BadValue("`outerjoin` must be true or false.").under("outerjoin")
    if index:
        vertex["joining_keyword"], vertex["joining_value"] = _join(item, kind, path)
        vertex["edge_tag"] = _edge_tag(item, vertex, path)
        vertex["outerjoin"] = bool(outer)
        path.edges.append(vertex["edge_tag"])
    path.vertices.append(vertex)
    path.kinds[tag] = kind
    _imply_type(path, item, types, kind, vertex)
    _keep_sections(path, item, vertex, index)


def _types(item: dict[str, Any]) -> list[str]:
    given = item.get("entity_type")
    items = given if isinstance(given, list) else [given]
    types = [text for text in items if isinstance(text, str)]
    if not types or len(types) < len(items):
        raise BadValue(
            "`entity_type` must be a string, or a list of strings.",
            hint='"" is any node; "data.core.int.Int.", "group.core", "computer", "user".',
        ).under("entity_type")
    return types


def _kind(text: str, entities: Mapping[str, object]) -> str:
    """Return the entity of an `entity_type`."""
    lower = text.lower()
    kind = ""
    if text == "" or (text.endswith(".") and text.count(".") >= NODE_PARTS - 1):
        kind = "node"
    elif lower.startswith(GROUP):
        kind = "group"
    elif lower in TABLES:
        kind = lower
    if kind not in entities:
        raise BadValue(f"`{text}` is not an entity type.", hint=_meant(text, entities)).under(
            "entity_type"
        )
    return kind


def _meant(text: str, entities: Mapping[str, object]) -> str:
    """Return a hint on entity types, with the valid type that is most similar to a wrong one."""
    table = nearest(text, entities)
    likely = likely_type(text) if table is None else TYPE_OF_ENTITY[table]
    said = "" if likely is None else f'Did you mean "{likely}"? '
    return f'{said}"" is any node; "data.core.int.Int.", "group.core", "computer", "user".'


def _tag(item: dict[str, Any], types: list[str], kind: str, path: Path) -> str:
    """Return the tag of a vertex, or the first free one made of its type."""
    tag = item.get("tag")
    if tag is None or tag == "":
        name = "-".join(_class_name(text, kind) for text in types)
        number = 1
        while f"{name}_{number}" in (*path.kinds, *path.edges):
            number += 1
        return f"{name}_{number}"
    _check_tag(tag, path, "tag")
    return str(tag)


def _class_name(text: str, kind: str) -> str:
    if kind == "node":
        return text.rstrip(".").rpartition(".")[2] or "node"
    return ANY_GROUP if kind == "group" else kind


def _check_tag(tag: object, path: Path, key: str) -> None:
    if not isinstance(tag, str):
        raise BadValue(f"`{key}` must be a string.").under(key)
    if key == "tag" and "--" in tag:
        raise BadValue("A tag must not contain `--`.").under(key)
    if tag in path.kinds or tag in path.edges:
        raise BadValue(f"The tag `{tag}` is in use.").under(key)


def _edge_tag(item: dict[str, Any], vertex: Vertex, path: Path) -> str:
    tag = item.get("edge_tag")
    if tag is None:
        return f"{vertex['joining_value']}--{vertex['tag']}"
    _check_tag(tag, path, "edge_tag")
    if tag == vertex["tag"]:
        raise BadValue(f"The tag `{tag}` is in use.").under("edge_tag")
    return str(tag)


def _join(item: dict[str, Any], kind: str, path: Path) -> tuple[str, str]:
    """Return keyword and partner of a join; by default to the vertex before."""
    given = [key for key in KEYWORDS if item.get(key) is not None]
    named, direction = item.get("joining_keyword"), item.get("direction")
    ways = len(given) + (named is not None) + (direction is not None)
    if ways > 1:
        raise BadRequest("A vertex may have one join only.", hint="joining_keyword, or with_...")
    last = path.vertices[-1]["tag"]
    if given:
        keyword, partner, place = given[0], item[given[0]], given[0]
    elif direction is not None:
        keyword, partner, place = *_by_direction(direction, kind, path), "direction"
    elif named is not None:
        keyword, partner, place = named, item.get("joining_value"), "joining_value"
    else:
        keyword, partner = ("with_incoming" if kind == "node" else "with_node"), last
        place = "entity_type"
    if keyword not in KEYWORDS:
        raise UnknownField(f"Unknown join `{keyword}`.", name=str(keyword), valid=KEYWORDS).under(
            "joining_keyword"
        )
    _check_join(kind, keyword, partner, path, place)
    return keyword, partner


def _by_direction(direction: object, kind: str, path: Path) -> tuple[str, str]:
    """Return the join to a vertex some steps back; negative steps go to inputs."""
    is_step = isinstance(direction, int) and not isinstance(direction, bool) and direction
    if not is_step or abs(is_step) > len(path.vertices):
        raise BadValue(
            f"`direction` must be 1 to {len(path.vertices)}, or the same with a minus."
        ).under("direction")
    if kind != "node":
        raise BadValue("`direction` is for joins between nodes only.").under("direction")
    partner = path.vertices[-abs(is_step)]["tag"]
    return ("with_outgoing" if is_step < 0 else "with_incoming"), partner


def _check_join(kind: str, keyword: str, partner: object, path: Path, place: str) -> None:
    if not isinstance(partner, str) or partner not in path.kinds:
        raise UnknownField(
            f"`{partner}` is not the tag of an earlier vertex.",
            name=str(partner),
            valid=path.kinds,
        ).under(place)
    if (kind, keyword, path.kinds[partner]) in JOINS:
        return
    possible = [
        f"{name} to a {other}"
        for own, name, other in JOINS
        if own == kind and other in path.entities
    ]
    raise BadValue(
        f"A {kind} cannot be joined by `{keyword}` to a {path.kinds[partner]} (`{partner}`).",
        hint="A " + kind + " can be joined " + ", ".join(possible) + ".",
    ).under(place)


def _imply_type(
    path: Path, item: dict[str, Any], types: list[str], kind: str, vertex: Vertex
) -> None:
    """Add the filter of an `entity_type`."""
    if kind not in TYPE_COLUMNS:
        return
    subclassing = item.get("subclassing", True)
    if not isinstance(subclassing, bool):
        raise BadValue("`subclassing` must be true or false.").under("subclassing")
    column = TYPE_COLUMNS[kind]
    conditions = [_type_condition(text, kind, subclassing=subclassing) for text in types]
    if all(conditions):
        condition = conditions[0] if len(conditions) == 1 else {"or": conditions}
        path.implied[vertex["tag"]] = {column: condition}
    elif vertex.get("outerjoin"):
        path.implied[vertex["tag"]] = {column: {"!==": None}}


def _type_condition(text: str, kind: str, *, subclassing: bool) -> Filter:
    """Return the condition of an `entity_type`; empty for any node and for any group."""
    if kind == "group":
        return {} if subclassing else {"==": ANY_GROUP}
    if not subclassing:
        return {"==": text}
    if text == ABSTRACT_CODE:
        return {"like": ANY_CODE}
    parent = text[:-1].rpartition(".")[0]
    return {"like": f"{escape(parent)}.%"} if text else {}


def _keep_sections(path: Path, item: dict[str, Any], vertex: Vertex, index: int) -> None:
    """Add the filters and projections at a vertex and its edge."""
    tags = {"filters": vertex["tag"], "project": vertex["tag"]}
    if index:
        tags |= {"edge_filters": vertex["edge_tag"], "edge_project": vertex["edge_tag"]}
    for key, tag in tags.items():
        if item.get(key) not in ABSENT:
            section = key.removeprefix("edge_")
            path.sections[section, tag] = (item[key], ("path", index, key))
