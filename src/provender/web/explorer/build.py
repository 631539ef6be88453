"""What `make explorer` built: files of the front end, as Vite's manifest has them. Floor: web.

`web/static/explorer` holds `manifest.json` and `assets/`. The manifest has an entry for each chunk:
`file`, the `css` it needs, the `imports` that it cannot begin without; and one for each other file.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOGGER = logging.getLogger(__name__)

SHIPPED = Path(__file__).parents[1] / "static" / "explorer"
MANIFEST = "manifest.json"
ASSETS = "assets"
ENTRY = "index.html"
ICON = "favicon.svg"


@dataclass(frozen=True, slots=True)
class Build:
    """The files of a front end, by their names in `folder`.

    Attributes:
        folder: where they are.
        names: every file there is.
        script: what the page runs.
        imports: the scripts that it cannot begin without.
        styles: the style sheets of all these.
        icon: the icon of the page, if there is one.
    """

    folder: Path
    names: frozenset[str]
    script: str
    imports: tuple[str, ...]
    styles: tuple[str, ...]
    icon: str | None


def load(folder: Path = SHIPPED) -> Build | None:
    """Return the front end in a folder; None where none was built, or not all of it is there."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        build = _read(manifest, folder / ASSETS)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        LOGGER.exception("%s is no manifest of a front end", folder / MANIFEST)
        return None
    missing = {build.script, *build.imports, *build.styles} - build.names
    if missing:
        LOGGER.error("%s: there is no %s", build.folder, ", ".join(sorted(missing)))
    return None if missing else build


def _read(manifest: Mapping[str, Any], folder: Path) -> Build:
    chunks = {chunk["file"]: chunk for chunk in _needed(manifest, ENTRY, set())}
    script, *imports = map(_name, chunks)
    styles = dict.fromkeys(style for chunk in chunks.values() for style in chunk.get("css", ()))
    icons = (_name(one["file"]) for key, one in manifest.items() if Path(key).name == ICON)
    names = frozenset(file.name for file in folder.iterdir() if file.is_file())
    icon = next((name for name in icons if name in names), None)
    return Build(folder, names, script, tuple(imports), tuple(map(_name, styles)), icon)


def _needed(manifest: Mapping[str, Any], key: str, seen: set[str]) -> Iterator[Mapping[str, Any]]:
    """Yield a chunk, and all that it imports at once."""
    if key not in seen:
        seen.add(key)
        yield manifest[key]
        for name in manifest[key].get("imports", ()):
            yield from _needed(manifest, name, seen)


def _name(file: str) -> str:
    """Return the name of a file below `assets`, where all of them are."""
    folder, _, name = file.rpartition("/")
    if folder != ASSETS:
        raise ValueError(f"`{file}` is not in `{ASSETS}`")
    return name
