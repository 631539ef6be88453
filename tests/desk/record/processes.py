"""What AiiDA says of each process: its properties, and what `verdi process` prints."""

from __future__ import annotations

import hashlib
import re

PROPERTIES = (
    *("process_label", "process_type", "node_type", "exit_status", "exit_message", "exception"),
    *("process_status", "paused", "is_sealed", "is_terminated", "is_finished", "is_finished_ok"),
    *("is_failed", "is_excepted", "is_killed", "label"),
)
COMMANDS = ("report", "status", "show")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STATES = ("created", "running", "waiting", "finished", "excepted", "killed")


def all_of_them(seen):
    """Return a dictionary for each process by its uuid, in the order of their ids."""
    nodes = [node for node in stored() if node.uuid not in seen]
    return {node.uuid: asked(lambda node=node: about(node)) for node in nodes}


def stored():
    from aiida import orm  # noqa: TID251 - this runs in AiiDA's environment

    return orm.QueryBuilder().append(orm.ProcessNode, tag="p").order_by({"p": "id"}).all(flat=True)


def about(node):
    """Return what is said of one process; what AiiDA cannot answer is `{"error": its class}`."""
    found = {name: asked(lambda name=name: getattr(node, name)) for name in PROPERTIES}
    found["process_state"] = asked(lambda: node.process_state and node.process_state.value)
    found["pk"] = node.pk
    found["ctime"] = node.ctime.isoformat()
    found["mtime"] = node.mtime.isoformat()
    found["computer"] = node.computer and node.computer.label
    found["user"] = f"{node.user.first_name} {node.user.last_name}"
    found["caller"] = asked(lambda: node.caller and node.caller.uuid)
    found["called"] = [called.uuid for called in node.called]
    found["inputs"] = links(node.base.links.get_incoming())
    found["outputs"] = links(node.base.links.get_outgoing())
    found["logs"] = [log(row) for row in logs_of(node)]
    found["printed"] = {name: printed(name, str(node.pk)) for name in COMMANDS}
    if hasattr(node, "get_scheduler_stdout"):
        found["files"] = asked(lambda: job_files(node))
    return found


def asked(question):
    """Return the answer to a question, or the name of the error that AiiDA raised."""
    try:
        return question()
    except Exception as error:
        return {"error": type(error).__name__}


def links(manager):
    """Return label, type and the uuid at the other end of the links, in the order of AiiDA."""
    return [[link.link_label, link.link_type.value, link.node.uuid] for link in manager.all()]


def logs_of(node):
    from aiida import orm  # noqa: TID251 - the same

    return orm.Log.collection.get_logs_for(node, order_by=[{"time": "asc"}, {"id": "asc"}])


def log(row):
    """Return a log row; the message is there by its digest."""
    message = row.message.encode()
    return [row.pk, row.time.isoformat(), row.levelname, row.loggername, digest(message)]


def job_files(node):
    """Return what was sent, what came back, and the two texts of the scheduler by their hash."""
    retrieved = node.outputs.retrieved.base.repository if "retrieved" in node.outputs else None
    return {
        "sent": sorted(walked(node.base.repository)),
        "retrieved": sorted(walked(retrieved)) if retrieved else None,
        "stdout": asked(lambda: hashed(node.get_scheduler_stdout())),
        "stderr": asked(lambda: hashed(node.get_scheduler_stderr())),
    }


def walked(repository):
    for folder, _, names in repository.walk():
        yield from (str(folder / name) for name in names)


def hashed(text):
    return None if text is None else digest(text.encode())


def digest(content):
    """Return the beginning of the SHA-256, which is enough to compare."""
    return hashlib.sha256(content).hexdigest()[:16]


def printed(command, *arguments):
    """Return the lines that `verdi process COMMAND` prints."""
    from aiida.cmdline.commands import cmd_process  # noqa: TID251 - the same
    from click.testing import CliRunner

    result = CliRunner().invoke(getattr(cmd_process, f"process_{command}"), list(arguments))
    if result.exception:
        return {"error": type(result.exception).__name__}
    return [line.rstrip() for line in result.stdout.splitlines()]


def selections():
    """Return the uuids that `verdi process list` gives for an option, by the option."""
    options = ["-X", "--paused", "", *(f"-S {state}" for state in STATES)]
    return {option: listed(option.split()) for option in options}


def listed(options):
    """Return the uuids of a list, or the name of an error."""
    rows = printed("list", "-r", "-P", "uuid", *options)
    return rows if isinstance(rows, dict) else sorted(filter(UUID.fullmatch, map(str.strip, rows)))
