"""Random files of a node: as members of an archive, and as the tree that they are served as."""

from __future__ import annotations

import hashlib
import io

import numpy as np

NAMES = ("a", "b.txt", "out", "é", "with blank", ".hidden", "UPPER", "n" * 40, "a.b.c", "-")
CONTENTS = (b"", b"content\n", b"\x00\xff" * 50, b"x" * 5000)
SYMBOLS = ("symbols.npy", "cells.npy")


def drawn(random):
    """Return random files: a content, or None for an empty folder, by section and path."""
    found = {}
    for section in ("path", "raw_input"):
        if random.random() < 0.5:
            continue
        found |= {f"{section}/{name}": content for name, content in _below(random, section, 2)}
        if random.random() < 0.3:
            found[section] = None
    return found


def _below(random, section, depth):
    """Yield paths below a section: no name of one section is in the other."""
    taken = NAMES[::2] if section == "path" else NAMES[1::2]
    for name in random.sample(taken, random.randint(0, 3)):
        kind = random.random()
        if kind < 0.2:
            yield name, None
        elif kind < 0.5 and depth:
            inner = [*_below(random, section, depth - 1)]
            yield from ((f"{name}/{path}", content) for path, content in inner)
        else:
            yield name, random.choice(CONTENTS)


def tree_of(files):
    """Return the tree that files are served as, and their contents by key."""
    tree, contents = {}, {}
    for path, content in files.items():
        names = path.split("/")[1:]
        entry = tree
        for name in names:
            entry = entry.setdefault("o", {}).setdefault(name, {})
        if content is not None:
            entry["k"] = hashlib.sha256(content).hexdigest()
            contents[entry["k"]] = content
    return tree, contents


def array(items, kind="U"):
    """Return texts as a file of NumPy: of characters (`U`) or of bytes (`S`)."""
    encoded = [item.encode() if kind == "S" else item for item in items]
    file = io.BytesIO()
    np.save(file, np.array(encoded, dtype=kind), allow_pickle=False)
    return file.getvalue()
