"""Arrays of nodes and of results, as NumPy has them. Floor: client."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from types import EllipsisType
from typing import Any

from provender.client.errors import BadQuery
from provender.client.transport.connection import Connection
from provender.optional import numpy

# One axis of a part.
Axis = int | slice | EllipsisType
Part = str | Axis | tuple[Axis, ...] | None


def one(connection: Connection, path: str, part: Part) -> Any:  # noqa: ANN401 - NumPy is not needed otherwise
    """Return an array, or a part of it.

    Raises:
        ModuleNotFoundError: NumPy is not installed.
        ClientError: there is no such array, or the part is none of it.
    """
    query = [] if part is None else [f"slice={written(part)}"]
    return loaded(connection.content(path, [*query, "format=npy"]).body)


def several(connection: Connection, path: str, names: Sequence[str]) -> Mapping[str, Any]:
    """Return the arrays below a path by name: all, or those that are named; errors as `one`."""
    query = [f"names={','.join(names)}"] if names else []
    return loaded_all(connection.content(f"{path}.npz", query).body)


def loaded(body: bytes) -> Any:  # noqa: ANN401 - NumPy is not needed otherwise
    """Return the array of an npy file; raises `ModuleNotFoundError` without NumPy."""
    return numpy().load(io.BytesIO(body), allow_pickle=False)


def loaded_all(body: bytes) -> Mapping[str, Any]:
    """Return the arrays of an npz file by name; raises `ModuleNotFoundError` without NumPy."""
    with numpy().load(io.BytesIO(body), allow_pickle=False) as file:
        return dict(file)


def written(part: Part) -> str:
    """Return a part of an array as a query string has it.

    Example:
        `(slice(0, 10), Ellipsis, 2)` is written `0:10,...,2`.
    """
    if isinstance(part, str):
        return part
    return ",".join(_axis(axis) for axis in (part if isinstance(part, tuple) else (part,)))


def _axis(axis: object) -> str:
    if axis is Ellipsis:
        return "..."
    if isinstance(axis, slice):
        bounds = [axis.start, axis.stop, *([] if axis.step is None else [axis.step])]
        return ":".join("" if bound is None else str(int(bound)) for bound in bounds)
    try:
        return str(int(axis))  # type: ignore[call-overload]  # integers of NumPy, too
    except TypeError:
        raise BadQuery(
            f"`{axis}` is no part of an array.", hint="Integers, slices and `...`."
        ) from None
