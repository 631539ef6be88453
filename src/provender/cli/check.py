"""`provender check`: what a store holds, and whether it can be served. Floor: cli."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from provender.cli.console import HELP, examples, progress_line, table
from provender.cli.options import Options
from provender.logs import printable
from provender.plurals import counted, noun
from provender.store.health import Health, examine
from provender.store.profiles import Profile, Profiles
from provender.store.registry import StoreRegistry

# Files that are read by default: seconds, also from a slow disk.
FILES = 200


@examples(
    """
    provender check paper.aiida
    provender check postgresql://reader@localhost/aiida --repository /srv/aiida/container
    provender -p lab check --files 100000 --json
    provender check old.aiida --strict
    """
)
@click.command(context_settings=HELP)
@click.argument("store", required=False, envvar="PROVENDER_STORE")
@click.option(
    "--repository",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Container folder of a PostgreSQL store.",
)
@click.option(
    "--files",
    type=click.IntRange(0),
    default=FILES,
    show_default=True,
    metavar="N",
    help="Read at most N files and compare their checksums.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Count it as a failure if the reading of an archive left out or changed something.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def check(
    context: click.Context,
    store: str | None,
    repository: Path | None,
    files: int,
    *,
    strict: bool,
    as_json: bool,
) -> None:
    """Report what a store holds and whether it can be served.

    The report has schema, counts, files, indexes, and values that cannot be shown. Of an archive
    of an older version it also has what the reading left out or changed.

    STORE is as for `provender restapi`. Exit status 1 if it cannot be opened or a file cannot be
    read.
    """
    options: Options = context.obj
    settings = options.settings()
    profile = options.select(settings, store, repository).profile
    profiles = Profiles({profile.name: profile})
    if settings.views or any(one.views for one in settings.profiles.values()):
        from provender.web.saved import read_views  # noqa: PLC0415 - the web floor is for this only

        read_views(settings, profiles)
    registry = StoreRegistry(profiles, settings)
    try:
        with closing(registry.lease(progress=progress_line)) as lease:
            health = examine(
                lease.store, files, lambda done: progress_line("reading files", done, files)
            )
    finally:
        registry.close()
    is_sound = health.is_sound and not (strict and health.remarks)
    report = {**as_dict(profile, health), "sound": is_sound}
    click.echo(json.dumps(report, indent=2) if as_json else text(profile, health))
    context.exit(0 if is_sound else 1)


def as_dict(profile: Profile, health: Health) -> dict[str, Any]:
    """Return the report for programs, but for the verdict."""
    origin = health.origin
    return {
        "name": profile.name,
        "kind": profile.kind.value,
        "store": profile.location,
        "schema_version": health.revision,
        "aiida_version": origin and origin.aiida_version,
        "written_as": origin and origin.version,
        "remarks": [asdict(remark) for remark in health.remarks],
        "counts": health.counts,
        "files": {
            "read": health.files_read,
            "bytes": health.bytes_read,
            "problem": health.repository_problem,
            "faults": [
                {"node": fault.node, "path": fault.path, "reason": fault.reason}
                for fault in health.faults
            ],
        },
        "rows": {
            "read": health.rows.read,
            "bad": health.rows.bad,
            "faults": [
                {
                    "table": fault.table,
                    "id": fault.pk,
                    "column": fault.column,
                    "reason": fault.reason,
                }
                for fault in health.rows.faults
            ],
        },
        "missing_indexes": [
            {"table": index.table, "column": index.column, "pattern": index.pattern}
            for index in health.indexes_missing
        ],
    }


def text(profile: Profile, health: Health) -> str:
    """Return the report for people."""
    words = health.origin.words if health.origin is not None else ""
    writer = f" ({words})" if words else ""
    parts = [
        f"{profile.name}: {profile.location}",
        "",
        f"Schema   {health.revision}{writer}, which this server reads",
        *_remarks(health),
        "",
        "Holds",
        table([(number, noun(number, name)) for name, number in health.counts.items()]),
        "",
        *_rows(health),
        "",
        *_files(health),
        "",
        *_indexes(health),
    ]
    return "\n".join(parts)


def _remarks(health: Health) -> list[str]:
    if health.origin is None or not health.origin.is_legacy:
        return []
    if not health.remarks:
        return ["Reading  nothing was left out or changed"]
    rows = [(remark.count, remark.kind, printable(remark.example)) for remark in health.remarks]
    return ["Reading  some things were left out or changed; how many, and the first:", table(rows)]


def _rows(health: Health) -> list[str]:
    rows = health.rows
    if not rows.bad:
        return [f"Rows     {rows.read:,} read, every value can be shown"]
    title = f"Rows     {rows.read:,} read, {counted(rows.bad, 'values')} cannot be shown (null):"
    shown = [
        (fault.table, f"id {fault.pk}", fault.column, f"is {fault.reason}") for fault in rows.faults
    ]
    return [title, table(shown)]


def _files(health: Health) -> list[str]:
    if health.repository_problem is not None:
        return [f"Files    cannot be read: {health.repository_problem}"]
    if not health.files_read:
        return ["Files    none read"]
    size = f"{health.files_read:,} read ({counted(health.bytes_read, 'bytes')})"
    if not health.faults:
        return [f"Files    {size}, all intact"]
    rows = [(fault.node, fault.path, fault.reason) for fault in health.faults]
    return [f"Files    {size}, {len(rows):,} damaged or missing:", table(rows)]


def _indexes(health: Health) -> list[str]:
    if not health.indexes_missing:
        return ["Indexes  complete"]
    rows = [
        (index.table, index.column, "pattern" if index.pattern else "plain")
        for index in health.indexes_missing
    ]
    lines = [f"Indexes  {len(rows)} missing, some requests will be slow:", table(rows)]
    if not health.sorts_texts_by_index:
        lines.append("  Without the pattern indexes, ordering by a string sorts all rows.")
    return lines
