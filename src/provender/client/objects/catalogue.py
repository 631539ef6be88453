"""Computers, codes, groups and users. Floor: client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provender.client.objects.resources import Orders, Resource
from provender.client.queries.conditions import Where
from provender.client.queries.identifiers import Identifier
from provender.client.queries.lists import Listing
from provender.client.queries.options import (
    CodeOptions,
    ComputerOptions,
    GroupOptions,
    GroupParts,
    LinkOptions,
    NodeOptions,
    UserOptions,
)
from provender.client.queries.questions import question
from provender.client.queries.signatures import takes
from provender.client.rows.records import Code, Computer, Group, LinkedNode, Node, User
from provender.client.rows.results import Record
from provender.client.transport.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Computers(Resource[Computer]):
    """The computers on which jobs ran."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, "computers", Computer)

    @takes(ComputerOptions)
    def list(
        self,
        where: Where = None,
        *,
        orderby: Orders = None,
        limit: int | None = None,
        **options: Unpack[ComputerOptions],
    ) -> Listing[Computer]:
        """Return the computers that `where` and the options choose."""
        return self._rows(where, {"orderby": orderby, **options}, limit)

    def get(self, identifier: Identifier) -> Computer:
        """Return one computer, by its uuid or the beginning of that, or by its pk as an integer.

        Raises:
            NotFound: there is none.
        """
        return self._object(identifier, {})

    def statistics(self, identifier: Identifier) -> Record:
        """Return the jobs of a computer by state and exit status, and their hours."""
        record: Record = self._below(identifier, "statistics", {})["statistics"]
        return record


class Codes(Resource[Code]):
    """The codes that jobs ran, each with the number of its jobs."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, "codes", Code)

    @takes(CodeOptions)
    def list(
        self,
        where: Where = None,
        *,
        orderby: Orders = None,
        limit: int | None = None,
        **options: Unpack[CodeOptions],
    ) -> Listing[Code]:
        """Return the codes that `where` and the options choose."""
        return self._rows(where, {"orderby": orderby, **options}, limit)

    def get(self, identifier: Identifier) -> Code:
        """Return one code, by its uuid or the beginning of that, or by its pk as an integer.

        Raises:
            NotFound: there is none.
        """
        return self._object(identifier, {})

    @takes(LinkOptions)
    def jobs(
        self,
        identifier: Identifier,
        where: Where = None,
        *,
        orderby: Orders = None,
        limit: int | None = None,
        **options: Unpack[LinkOptions],
    ) -> Listing[LinkedNode]:
        """Return the jobs that used a code."""
        path = f"codes/{self._named(identifier)}/jobs"
        given = {"orderby": orderby, **options}
        source = question(path, where, given, posted_to=None).source(
            self._connection, is_counted=True
        )
        return Listing(source, LinkedNode, limit=limit)


class Groups(Resource[Group]):
    """The groups of nodes."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, "groups", Group)

    @takes(GroupOptions)
    def list(
        self,
        where: Where = None,
        *,
        orderby: Orders = None,
        limit: int | None = None,
        **options: Unpack[GroupOptions],
    ) -> Listing[Group]:
        """Return the groups that `where` and the options choose."""
        return self._rows(where, {"orderby": orderby, **options}, limit)

    @takes(GroupParts)
    def get(self, identifier: Identifier, **options: Unpack[GroupParts]) -> Group:
        """Return one group, by its uuid or the beginning of that, or by its pk as an integer.

        Raises:
            NotFound: there is none.
        """
        return self._object(identifier, options)

    @takes(NodeOptions)
    def nodes(
        self,
        identifier: Identifier,
        where: Where = None,
        *,
        orderby: Orders = None,
        limit: int | None = None,
        progress: bool = False,
        **options: Unpack[NodeOptions],
    ) -> Listing[Node]:
        """Return the nodes of a group, or those of them that `where` and the options choose."""
        path = f"groups/{self._named(identifier)}/nodes"
        given = {"orderby": orderby, **options}
        source = question(path, where, given).source(self._connection, is_counted=True)
        return Listing(source, Node, limit=limit, is_shown=progress)


class Users(Resource[User]):
    """Who made nodes. E-mail addresses are there only if the server shows them."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection, "users", User)

    @takes(UserOptions)
    def list(
        self,
        where: Where = None,
        *,
        orderby: Orders = None,
        limit: int | None = None,
        **options: Unpack[UserOptions],
    ) -> Listing[User]:
        """Return the users that `where` and the options choose."""
        return self._rows(where, {"orderby": orderby, **options}, limit)

    def get(self, identifier: Identifier) -> User:
        """Return one user, by the pk; raises `NotFound` if there is none."""
        return self._object(identifier, {})
