"""The files of a node, read out of its `repository_metadata` by other means than the product."""

from __future__ import annotations


def files_of(tree, prefix=""):
    """Yield path and key of every file in a tree."""
    for name, entry in tree.get("o", {}).items():
        if "k" in entry:
            yield prefix + name, entry["k"]
        else:
            yield from files_of(entry, f"{prefix}{name}/")
