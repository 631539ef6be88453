"""A store on a server, with its resources as attributes. Floor: client."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from provender.client import sessions
from provender.client.objects.catalogue import Codes, Computers, Groups, Users
from provender.client.objects.changes import WATCH_SECONDS, Changes
from provender.client.objects.meta import Meta
from provender.client.objects.nodes import Nodes
from provender.client.objects.processes import Jobs, Processes
from provender.client.objects.stores import Schemas, Server, Views
from provender.client.queries.conditions import Where
from provender.client.queries.options import ChangeOptions
from provender.client.queries.signatures import takes
from provender.client.rows.meter import Advance, gauge
from provender.client.rows.results import Record, Rows, found
from provender.client.sessions import Session
from provender.client.transfers.downloads import Download
from provender.client.transfers.files import Files
from provender.client.transfers.folders import Folder
from provender.client.transfers.mirroring import Mirror, Mirrored
from provender.client.transfers.saving import Place, save_selection, weigh
from provender.client.transport.connection import TIMEOUT_SECONDS, Connection, Manners, Token
from provender.client.transport.retrying import Retries

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Client:
    """A store that a Provender server, or AiiDA's own REST API, serves.

    Example:
        `Client("https://example.org", profile="mc3d").nodes.list(limit=3)`

    Args:
        url: The root of the server, or any address of the API; by default that of
            `PROVENDER_CLIENT_URL`.
        profile: The name of the store on it; by default the one without a name.
        token: A bearer token, or a function that returns a valid one. It is sent to this server
            alone.
        proxy: The URL of a proxy; by default that of the environment (`HTTPS_PROXY`).
        verify: A file of certificates to trust; False trusts any server.
        show_curl: Show each request as a command on the standard error stream.
        timeout: Seconds in which the server has to say something.
        retries: When a request that failed is sent again.
    """

    def __init__(  # noqa: PLR0913 - what a connection may need
        self,
        url: str | None = None,
        profile: str | None = None,
        *,
        token: Token | None = None,
        proxy: str | None = None,
        verify: str | bool = True,
        show_curl: bool = False,
        timeout: float = TIMEOUT_SECONDS,
        retries: Retries | None = None,
    ) -> None:
        session = sessions.overridden(None) if url is None else Session(url, profile)
        token = token if token is not None else session.token
        manners = Manners(token, proxy, verify, show_curl, timeout, retries or Retries())
        self.connection = Connection(session.url, profile or session.profile, manners)

    @classmethod
    def restore(cls, name: str, **manners: Any) -> Client:  # noqa: ANN401 - as of the class
        """Return a client as `save` has kept it; `manners` are other arguments of the class.

        Raises:
            NotFound: there is no session of this name.
        """
        session = sessions.load(name)
        given: dict[str, Any] = {"token": session.token, **manners}
        return cls(session.url, session.profile, **given)

    @staticmethod
    def sessions() -> list[str]:
        """Return the names that `save` has kept."""
        return sessions.names()

    @staticmethod
    def profiles(url: str, **manners: Any) -> Rows:  # noqa: ANN401 - as of the class
        """Return the stores that a server has, a record each; a table in notebooks.

        Raises:
            ClientError: the server cannot be asked, or has no such list.
        """
        with Client(url, **manners) as client:
            rows: Rows = found(client.connection.at_root("profiles").rows)
            return rows

    def save(self, name: str, *, with_token: bool = False) -> Path:
        """Keep the address, and the token if asked to, for `Client.restore(name)`.

        Returns the file, which nobody else may read.
        """
        token = self.connection.manners.token
        kept = token if with_token and isinstance(token, str) else None
        where = self.connection
        return sessions.save(name, Session(where.root, where.profile, kept))

    def close(self) -> None:
        """Close all connections to the server."""
        self.connection.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.connection.base!r})"

    @property
    def nodes(self) -> Nodes:
        """All nodes of the store."""
        return Nodes(self.connection)

    @property
    def processes(self) -> Processes:
        """The nodes that are processes: calculations and workflows."""
        return Processes(self.connection)

    @property
    def jobs(self) -> Jobs:
        """The processes that are calculation jobs."""
        return Jobs(self.connection)

    @property
    def computers(self) -> Computers:
        """The computers on which jobs ran."""
        return Computers(self.connection)

    @property
    def codes(self) -> Codes:
        """The codes that jobs ran."""
        return Codes(self.connection)

    @property
    def groups(self) -> Groups:
        """The groups of nodes."""
        return Groups(self.connection)

    @property
    def users(self) -> Users:
        """Who made the nodes."""
        return Users(self.connection)

    @property
    def files(self) -> Files:
        """The files of all nodes."""
        return Files(self.connection)

    def download(
        self,
        where: Where,
        dest: Place,
        *,
        progress: bool | Advance = False,
        **options: Any,  # noqa: ANN401 - keys of the route
    ) -> Download:
        """Write the nodes that `where` chooses into a file, in the format of its ending.

        `.zip` has their files, `.aiida` is an archive for AiiDA, `.csv`, `.ndjson`, `.parquet` and
        `.arrow` are tables. `options` are keys of the routes: `glob`, `tree`, `fields`, ... An
        address below the server is downloaded as it is.

        Raises:
            BadQuery: a condition or an option has no meaning.
            TooLarge: the selection is larger than the server allows.
            Damaged: what arrived is not what the server has.
            OSError: the file cannot be written.
        """
        return save_selection(self.connection, where, dest, progress=progress, options=options)

    def weigh(self, where: Where, dest: Place, **options: Any) -> Record:  # noqa: ANN401 - keys
        """Return how large a `.zip` or an `.aiida` will be, before it is downloaded.

        A zip has `nodes`, `files`, `bytes` and `skipped`, an archive for AiiDA `links` and
        `file_bytes` too.
        """
        return weigh(self.connection, where, dest, options)

    def mirror(
        self,
        where: Where,
        folder: Place,
        *,
        prune: bool = False,
        progress: bool | Advance = False,
    ) -> Mirrored:
        """Bring a folder up to date with the nodes that `where` chooses, each in a folder.

        Only what has changed since the last run is fetched. The server does not tell which nodes
        were deleted: `prune` lists the selection, and removes those that are not in it.

        Raises:
            NotServed: the server does not tell what changes.
            BadQuery: the folder is a mirror of something else.
        """
        with gauge(str(folder), progress) as counted:
            mirror = Mirror(self.connection, where, Folder(folder), counted)
            return mirror.run(is_pruned=prune)

    @property
    def meta(self) -> Meta:
        """Attributes and extras, asked for as documents."""
        return Meta(self.connection)

    @property
    def schemas(self) -> Schemas:
        """What nodes of each type have."""
        return Schemas(self.connection)

    @property
    def views(self) -> Views:
        """The saved selections of the server."""
        return Views(self.connection)

    @property
    def server(self) -> Server:
        """The server, and how much the store has."""
        return Server(self.connection)

    def querybuilder(self, query: Mapping[str, Any]) -> Record:
        """Return what a query of AiiDA finds: rows by the tag of each entity.

        `query` is what `QueryBuilder.as_dict()` returns.

        Raises:
            BadQuery: the query has no meaning; `detail` says where.
        """
        record: Record = found(self.connection.post("querybuilder", query).data)
        return record

    @takes(ChangeOptions)
    def watch(
        self,
        where: Where = None,
        *,
        since: str | None = None,
        every: float = WATCH_SECONDS,
        **options: Unpack[ChangeOptions],
    ) -> Changes:
        """Return the nodes of a selection that are written from now on, or since a cursor.

        The loop does not end: every so many seconds the server is asked for more. `cursor` is
        where a later loop goes on.

        Raises:
            Outdated: in the loop, if the cursor is of another store, or of a file that changed.
        """
        return Changes(self.connection, where, options, since, every=every)
