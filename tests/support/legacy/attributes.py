"""Random attributes of a node: those that steps rename, remove or set, among plain ones."""

from __future__ import annotations

from support.legacy import values
from support.legacy.kinds import (
    CALCJOB,
    CODE_PLUGINS,
    INACTIVE,
    LEFT_OUT,
    RENAMED,
    STATES,
    TRAJECTORY,
)
from support.legacy.values import Value
from support.legacy.versions import OLDEST, before

ABSENT = object()
ACTIVE = ("created", "running", "waiting")


class Attributes:
    """What is written, its conversion, and what is served; each has its own names."""

    def __init__(self):
        self.written, self.conversion, self.served = {}, {}, {}

    def add(self, name, value, served_name=...):
        """Add a value; a `served_name` of None says that it is left out."""
        self.written[name], self.conversion[name] = value.written, value.conversion
        if served_name is not None:
            self.served[name if served_name is ... else served_name] = value.served


def drawn(random, version, kind, symbols=None):
    """Return the attributes of a node; `symbols` are those in the file of a trajectory."""
    found = Attributes()
    for name, value in values.members(random, dated=before(version, "0.6")).items():
        found.add(name, value)
    is_oldest = version in OLDEST
    if kind.named is not None:
        found.add("function_name", Value.same(kind.named))
    elif "calculation." in str(kind.oldest) and random.random() < 0.3:
        found.add("function_name", Value.same(None))
    if kind.middle.startswith("process."):
        _process(random, version, kind, found)
    if kind.end == "code":
        plugin = random.choice([*CODE_PLUGINS])
        found.add(
            "input_plugin", Value(plugin, None, CODE_PLUGINS[plugin] if is_oldest else plugin)
        )
    if symbols is not None and is_oldest and kind.oldest == TRAJECTORY:
        found.add("array|symbols", Value.same([len(symbols)], [None]), None)
        found.served["symbols"] = symbols
    if not kind.middle.startswith("process.") and random.random() < 0.2:
        found.add("_sealed", Value.same(True))
        found.add("state", Value.same("FINISHED"))
    return found


def _process(random, version, kind, found):
    is_oldest, is_job = version in OLDEST, kind.middle == CALCJOB
    for old, new in RENAMED.items():
        if random.random() < 0.4:
            value = Value.same({"num_machines": 1}, {"num_machines": None})
            found.add(old, value, new if is_oldest and is_job else old)
    label = random.choice(["_process_label", "process_label", None])
    if label:
        name = "process_label" if is_oldest else label
        found.add(label, Value.same("PwCalculation"), name)
    state = random.choice([*INACTIVE, ABSENT] if before(version, "0.7") else [*INACTIVE, *ACTIVE])
    if random.random() < 0.5 and is_job and before(version, "0.6"):
        state = random.choice([state, *ACTIVE])
        _old_state(random, state, found)
    elif state is not ABSENT:
        found.add("process_state", Value.same(state))
        if random.random() < 0.2 and not (is_job and before(version, "0.6")):
            found.add("state", Value.same("FINISHED"))
    _sealed(random, version, found)


def _old_state(random, process_state, found):
    """Add the attribute `state`, and what comes of it."""
    state = random.choice([*STATES])
    if process_state is not ABSENT:
        found.add("process_state", Value.same(process_state))
    if random.random() < 0.3:
        found.add("exit_status", Value.same(401))
    found.add("state", Value.same(state), None)
    found.served |= {**STATES[state], "process_label": "Legacy JobCalculation"}


def _sealed(random, version, found):
    for name in LEFT_OUT:
        if random.random() < 0.4:
            found.add(name, Value.same(True), None if before(version, "0.7") else name)
    if before(version, "0.7"):
        found.served["sealed"] = True
    elif random.random() < 0.7:
        found.add("sealed", Value.same(True))
