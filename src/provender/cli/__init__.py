"""The command `provender`. Floor: cli."""

from __future__ import annotations

from provender.cli.main import main

__all__ = ["main"]
