"""Reading a posted query: what `QueryBuilder.as_dict()` gives, made complete. Floor: query.

What this step leaves is a query dict as GET requests make it: every tag and join written out,
every default in its place. Names and values are checked by `checking`, for both alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provender.errors import BadRequest, BadValue, LimitExceeded, UnknownField
from provender.query.plan.conditions import targets
from provender.query.plan.lengths import check_columns, check_patterns
from provender.query.plan.plan import CAST_KINDS, Plan
from provender.query.plan.planning import DIRECTIONS, FUNCTIONS, check
from provender.query.plan.vocabulary import Vocabulary, posted_vocabulary
from provender.query.posted.body import located
from provender.query.posted.path import ABSENT, Path, read_path
from provender.query.querydict import Filter, Item, QueryDict
from provender.schema.entities import ENTITIES
from provender.settings import Limits

KEYS = ("path", "filters", "project", "project_map", "order_by", "limit", "offset", "distinct")
Place = tuple[str | int, ...]
# Where a part of the query dict was posted, if elsewhere.
Places = dict[Place, Place]
# Larger limits and offsets mean the same.
LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class Posted:
    """A checked posted query: its plan, and the tags of its answer in their order."""

    plan: Plan
    tags: tuple[str, ...]


def read_posted(
    body: Mapping[str, Any],
    limits: Limits,
    expose: tuple[str, ...],
    beside: tuple[str, ...] = (),
) -> Posted:
    """Return a posted query, checked; `beside` are keys that others read.

    Raises:
        BadRequest: with the place as a JSON pointer, and what would be valid.
        LimitExceeded: more joins, conditions, columns or characters than a setting allows.
    """
    names = {
        name: posted_vocabulary(entity, expose)
        for name, entity in ENTITIES.items()
        if name != "authinfo" or "authinfo" in expose
    }
    places: Places = {}
    _check_keys(body, (*KEYS, *beside))
    try:
        query = _complete(body, limits.joins, names, places)
        check_patterns(query["filters"], limits.pattern_chars)
        plan = check(query, names)
    except BadRequest as error:
        raise located(error, _where(error.place, places)) from error
    number = sum(1 for _ in targets(plan.condition))
    if number > limits.filters:
        raise LimitExceeded(
            f"The query has {number} conditions, more than `limits.filters` ({limits.filters}).",
            hint="`in` compares one name with many values.",
        )
    check_columns(sum(output.target.path is not None for output in plan.outputs), limits)
    return Posted(plan, tuple(query["project"]))


def _check_keys(body: Mapping[str, Any], valid: tuple[str, ...]) -> None:
    for key in body:
        if key not in valid:
            raise located(UnknownField(f"Unknown key `{key}`.", name=key, valid=valid), (key,))


def _where(place: Place, places: Places) -> Place:
    """Return where a part of the query dict was posted."""
    for length in range(len(place), 0, -1):
        if place[:length] in places:
            return (*places[place[:length]], *place[length:])
    return place


def _complete(
    body: Mapping[str, Any],
    most_joins: int,
    names: Mapping[str, Vocabulary],
    places: Places,
) -> QueryDict:
    """Return the query dict with nothing left out."""
    path = read_path(body.get("path"), names, most_joins)
    _check_map(body)
    limit, offset = _count(body, "limit"), _count(body, "offset") or 0
    if offset and limit is None:
        limit = LARGEST  # SQLite skips no rows without a limit
    return {
        "path": path.vertices,
        "filters": _filters(body, path, places),
        "project": _project(body, path, places),
        "order_by": _order_by(body, places),
        "limit": limit,
        "offset": offset,
        "distinct": _distinct(body),
    }


def _check_map(body: Mapping[str, Any]) -> None:
    """Check `project_map`, which has no effect on an answer."""
    given = body.get("project_map")
    if given is None:
        return
    if not isinstance(given, dict) or not all(isinstance(item, dict) for item in given.values()):
        raise BadValue("`project_map` must be an object of objects.").under("project_map")


def _count(body: Mapping[str, Any], key: str) -> int | None:
    value = body.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadValue(f"`{key}` must be an integer of at least 0.").under(key)
    return min(value, LARGEST)


def _distinct(body: Mapping[str, Any]) -> bool:
    value = body.get("distinct")
    if value is not None and not isinstance(value, bool):
        raise BadValue("`distinct` must be true or false.").under("distinct")
    return bool(value)


def _section(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return an object of the body; an empty list counts as absent."""
    value = body.get(key)
    if value in ABSENT:
        return {}
    if not isinstance(value, dict):
        raise BadValue(f"`{key}` must be an object whose keys are tags.").under(key)
    return value


def _filters(
    body: Mapping[str, Any],
    path: Path,
    places: Places,
) -> dict[str, Filter]:
    """Return the filters by tag: those of types, over them of vertices, over them of the top."""
    found: dict[str, Filter] = {tag: dict(implied) for tag, implied in path.implied.items()}
    for (section, tag), (given, place) in path.sections.items():
        if section == "filters":
            if not isinstance(given, dict):
                raise BadValue("Filters must be an object by column.").under(*place)
            found.setdefault(tag, {}).update(given)
            places |= {("filters", tag, column): (*place, column) for column in given}
    for tag, given in _section(body, "filters").items():
        if given is not None and not isinstance(given, dict):
            raise BadValue("Filters must be an object by column.").under("filters", tag)
        found.setdefault(tag, {}).update(given or {})
        for column in given or {}:
            places.pop(("filters", tag, column), None)
    return found


def _project(
    body: Mapping[str, Any],
    path: Path,
    places: Places,
) -> dict[str, list[Item]]:
    """Return the projections by tag: vertices in the order of the path, then edges."""
    given: dict[str, Any] = {}
    top = _section(body, "project")
    for (section, tag), (items, place) in path.sections.items():
        if section == "project" and top.get(tag) in ABSENT:
            given[tag] = items
            places["project", tag] = place
    given |= {tag: items for tag, items in top.items() if items not in ABSENT}
    for tag, items in given.items():
        if not isinstance(items, list):
            places["project", tag, 0] = places.get(("project", tag), ("project", tag))
    known = [*path.kinds, *path.edges]
    for tag in top:
        if tag not in known:
            raise UnknownField(f"Unknown tag `{tag}`.", name=tag, valid=known).under("project", tag)
    read = {tag: _items(items, tag) for tag, items in given.items()}
    if not any(read.values()):
        read = {path.vertices[-1]["tag"]: [{"**": {}}]}
    return {tag: read[tag] for tag in known if read.get(tag)}


def _items(items: Any, tag: str) -> list[Item]:  # noqa: ANN401 - JSON
    """Return a projection as a list of objects of options by name."""
    found: list[Item] = []
    for index, item in enumerate(items if isinstance(items, list) else [items]):
        if isinstance(item, str):
            found.append({item: {}})
        elif isinstance(item, dict):
            found += [
                {name: _options(options, ("project", tag, index, name))}
                for name, options in item.items()
            ]
        else:
            raise BadValue(
                "A projection must be a name, or an object of names with options."
            ).under("project", tag, index)
    return found


def _options(options: Any, place: Place) -> dict[str, str]:  # noqa: ANN401 - JSON
    valid = {"cast": tuple(CAST_KINDS), "func": FUNCTIONS}
    if not isinstance(options, dict):
        raise BadValue(
            "The options of a projection must be an object.", hint='{"cast": "f"}'
        ).under(*place)
    for name, value in options.items():
        if name not in valid:
            raise UnknownField(f"Unknown option `{name}`.", name=name, valid=valid).under(
                *place, name
            )
        if value not in valid[name]:
            raise BadValue(
                f"`{name}` cannot be `{value}`.", hint="Valid: " + ", ".join(valid[name])
            ).under(*place, name)
    return options


def _order_by(body: Mapping[str, Any], places: Places) -> list[dict[str, list[dict[str, Any]]]]:
    given = body.get("order_by")
    if given in ABSENT:
        return []
    groups = given if isinstance(given, list) else [given]
    for index, group in enumerate(groups):
        at: Place = ("order_by", index) if isinstance(given, list) else ("order_by",)
        places["order_by", index] = at
        for tag, items in group.items() if isinstance(group, dict) else ():
            places["order_by", index, tag] = (*at, tag)
            if not isinstance(items, list):
                places["order_by", index, tag, 0] = (*at, tag)
    return [_order_group(group, index) for index, group in enumerate(groups)]


def _order_group(group: Any, index: int) -> dict[str, list[dict[str, Any]]]:  # noqa: ANN401 - JSON
    if not isinstance(group, dict):
        raise BadValue(
            "An order must be an object whose keys are tags.", hint='{"n": ["label"]}'
        ).under("order_by", index)
    return {
        tag: [
            item
            for place, given in enumerate(items if isinstance(items, list) else [items])
            for item in _order_items(given, ("order_by", index, tag, place))
        ]
        for tag, items in group.items()
    }


def _order_items(given: Any, place: Place) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Return a criterion as options by name."""
    if isinstance(given, str):
        return [{given: {"order": "asc"}}]
    if not isinstance(given, dict):
        raise BadValue("An order must be a name, or a name with options.").under(*place)
    return [{name: _order_options(options, (*place, name))} for name, options in given.items()]


def _order_options(options: Any, place: Place) -> dict[str, str]:  # noqa: ANN401 - JSON
    read = {"order": options} if isinstance(options, str) else options
    if not isinstance(read, dict):
        raise BadValue('The options of an order must be "asc", "desc", or an object.').under(*place)
    valid = {"order": tuple(DIRECTIONS), "cast": tuple(CAST_KINDS)}
    for name, value in read.items():
        if name not in valid:
            raise UnknownField(f"Unknown option `{name}`.", name=name, valid=valid).under(
                *place, name
            )
        if not isinstance(value, str) or value not in valid[name]:
            raise BadValue(
                f"`{name}` cannot be `{value}`.", hint="Valid: " + ", ".join(valid[name])
            ).under(*place, *((name,) if read is options else ()))
    return read
