"""Every setting: name, type, default, bounds and help, in one place. Floor: settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

# What is private unless `expose` opens it.
EXPOSABLE = ("users.email", "authinfo")
LOG_FORMATS = ("text", "json")
# Words in lists of readers: everybody, and every user.
ANYONE = "anyone"
KNOWN = "known"


def _setting(
    default: Any,  # noqa: ANN401 - the annotation of the field says the type
    text: str,
    *,
    low: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:  # noqa: ANN401 - what dataclasses.field returns
    return field(default=default, metadata={"help": text, "low": low, "choices": choices})


@dataclass(frozen=True, slots=True)
class SavedSelection:
    """A selection of nodes under a name, as it is written: a query string, or conditions."""

    title: str = _setting("", "what it is, for people (required)")
    description: str = _setting("", "more of that")
    selection: str | None = _setting(None, "filters and relations as in a query string")
    where: Mapping[str, Any] | None = _setting(None, "conditions as in a posted selection")
    want: Mapping[str, Any] | None = _setting(None, "template of the rows of `/nodes/select`")
    flat: bool = _setting(False, "whether these rows are flat")
    facet: tuple[str, ...] = _setting((), "what `/nodes/facets` counts by")
    stats: tuple[str, ...] = _setting((), "what `/nodes/facets` tells numbers of")
    size: int | None = _setting(None, "the most buckets of a facet", low=1)
    drop_self: bool = _setting(False, "count without the filters on the key of a facet itself")
    orderby: tuple[str, ...] = _setting((), "the order of nodes or rows")
    limit: int | None = _setting(None, "rows where a request names no number", low=1)
    attributes: bool = _setting(False, "whether nodes are shown with attributes")
    attributes_filter: tuple[str, ...] = _setting((), "the attributes that are shown")
    extras: bool = _setting(False, "whether nodes are shown with extras")
    extras_filter: tuple[str, ...] = _setting((), "the extras that are shown")


def _views(text: str) -> Mapping[str, SavedSelection]:
    return field(default_factory=dict, metadata={"help": text})


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """One profile of the configuration file: a store under a name."""

    store: str = _setting(
        "", "postgresql:// URL, .aiida archive, or folder of a SQLite profile (required)"
    )
    repository: Path | None = _setting(
        None, "container folder of a PostgreSQL store; without it every request for a file is a 503"
    )
    expose: tuple[str, ...] | None = _setting(
        None,
        "private names that queries of this profile may use, instead of the global list",
        choices=EXPOSABLE,
    )
    readers: tuple[str, ...] | None = _setting(
        None, "who may read this profile, instead of `access.readers`"
    )
    views: Mapping[str, SavedSelection] = _views("saved selections of this profile, by name")


@dataclass(frozen=True, slots=True)
class RefusedProfile:
    """A profile of the configuration file that cannot be read, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one request may ask for."""

    default: int = _setting(
        400, "rows of a list without `limit`; also the largest `limit` and `perpage`", low=1
    )
    perpage: int = _setting(20, "rows of a page without `perpage`", low=1)
    posted_rows: int = _setting(
        50_000, "largest number of rows in the answer to a posted query", low=1
    )
    neighbours: int = _setting(
        10_000, "largest `in_limit` and `out_limit` of a tree; without them it is 1000", low=1
    )
    log_rows: int = _setting(
        10_000, "rows of a log, or lines of the output of a job, in one answer", low=1
    )
    called: int = _setting(
        10_000, "called processes, on all levels, that one request looks at", low=1
    )
    events: int = _setting(1000, "events in the history of a process", low=1)
    selected: int = _setting(
        1000, "rows of a page of `/nodes/select`, and the most that `limit` may name", low=1
    )
    things: int = _setting(
        100_000,
        "nodes, logs and other things in one answer of `/nodes/select`, on all its layers",
        low=1,
    )
    joins: int = _setting(10, "largest number of joins in a posted query", low=0)
    nesting: int = _setting(16, "deepest nesting of the JSON of a posted query", low=4)
    url_bytes: int = _setting(
        16_384,
        "largest size of a path and its query, in bytes; web servers have bounds too",
        low=100,
    )
    body_bytes: int = _setting(1_000_000, "largest size of a posted body, in bytes", low=100)
    filters: int = _setting(200, "largest number of conditions in a request", low=1)
    columns: int = _setting(
        200, "largest number of keys inside attributes and extras that a request picks", low=1
    )
    pattern_chars: int = _setting(
        200,
        "largest number of characters of a pattern (`like`, `ilike`); all together ten times as "
        "many",
        low=1,
    )
    list_items: int = _setting(50_000, "largest number of items of a list in a request", low=1)
    statement_seconds: float = _setting(
        30.0, "time-out of a database statement, in seconds", low=0.001
    )
    answer_bytes: int = _setting(
        67_108_864,
        "largest JSON answer, in bytes; a request takes up to four times as much memory",
        low=1000,
    )
    expensive: int = _setting(
        0,
        "expensive requests that one process answers at a time; 0: one less than the processors, "
        "divided by `WEB_CONCURRENCY` if that is set, at least 1",
        low=0,
    )
    expensive_waiting: int = _setting(
        4, "expensive requests of one process that may wait; the others are refused", low=0
    )
    waits: int = _setting(
        4,
        "requests of one process that may wait for a change (`wait`), each in a thread, at most "
        "a quarter of the threads of gunicorn or mod_wsgi; the others are refused",
        low=0,
    )
    spool_bytes: int = _setting(
        1_000_000_000,
        "largest size of the temporary files with answers that slow clients have not taken, of one"
        " process, in bytes; beyond it the slowest client is cut off",
        low=0,
    )
    client_seconds: float = _setting(
        30.0,
        "time in which a client must send the headers of a request, and longest time in which it"
        " takes nothing of an answer, in seconds",
        low=0.1,
    )
    download_bytes: int = _setting(
        67_108_864,
        "largest size of a node written in a format, and of a file that is read for it, in bytes; "
        "stored files have no bound",
        low=1000,
    )
    archive_files: int = _setting(
        100_000,
        "largest number of files in the archive of a process, and in the record of a node",
        low=1,
    )
    members: int = _setting(
        100_000, "largest number of members of a zip of nodes: files, and one for each node", low=1
    )
    members_text_bytes: int = _setting(
        1_000_000_000, "largest size of what a zip of nodes tells of them, in bytes", low=1000
    )
    array_work_bytes: int = _setting(
        17_179_869_184,
        "bytes of a compressed file that may be decompressed for a slice of an array in another "
        "order than that of its file",
        low=1000,
    )
    streams: int = _setting(
        4,
        "tables and archives that one process sends at a time from one store, each with a "
        "database connection of its own; the others are refused",
        low=0,
    )
    client_streams: int = _setting(
        2, "tables and archives that one process sends at a time to one client", low=0
    )
    stream_seconds: float = _setting(
        3600.0,
        "longest time that sending a table or an archive takes, in seconds; neither "
        "`statement_seconds` nor `answer_bytes` bounds it",
        low=0.1,
    )
    stream_bytes_per_second: int = _setting(
        10_000,
        "lowest rate at which a client must take a table or an archive, in bytes per second; it "
        "may be a megabyte behind",
        low=0,
    )
    requests: str | None = _setting(
        None, "requests that one client may send, such as `100/minute`; null: any number"
    )
    requests_storage: str = _setting(
        "memory://", "where requests are counted: each process by itself, or `redis://HOST`"
    )


@dataclass(frozen=True, slots=True)
class Pool:
    """Database connections of one store in one process."""

    size: int = _setting(
        4, "largest number of database connections of one store for cheap requests", low=1
    )
    waiting: int = _setting(
        1, "requests that may go on waiting if no connection becomes free for half a second", low=0
    )
    wait_seconds: float = _setting(
        10.0, "longest time that a request waits for a connection, in seconds", low=0
    )
    connect_seconds: int = _setting(5, "time-out of connecting to one host, in seconds", low=1)
    recycle_seconds: int = _setting(
        1800,
        "age at which a connection is replaced, in seconds; a host that is back is then used again",
        low=1,
    )


@dataclass(frozen=True, slots=True)
class Stores:
    """How many stores of one process are open, and how long."""

    open: int = _setting(
        32,
        "largest number of open stores; the least recently used one is closed for another",
        low=1,
    )
    idle_seconds: float = _setting(
        600.0, "time after which an unused store is closed, in seconds; 0: never", low=0
    )


@dataclass(frozen=True, slots=True)
class Cache:
    """Databases extracted from archives, and answers."""

    folder: Path | None = _setting(
        None, "folder for databases of archives; default: `provender` in the user's cache folder"
    )
    memory_bytes: int = _setting(
        16_000_000, "largest size of the answers and counts kept in memory, in bytes", low=0
    )
    max_bytes: int = _setting(
        2_000_000_000,
        "largest size of the cache folder, in bytes; the least recently used databases are removed",
        low=0,
    )


@dataclass(frozen=True, slots=True)
class Proxy:
    """Web servers in front of this one, and whether their words are taken."""

    trusted: tuple[str, ...] = _setting(
        (), "proxies whose X-Forwarded-* headers are believed: addresses, networks or `unix`"
    )
    hops: int = _setting(
        1, "number of proxies in front of this server, one behind the other", low=1
    )


@dataclass(frozen=True, slots=True)
class Access:
    """The users, and who may read which profile."""

    file: Path | None = _setting(
        None, "file of the users, with their hashed passwords and tokens (`provender access add`)"
    )
    readers: tuple[str, ...] = _setting(
        (ANYONE,),
        "who may read a profile without `readers`: names of users, `known` (every user) or "
        "`anyone` (also without credentials)",
    )
    metrics: tuple[str, ...] | None = _setting(
        None,
        "who may read `/metrics`, by default `anyone` while no profile is guarded, then nobody; a "
        "user that is named here is not one of `known`",
    )
    header: str | None = _setting(
        None, "header in which a web server in front names the user that it has checked"
    )
    trusted: tuple[str, ...] = _setting(
        (), "web servers whose `access.header` is believed: addresses, networks or `unix`"
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, typed; `provender.configuration` reads them.

    `refused` is not a setting: it has the profiles with mistakes, which do not stop the others.
    """

    default_profile: str | None = _setting(None, "profile that answers when a request names none")
    profiles: Mapping[str, ProfileSettings] = field(
        default_factory=dict,
        metadata={"help": "stores by name: `{store, repository, expose, readers, views}`"},
    )
    views: Mapping[str, SavedSelection] = _views(
        "saved selections of every profile, by name: `{title, selection, where, want, ...}`"
    )
    refused: tuple[RefusedProfile, ...] = ()
    archives: tuple[Path, ...] = _setting((), "folders; each .aiida file in them is a profile")
    aiida_config: Path | None = _setting(
        None, "AiiDA configuration folder whose profiles are served too; nothing is written to it"
    )
    server_timing: bool = _setting(
        False, "send the header `Server-Timing`: how long each step of a request took"
    )
    metrics: bool = _setting(False, "serve metrics for Prometheus at `/metrics`")
    log_format: str = _setting("text", "format of log lines: text or json", choices=LOG_FORMATS)
    profile_switching: bool = _setting(False, "let requests choose a profile with `?profile=NAME`")
    profile_paths: bool = _setting(
        True, "serve every profile below `/NAME/`, and a list of the profiles at `/profiles`"
    )
    expose: tuple[str, ...] = _setting(
        (), "private names that queries may use: users.email, authinfo", choices=EXPOSABLE
    )
    limits: Limits = field(default_factory=Limits)
    stores: Stores = field(default_factory=Stores)
    pool: Pool = field(default_factory=Pool)
    cache: Cache = field(default_factory=Cache)
    proxy: Proxy = field(default_factory=Proxy)
    access: Access = field(default_factory=Access)
    explorer: bool = _setting(
        True, "serve the explorer, a page for people, at `/` and below `/browse`"
    )
    cors: tuple[str, ...] = _setting(
        ("*",), "web sites whose scripts may read answers, such as https://viewer.example.org"
    )
    trusted_hosts: tuple[str, ...] = _setting(
        (), "hosts that are answered (`Host`), `.example.org` with all names below it; empty: any"
    )
    frame_ancestors: tuple[str, ...] = _setting(
        (), "web sites that may show the pages for people inside their own; empty: none"
    )


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One line of the table of settings: what documentation and `--help` show."""

    name: str
    default: str
    help: str

    @property
    def variable(self) -> str:
        """The environment variable, for example `PROVENDER_LIMITS_DEFAULT`."""
        return "PROVENDER_" + self.name.replace(".", "_").upper()


def settings_of(section: type) -> tuple[Field[Any], ...]:
    """Return the fields of a section that are settings."""
    return tuple(item for item in fields(section) if item.name != "refused")


def default_of(item: Field[Any]) -> Any:  # noqa: ANN401 - the annotation of the field says the type
    """Return the default of a field of a section."""
    return item.default if item.default_factory is MISSING else item.default_factory()


def table(section: type = Settings, prefix: str = "") -> tuple[SettingRow, ...]:
    """Return a row for each setting, sections flattened to dotted names."""
    rows: list[SettingRow] = []
    for item in settings_of(section):
        default = default_of(item)
        if is_dataclass(default):
            rows.extend(table(type(default), f"{item.name}."))
        else:
            rows.append(SettingRow(prefix + item.name, _shown(default), item.metadata["help"]))
    return tuple(rows)


def _shown(default: Any) -> str:  # noqa: ANN401 - the annotation of the field says the type
    if isinstance(default, tuple):
        return ", ".join(default)
    return "" if default is None or default == {} else str(default).lower()
