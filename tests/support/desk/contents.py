"""What the desk store holds beside the lab."""

from __future__ import annotations

from datetime import timedelta

from support.desk import jobs, names
from support.desk.rows import TYPES, Rows

TRACEBACK = """[{pk}|{label}|on_except]: Traceback (most recent call last):
  File "/made/up/steps.py", line {line}, in {label}
    raise ValueError("{text}")
ValueError: {text}
"""
LEVELS = ("DEBUG", "INFO", "REPORT", "WARNING", "ERROR", "CRITICAL")
LOGGERS = ("aiida.orm.nodes.process.workflow.workchain.WorkChainNode", "aiida.parser.made.up")

OUTPUTS = {
    "plain": "19150e64-0933-4500-ae07-8360e777b985",
    "relax__structure": "cda14b00-82b5-443f-b152-62a831206992",
    "relax__last__energy": "835a8fd8-055a-4c51-b755-992ece9bbc16",
    "relax__last__bands": "6422a299-7dda-4c66-89eb-9f5cae025600",
    "a": "aa5bacee-e11d-40e3-9e6e-f28665924ac9",
    "a__b": "3dd2fab8-566b-4256-807a-5967aefac298",
    "a__b__c": "d0535364-eff5-4009-b083-f718d6e4de23",
    "__begin": "5122ef3a-5d01-4016-a2e3-3e48b5c29c18",
    "end__": "dbae98dc-584f-41d8-9df7-6595d08afde1",
}
"""Labels of NESTED, and the nodes of the lab that it returned. `a` is a value and a branch."""
TIDY_OUTPUTS = {label: uuid for label, uuid in OUTPUTS.items() if label[0] in "pr"}
"""Those of its labels that AiiDA itself can nest."""
INPUTS = {
    "structure": "2119fb58-8f0f-4740-81d0-8992a4ffa8b8",
    "base__kpoints": "efb47f17-6363-4545-aff4-a8ce70132bf5",
    "base__pw__parameters": "d0535364-eff5-4009-b083-f718d6e4de23",
}


def make(now):
    """Return the rows and files; `now` is a time with a zone, for what is recent."""
    rows = Rows()
    _states(rows, now)
    jobs.unfinished(rows)
    jobs.finished(rows)
    jobs.failed(rows)
    _odd(rows)
    _reasons(rows)
    _nested_failures(rows)
    _other_chains(rows)
    _labels(rows)
    _logs(rows)
    return rows


def _traceback(rows, uuid, label, text):
    message = TRACEBACK.format(pk=names.id_of(uuid), label=label, line=7, text=text)
    rows.log(uuid, "REPORT", message, seconds=30)


def _states(rows, now):
    waiting = {"process_status": "Waiting for child processes: 10002, 10003"}
    rows.process(names.RUNNING, "chain", "Runner", "running", attributes=waiting)
    rows.log(names.RUNNING, "REPORT", "[10001|Runner|begin]: two steps were submitted")
    exception = {"exception": "ValueError: a made-up reason"}
    rows.process(names.EXCEPTED, "function", "boom", "excepted", attributes=exception)
    _traceback(rows, names.EXCEPTED, "boom", "an earlier reason")
    _traceback(rows, names.EXCEPTED, "boom", "a made-up reason")
    rows.log(names.EXCEPTED, "REPORT", "[10007|boom|on_terminated]: the last row", seconds=31)
    lost = {"exception": "KeyError: 'made up'"}
    rows.process(names.EXCEPTED_WITHOUT_LOG, "chain", "Lost", "excepted", attributes=lost)
    rows.process(names.QUIET, "function", "quiet", "finished", 0)
    recent = now - timedelta(hours=2)
    rows.process(names.RECENT, "function", "recent", "finished", 11, "Too new.", ctime=recent)
    last_week = now - timedelta(days=5)
    rows.process(names.LAST_WEEK, "function", "recent", "finished", 0, ctime=last_week)
    rows.process(names.RECOVERED, "chain", "Restarting", "finished", 0)
    _traceback(rows, names.RECOVERED, "inspect", "handled")
    rows.log(names.RECOVERED, "ERROR", "[10013|Restarting|inspect]: tried again", seconds=40)


def _odd(rows):
    """Add processes whose attributes are not what AiiDA writes."""
    values = {
        names.STATELESS: {},
        names.NULL_ATTRIBUTES: None,
        names.LIST_ATTRIBUTES: [1],
        names.ODD_ATTRIBUTES: {
            "process_state": 7,
            "exit_status": "12",
            "exit_message": {"a": 1},
            "exception": ["no text"],
            "paused": "yes",
            "process_label": ["x"],
            "scheduler_stderr": 5,
            "last_job_info": [],
            "detailed_job_info": {"retval": "x", "stdout": 7},
        },
    }
    for uuid, attributes in values.items():
        rows.add(uuid, TYPES["job"], label="odd", attributes=attributes)


def _reasons(rows):
    def fail(uuid, status, message):
        rows.process(uuid, "function", "fails", "finished", status, message)

    fail(names.FAILED_WARNING, 401, "It warned.")
    for level in ("REPORT", "WARNING", "INFO", "ERROR", "REPORT"):
        rows.log(names.FAILED_WARNING, level, f"[10021|fails|run]: a row of level {level}")
    fail(names.FAILED_REPORT, 402, "It reported.")
    for number in range(1, 8):
        rows.log(names.FAILED_REPORT, "REPORT", f"[10022|fails|run]: step {number}")
    fail(names.FAILED_MESSAGE, 403, "Only a message.")
    fail(names.FAILED_NOTHING, 404, None)


def _nested_failures(rows):
    def chain(uuid, label, status, caller=None):
        message = f"A step of {label} failed." if status else None
        rows.process(uuid, "chain", label, "finished", status, message, caller=caller)
        rows.log(uuid, "REPORT", f"[{names.id_of(uuid)}|{label}|inspect]: exit {status}")

    chain(names.TOP, "Top", 401)
    chain(names.GOOD_CHILD, "Good", 0, names.TOP)
    chain(names.MIDDLE, "Middle", 402, names.TOP)
    chain(names.DEEP, "Deep", 403, names.MIDDLE)
    stderr = {"out.txt": b"1\n", jobs.STDOUT: b"", jobs.STDERR: b"made-up: out of memory\n"}
    rows.job(names.DEEP_JOB, exit_status=302, retrieved=stderr, caller=names.DEEP)
    chain(names.LATER_CHILD, "Later", 404, names.TOP)
    chain(names.ORDERED, "Ordered", 401)
    early, late = (rows.nodes[-1]["ctime"] + timedelta(minutes=minutes) for minutes in (10, 20))
    call = {"caller": names.ORDERED}
    rows.process(
        names.SECOND_BY_TIME, "chain", "Step", "finished", 12, "Second.", ctime=late, **call
    )
    rows.process(
        names.FIRST_BY_TIME, "chain", "Step", "finished", 13, "First.", ctime=early, **call
    )


def _other_chains(rows):
    rows.process(names.ALONE, "chain", "Alone", "finished", 410, "The result is no good.")
    rows.process(names.ALONE_CHILD, "function", "step", "finished", 0, caller=names.ALONE)
    rows.log(names.ALONE, "REPORT", "[10074|Alone|check]: the result\nis no good:\n\n  it is 7")
    rows.process(names.KILLED_CHAIN, "chain", "Killed", "killed")
    child = {"process_status": "Killed because its parent was killed"}
    rows.job(names.KILLED_CHILD, "killed", caller=names.KILLED_CHAIN, attributes=child)
    rows.process(names.AFTER_EXCEPTION, "chain", "After", "finished", 411, "A child excepted.")
    reason = {"exception": "ValueError: made up below"}
    rows.process(
        names.EXCEPTED_CHILD,
        *("function", "inner", "excepted"),
        attributes=reason,
        caller=names.AFTER_EXCEPTION,
    )
    _traceback(rows, names.EXCEPTED_CHILD, "inner", "made up below")
    rows.process(names.LOOP, "chain", "Loop", "finished", 420, "Round.")
    rows.process(names.LOOP_BACK, "chain", "Loop", "finished", 421, "Back.", caller=names.LOOP)
    rows.link(names.LOOP_BACK, names.LOOP, "iteration_80", "call_work")


def _labels(rows):
    rows.process(names.NESTED, "chain", "Nested", "finished", 0)
    for label, uuid in INPUTS.items():
        rows.link(uuid, names.NESTED, label, "input_work")
    for label, uuid in OUTPUTS.items():
        rows.link(names.NESTED, uuid, label, "return")
    rows.process(names.TIDY, "chain", "Tidy", "finished", 0)
    for label, uuid in TIDY_OUTPUTS.items():
        rows.link(names.TIDY, uuid, label, "return")


def _logs(rows):
    """Add rows of each level and logger, a second apart; each tenth has three lines."""
    rows.process(names.LOGGED, "chain", "Logged", "finished", 0)
    for number in range(names.LOGGED_ROWS):
        more = "\nsecond line\nthird line" if number % 10 == 9 else ""
        level, logger = LEVELS[number % len(LEVELS)], LOGGERS[number % 7 == 6]
        message = f"[10092|Logged|step]: row {number}{more}"
        rows.log(names.LOGGED, level, message, seconds=number, logger=logger)
