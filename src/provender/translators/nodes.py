"""Nodes of all kinds. Floor: translators."""

from __future__ import annotations

from provender.translators.base import BaseTranslator


class NodeTranslator(BaseTranslator):
    """Translates requests for nodes."""


class ProcessTranslator(NodeTranslator):
    """Translates requests for process nodes."""


class CalcJobTranslator(ProcessTranslator):
    """Translates requests for calculation jobs."""
