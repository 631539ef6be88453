"""The tree of files of a node: its `repository_metadata`. Floor: store.

Source: AiiDA's repository metadata: `{"o": {name: entry}}` is a folder, `{"k": key}` a file, a
key being the SHA-256 of the content.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Tree = dict[str, Any]


def walk(tree: Tree, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and key of every file below a folder, in the order of the paths.

    Example:
        `{"o": {"a": {"o": {"b": {"k": "e3…"}}}}}` gives `("a/b", "e3…")`.
    """
    for name, entry in sorted(tree.get("o", {}).items()):
        if "k" in entry:
            yield prefix + name, entry["k"]
        else:
            yield from walk(entry, f"{prefix}{name}/")
