"""Nodes, and the processes and calculation jobs among them. Floor: web."""

from __future__ import annotations

from typing import ClassVar

from provender.translators.base import BaseTranslator
from provender.translators.nodes import CalcJobTranslator, NodeTranslator, ProcessTranslator
from provender.web.resources.base import BaseResource


class Node(BaseResource):
    """Answers the routes of nodes of every kind."""

    translator: ClassVar[BaseTranslator] = NodeTranslator()


class ProcessNode(Node):
    """Answers the routes of processes."""

    translator: ClassVar[BaseTranslator] = ProcessTranslator()


class CalcJobNode(ProcessNode):
    """Answers the routes of calculation jobs."""

    translator: ClassVar[BaseTranslator] = CalcJobTranslator()
