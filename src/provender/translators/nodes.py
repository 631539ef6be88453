"""The inquiries of nodes, of processes and of calculation jobs. Floor: translators."""

from __future__ import annotations

from dataclasses import replace

from provender.query.plan.views import View
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.parameters import Contents
from provender.query.querystring.request import ListRequest
from provender.query.questions import Direction
from provender.settings import Limits
from provender.translators.base import BaseTranslator
from provender.translators.contents import Comments, JsonColumn, Report
from provender.translators.files import FilesOf, InputFiles, OutputFiles
from provender.translators.links import Neighbours, TreeOf
from provender.translators.processes.files import JobFiles
from provender.translators.statistics import FullTypes
from provender.translators.subject import SubjectOf


class NodeTranslator(BaseTranslator):
    """Translates requests for nodes of a view."""

    def links(
        self, identifier: str | int, request: ListRequest, direction: Direction
    ) -> Neighbours:
        """Return the inquiry of the neighbours of a node in one direction."""
        return Neighbours(self.view, identifier, request, direction, self.expose)

    def tree(self, identifier: str | int, parameters: Parameters, limits: Limits) -> TreeOf:
        """Return the inquiry of a node with the neighbours on both sides."""
        return TreeOf(self.view, identifier, parameters, limits)

    def contents(
        self, identifier: str | int, contents: Contents, parameters: Parameters
    ) -> JsonColumn:
        """Return the inquiry of the attributes or extras of a node."""
        names, excluded = parameters[contents.names], parameters[contents.excluded]
        return JsonColumn(self.view, identifier, contents.column, names, excluded)

    def comments(self, identifier: str | int) -> Comments:
        """Return the inquiry of the comments on a node."""
        return Comments(self.view, identifier)

    def files(self, identifier: str | int, path: str) -> FilesOf:
        """Return the inquiry of the entry at a path in the repository of a node."""
        return FilesOf(self.view, identifier, path)

    def subject(self, identifier: str | int) -> SubjectOf:
        """Return the inquiry of a node to be written in a format."""
        return SubjectOf(self.view, identifier)

    def full_types(self, parameters: Parameters, *, with_counts: bool) -> FullTypes:
        """Return the inquiry of the tree of types."""
        return FullTypes(self.view, parameters, with_counts=with_counts)


class ProcessTranslator(NodeTranslator):
    """Translates requests for processes; an id in a path may be that of any node."""

    @property
    def nodes(self) -> View:
        """The view of all nodes."""
        return replace(self.view, subset=())

    def report(self, identifier: str | int) -> Report:
        """Return the inquiry of the log of a process."""
        return Report(self.nodes, self.view, identifier)


class CalcJobTranslator(ProcessTranslator):
    """Translates requests for calculation jobs."""

    def input_files(self, identifier: str | int, path: str) -> InputFiles:
        """Return the inquiry of the files that were sent to run a job."""
        return InputFiles(self.nodes, self.view, identifier, path)

    def files_of_sides(self, identifier: str | int, path: str, sides: tuple[str, ...]) -> JobFiles:
        """Return the inquiry of the files of a job on some sides, with the nodes that hold them."""
        return JobFiles(self.nodes, self.view, identifier, path, sides)

    def output_files(self, identifier: str | int, path: str) -> OutputFiles:
        """Return the inquiry of the files that a job brought back."""
        return OutputFiles(self.nodes, self.view, identifier, path)
