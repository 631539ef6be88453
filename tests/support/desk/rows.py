"""Rows of the desk store before they are written, and short ways to make them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from support.desk.names import FIRST_ID, id_of, retrieved_of, uuid_of

BEGIN = datetime(2026, 11, 21, 9, 0, tzinfo=timezone.utc)
"""When the desk was opened."""
CODE = "607c50a6-07c6-4693-8385-88a726d22a07"
COMPUTER, USER = "Alpha", "Ada"
TYPES = {
    "job": "process.calculation.calcjob.CalcJobNode.",
    "function": "process.calculation.calcfunction.CalcFunctionNode.",
    "chain": "process.workflow.workchain.WorkChainNode.",
}


@dataclass(frozen=True)
class Lab:
    """A node, computer or user of the lab, by the column that tells it; ids differ by backend."""

    table: str
    column: str
    value: str


def node(uuid: str) -> int | Lab:
    """Return what a link says of a node: its id, or how it is found."""
    return id_of(uuid) if uuid.startswith("de5") else Lab("db_dbnode", "uuid", uuid)


@dataclass
class Rows:
    """Rows by table, and the files of the repository by key."""

    nodes: list[dict[str, object]] = field(default_factory=list)
    links: list[dict[str, object]] = field(default_factory=list)
    logs: list[dict[str, object]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def tables(self):
        """Return the tables with their rows, in the order of writing."""
        return {"db_dbnode": self.nodes, "db_dblink": self.links, "db_dblog": self.logs}

    def add(self, uuid, node_type, *, ctime=None, computer=None, files=None, **columns):
        """Add a node; `attributes` may be anything that is JSON."""
        number = int(uuid[3:8])
        ctime = ctime or BEGIN + timedelta(minutes=number)
        self.nodes.append(
            {
                "id": id_of(uuid),
                "uuid": uuid,
                "node_type": node_type,
                "process_type": columns.get("process_type"),
                "label": columns.get("label", ""),
                "description": "",
                "ctime": ctime,
                "mtime": columns.get("mtime") or ctime + timedelta(seconds=50),
                "attributes": json.dumps(columns.get("attributes", {})),
                "extras": json.dumps(columns.get("extras", {})),
                "repository_metadata": json.dumps(self._tree(files or {})),
                "dbcomputer_id": computer and Lab("db_dbcomputer", "label", computer),
                "user_id": Lab("db_dbuser", "first_name", USER),
            }
        )

    def _tree(self, files):
        """Return repository metadata; content of `None` is not in the store."""
        objects = {}
        for name, content in files.items():
            key = hashlib.sha256(b"lost" if content is None else content).hexdigest()
            objects[name] = {"k": key}
            if content is not None:
                self.files[key] = content
        return {"o": objects} if objects else {}

    def process(self, uuid, kind, label, state, exit_status=None, message=None, **options):
        """Add a process; `caller` is the uuid of the work chain that called it."""
        caller = options.pop("caller", None)
        is_over = state in ("finished", "killed", "excepted")
        attributes = {"version": {"core": "2.9.4"}, "process_label": label, "process_state": state}
        attributes |= {"sealed": True} if is_over else {"checkpoints": "made-up checkpoint"}
        attributes |= {} if exit_status is None else {"exit_status": exit_status}
        attributes |= {} if message is None else {"exit_message": message}
        attributes |= options.pop("attributes", {})
        types = {"chain": f"made.up:{label}", "function": f"__main__.{label}"}
        process_type = types.get(kind, "aiida.calculations:made.up")
        options = {"process_type": process_type, "label": label.lower(), **options}
        self.add(uuid, TYPES[kind], attributes=attributes, **options)
        if caller:
            link_type = "call_work" if kind == "chain" else "call_calc"
            self.link(caller, uuid, f"iteration_{uuid[6:8]}", link_type)

    def job(self, uuid, state="finished", exit_status=0, message=None, *, retrieved=(), **options):
        """Add a calculation job, with its `retrieved` folder unless that is `None`."""
        attributes = {
            "job_id": uuid[3:8],
            "retrieve_list": ["out.txt", "_scheduler-stdout.txt", "_scheduler-stderr.txt"],
            "output_filename": "out.txt",
            "scheduler_stdout": "_scheduler-stdout.txt",
            "scheduler_stderr": "_scheduler-stderr.txt",
            "resources": {"num_machines": 1},
            "remote_workdir": f"/scratch/{uuid[3:8]}",
            **options.pop("attributes", {}),
        }
        options = {"files": {"job.sh": b"#!/bin/bash\n./made-up < in > out.txt\n"}, **options}
        status = exit_status if state == "finished" else None
        self.process(
            *(uuid, "job", "MadeUpCalculation", state, status, message),
            attributes=attributes,
            computer=COMPUTER,
            **options,
        )
        self.link(CODE, uuid, "code", "input_calc")
        if state == "finished" and retrieved is not None:
            folder = retrieved_of(uuid)
            ctime = self.nodes[-1]["ctime"] + timedelta(seconds=40)
            self.add(folder, "data.core.folder.FolderData.", files=dict(retrieved), ctime=ctime)
            self.link(uuid, folder, "retrieved", "create")

    def link(self, source, target, label, link_type):
        """Add a link between two nodes."""
        self.links.append(
            {
                "id": FIRST_ID + len(self.links),
                "input_id": node(source),
                "output_id": node(target),
                "label": label,
                "type": link_type,
            }
        )

    def log(self, uuid, level, message, *, seconds=10.0, logger="aiida.orm.nodes.process"):
        """Add a log row, so many seconds after the process was created."""
        ctime = next(row["ctime"] for row in self.nodes if row["uuid"] == uuid)
        number = len(self.logs)
        self.logs.append(
            {
                "id": FIRST_ID + number,
                "uuid": uuid_of(50_000 + number),
                "time": ctime + timedelta(seconds=seconds),
                "loggername": logger,
                "levelname": level,
                "dbnode_id": id_of(uuid),
                "message": message,
                "metadata": "{}",
            }
        )
