"""Archives of processes, and the trees that `verdi process dump` writes."""

from __future__ import annotations

import io
import json
import zipfile

import yaml

from support.desk import names
from support.desk.recorded import RELATIVE, digest

OWN = {".aiida_dump_safeguard", "aiida_dump_log.json"}
"""Files by which AiiDA knows its folders."""
SPOILT = {names.JOB_DAMAGED_FILE}
"""AiiDA dumps the file of an archive that is damaged as it is."""


def opened(recorded, uuid):
    """Return the files of an archive by path, and its manifest."""
    with recorded.client.get(f"/api/v4/processes/{uuid}/archive.zip") as answer:
        assert answer.status_code == 200, answer.text
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        content = io.BytesIO(answer.data)
    with zipfile.ZipFile(content) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}
    return files, json.loads(files["manifest.json"])


def test_archives_hold_what_verdi_dumps(recorded):
    lacking, differing, count = [], [], 0
    for uuid, dump in recorded.content["dumps"].items():
        if uuid in SPOILT or "error" in dump:
            continue
        files, _ = opened(recorded, uuid)
        for path, stored in dump["files"].items():
            if path.rpartition("/")[2] in OWN:
                continue
            count += 1
            if path not in files:
                lacking.append((uuid, path))
            elif stored and stored != [len(files[path]), digest(files[path])]:
                differing.append((uuid, path))
    assert (lacking, differing) == ([], [])
    assert count > 10


def test_descriptions_say_what_those_of_verdi_say(recorded):
    ours, theirs = {}, {}
    for uuid, dump in recorded.content["dumps"].items():
        if "error" in dump or uuid in RELATIVE:
            continue
        files, _ = opened(recorded, uuid)
        found = yaml.safe_load(files["aiida_node_metadata.yaml"])
        found.pop("User data")  # the recorded ones lack it, as it holds an e-mail
        found["Node data"] |= {name: str(found["Node data"][name]) for name in ("ctime", "mtime")}
        ours[uuid] = found
        sections = dump["yaml"]
        sections["Node data"].pop("pk")
        sections.get("Node extras", {}).pop("_aiida_hash", None)
        theirs[uuid] = {name: section for name, section in sections.items() if section}
    assert ours == theirs
    assert len(ours) > 1
