"""Files of jobs, and what AiiDA lists."""

from __future__ import annotations

from support.desk import names
from support.desk.recorded import digest


def test_files_of_jobs_are_those_of_aiida(recorded):
    ours, theirs = {}, {}
    for uuid, process in recorded.processes:
        if "files" not in process:
            continue
        rows = recorded.get(f"calcjobs/{uuid}/files")
        folder = {label: other for label, _, other in process["outputs"]}.get("retrieved")
        for side, name, holder in (("inputs", "sent", uuid), ("outputs", "retrieved", folder)):
            found = [row for row in rows if row["side"] == side]
            ours[uuid, side] = sorted(row["path"] for row in found)
            theirs[uuid, side] = in_root(process["files"][name] or [])
            assert {row["uuid"] for row in found} <= {holder}
    assert ours == theirs


def in_root(paths):
    """Return files and folders of the root folder."""
    return sorted({path.partition("/")[0] for path in paths})


def test_files_in_folders_are_those_of_aiida(recorded):
    found, expected = {}, {}
    for uuid, process in recorded.processes:
        inside = [path for path in process.get("files", {}).get("sent", ()) if "/" in path]
        if inside:
            (folder,) = {path.rpartition("/")[0] for path in inside}
            rows = recorded.get(f'calcjobs/{uuid}/files?side=inputs&filename="{folder}"')
            found[uuid] = sorted(row["path"] for row in rows)
            expected[uuid] = sorted(inside)
    assert found == expected


def test_streams_are_the_scheduler_texts_of_aiida(recorded):
    ours, theirs = {}, {}
    for uuid, process in recorded.processes:
        for stream in ("stdout", "stderr"):
            text = process.get("files", {}).get(stream)
            if isinstance(text, str) and uuid != names.JOB_DAMAGED_FILE:  # AiiDA shows damage
                path = f"/api/v4/processes/{uuid}/logs?stream={stream}&format=text"
                ours[uuid, stream] = digest(recorded.client.get(path).data)
                theirs[uuid, stream] = text
    assert ours == theirs
