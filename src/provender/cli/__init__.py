"""The command `provender`. Floor: cli."""

from __future__ import annotations

from provender.cli.starting import uncollected

with uncollected():
    from provender.cli.main import main

__all__ = ["main"]
