"""Names, types, shapes and contents of stored arrays, as NumPy reads them."""

from __future__ import annotations

from processes import asked, digest


def all_of_them(seen):
    """Return the arrays of each node that has some, by uuid."""
    from aiida import orm  # noqa: TID251 - this runs in AiiDA's environment

    builder = orm.QueryBuilder().append(orm.ArrayData, tag="n").order_by({"n": "id"})
    nodes = [node for node in builder.all(flat=True) if node.uuid not in seen]
    return {node.uuid: of(node) for node in nodes if node.get_arraynames()}


def of(node):
    """Return each array by its name."""
    names = sorted(node.get_arraynames())
    return {name: asked(lambda name=name: about(node.get_array(name))) for name in names}


def about(array):
    """Return dtype, shape and the digest of the values: all, the first row, every second row."""
    return {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "bytes": array.nbytes,
        "digest": digest(array.tobytes()),
        "first": digest(array[:1].tobytes()) if array.ndim else None,
        "second": digest(array[::2].tobytes()) if array.ndim else None,
    }
