"""The symbols of trajectories, which were an array in a file. Floor: store.

Source: AiiDA's migration of archives from 0.3 to 0.4; NumPy's format `.npy`, versions 1 to 3.
"""

from __future__ import annotations

import ast
import struct

from provender.store.legacy.steps.node import Node, Surroundings

TRAJECTORY = "data.array.trajectory.TrajectoryData."
FILE, MARK = "symbols.npy", "array|symbols"
MAGIC = b"\x93NUMPY"
# Bytes of a character: in strings of bytes (`S`) one, in strings (`U`) four.
WIDTHS = {"S": 1, "U": 4}
MISSING = "trajectories have no readable symbols.npy: their symbols are left as they are"


def symbols_are_attributes(node: Node, around: Surroundings) -> None:
    """The symbols of a trajectory became an attribute."""
    if node.text("type") != TRAJECTORY:
        return
    content = around.read_file(node.text("uuid"), FILE)
    symbols = read_strings(content) if content is not None else None
    if symbols is None:
        around.remarks.note(MISSING, node.text("uuid"))
        return
    around.drop_file(node.text("uuid"), FILE)
    attributes = node.attributes.edit()
    attributes["symbols"] = symbols
    attributes.pop(MARK, None)


def read_strings(content: bytes) -> list[str] | None:
    """Return a one-dimensional array of strings; None if it is none, or damaged."""
    try:
        (length,) = struct.unpack_from("<H" if content[6] == 1 else "<L", content, 8)
        start = 10 if content[6] == 1 else 12
        header = ast.literal_eval(content[start : start + length].decode("latin-1").strip())
        order, kind, width = header["descr"][0], header["descr"][1], int(header["descr"][2:])
        (count,) = header["shape"]
        size = WIDTHS[kind] * width
        data = content[start + length :][: count * size]
        if content[:6] != MAGIC or len(data) != count * size or size <= 0:
            return None
        coding = "utf-8" if kind == "S" else f"utf-32-{'be' if order == '>' else 'le'}"
        items = (data[place : place + size] for place in range(0, len(data), size))
        return [item.decode(coding).rstrip("\0") for item in items]
    except (ValueError, SyntaxError, LookupError, TypeError, struct.error, RecursionError):
        return None
    except MemoryError:  # what literal_eval raises for a header that is nested too deeply
        return None
