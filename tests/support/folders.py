"""Comparing folders before and after a run."""

from __future__ import annotations

import hashlib
from pathlib import Path


def fingerprint(path: Path) -> dict[str, tuple]:
    """Return name, size, time of change and checksum of everything below a path."""
    paths = [path, *sorted(path.rglob("*"))] if path.is_dir() else [path]
    return {
        str(item.relative_to(path.parent)): (
            item.stat().st_mtime_ns,
            item.stat().st_mode,
            hashlib.sha256(item.read_bytes()).hexdigest() if item.is_file() else None,
        )
        for item in paths
    }
