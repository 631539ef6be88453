"""Files that are named one by one: a list of uuids and paths in a body. Floor: query."""

from __future__ import annotations

from typing import Any

from provender.errors import BadRequest, BadValue
from provender.query.plan.patterns import canonical_uuid
from provender.query.plan.values import describe_json

FILES = "files"
UUID, PATH = KEYS = ("uuid", "path")
EXAMPLE = '{"files": [{"uuid": "a8358adf-784e-45d5-9623-3b6914b7acac", "path": "aiida.out"}]}'


def read_files(given: Any) -> dict[str, list[str]]:  # noqa: ANN401 - JSON
    """Return paths by uuids, in order and without repetitions.

    Raises:
        BadRequest: it is no list of objects with a uuid and a path; with the place.
    """
    if not isinstance(given, list) or not given:
        raise BadRequest(f"`{FILES}` takes a list with an object for each file.", hint=EXAMPLE)
    found: dict[str, set[str]] = {}
    for index, item in enumerate(given):
        try:
            uuid, path = _file(item)
        except BadRequest as error:
            raise error.under(FILES, index) from None
        found.setdefault(uuid, set()).add(path)
    return {uuid: sorted(paths) for uuid, paths in found.items()}


def _file(item: Any) -> tuple[str, str]:  # noqa: ANN401 - JSON
    if not isinstance(item, dict) or set(item) != set(KEYS):
        raise BadValue(f"A file is an object with `{UUID}` and `{PATH}`.", hint=EXAMPLE)
    for key in KEYS:
        if not isinstance(item[key], str) or not item[key]:
            raise BadValue(f"`{key}` takes a string, not {describe_json(item[key])}.").under(key)
    uuid = canonical_uuid(item[UUID])
    if uuid is None:
        raise BadValue(f"`{item[UUID][:50]}` is not a whole uuid.").under(UUID)
    return uuid, item[PATH]
