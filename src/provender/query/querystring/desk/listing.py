"""The special keys of lists of processes: which processes, and with what. Floor: query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from provender.errors import BadValue
from provender.nearest import nearest
from provender.query.querydict import Dotted, Filter
from provender.query.querystring import readers
from provender.query.querystring.builder import plain_filter
from provender.query.querystring.parameter import Parameter, Parameters
from provender.query.querystring.readers import OrderTerm
from provender.query.terms import Operator, Term, describe
from provender.schema.entities import Computed
from provender.schema.processes import FAILED as IS_FAILED
from provender.schema.processes import RUNNING as RUNNING_STATES
from provender.schema.processes import STATES

PAST_TEXT = re.compile(r"([0-9]{1,9})([dhm])")
UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
# A window begins with a full minute, so that an answer stays the same for a while.
STEP = timedelta(minutes=1)
EPOCH = datetime.fromtimestamp(0, timezone.utc)
SUMMARY = "summary"
NUMBERS = (
    *(Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN, Operator.NOT_IN),
    *(Operator.LESS, Operator.LESS_EQUAL, Operator.GREATER, Operator.GREATER_EQUAL),
)
EXIT_STATUS_PATH = Dotted("attributes", ("exit_status",))
# The order of a list of what is new.
NEWEST_FIRST = (OrderTerm("ctime", descending=True),)
_SWITCH = {"enum": ["1", "0", "true", "false"]}


@dataclass(frozen=True, slots=True)
class Past:
    """How far back a list goes."""

    span: timedelta

    def start(self, now: datetime) -> datetime:
        """Return the full minute in which the window begins; no node is older than Unix time."""
        if now - EPOCH < self.span:
            return EPOCH
        begin = now - self.span
        return begin - (begin - EPOCH) % STEP


def _states(term: Term) -> tuple[str, ...]:
    """Return states as the computed field has them: in capitals."""
    names = readers.names(term)
    if term.operator is Operator.EQUAL:
        readers.single(term)
    for name in names:
        if name.lower() not in STATES:
            close = nearest(name, STATES)
            raise BadValue(
                f"There is no state `{name[:50]}`.",
                hint=(f"Did you mean `{close}`? " if close else "")
                + f"States: {', '.join(STATES)}; several are written state=in=waiting,running.",
            )
    return tuple(dict.fromkeys(name.upper() for name in names))


def _past(term: Term) -> Past:
    """Return a number of days, hours or minutes."""
    text = readers.raw(term)
    match = PAST_TEXT.fullmatch(text)
    if match is None or not int(match[1]):
        raise BadValue(
            f"`past` takes a number of days, hours or minutes, not `{text[:50]}`.",
            hint="past=7d, past=12h, past=30m",
        )
    try:
        return Past(int(match[1]) * UNITS[match[2]])
    except OverflowError:
        return Past(timedelta.max)


def _exit_status(term: Term) -> Term:
    """Return the term itself, if it compares with integers."""
    for value in term.values:
        if not isinstance(value, Decimal) or value != value.to_integral_value():
            raise BadValue(
                f"`exit_status` is an integer, not {describe(value)}.",
                hint="exit_status=410, exit_status=in=400,410, exit_status>=300",
            )
    return term


def _include(term: Term) -> tuple[str, ...]:
    """Return what each row has, too."""
    names = readers.names(term)
    for name in names:
        if name != SUMMARY:
            raise BadValue(
                f"`include` does not take `{name[:50]}` here.", hint=f"include={SUMMARY}"
            )
    return names


STATE: Parameter[tuple[str, ...] | None] = Parameter(
    "state",
    _states,
    None,
    "a state, in any case; several with `=in=`",
    "only processes in this state: " + ", ".join(STATES),
    {"type": "string", "pattern": rf"^(?i:{'|'.join(STATES)})$"},
    ("finished",),
    operators=(Operator.EQUAL, Operator.IN),
)
RUNNING: Parameter[bool | None] = Parameter(
    "running",
    readers.switch,
    None,
    "1 or 0",
    f"only processes that have not ended ({', '.join(RUNNING_STATES)}), or with 0 the others",
    _SWITCH,
    ("1",),
)
FAILED: Parameter[bool | None] = Parameter(
    "failed",
    readers.switch,
    None,
    "1 or 0",
    "only processes that were excepted or killed or have an exit status other than 0; "
    "with 0 the others",
    _SWITCH,
    ("1",),
)
ROOT: Parameter[bool | None] = Parameter(
    "root",
    readers.switch,
    None,
    "1 or 0",
    "only processes that no other called, or with 0 those that one called",
    _SWITCH,
    ("1",),
)
PAST: Parameter[Past | None] = Parameter(
    "past",
    _past,
    None,
    "7d, 12h or 30m",
    "only processes created in so many last days, hours or minutes, by default the newest first",
    {"type": "string", "pattern": r"^[1-9]\d{0,8}[dhm]$"},
    ("7d",),
    is_raw=True,
)
EXIT_STATUS: Parameter[Term | None] = Parameter(
    "exit_status",
    _exit_status,
    None,
    "an integer, after any operator of numbers",
    "only processes with this exit status",
    {"type": "integer"},
    (0,),
    operators=NUMBERS,
)
INCLUDE: Parameter[tuple[str, ...]] = Parameter(
    "include",
    _include,
    (),
    SUMMARY,
    "what each row has in addition: state, exit status, user, computer, caller, address",
    {"enum": [SUMMARY]},
    (SUMMARY,),
)
OWN: tuple[Parameter[Any], ...] = (STATE, RUNNING, FAILED, ROOT, PAST, EXIT_STATUS, INCLUDE)


def filters(parameters: Parameters) -> list[Filter]:
    """Return what the special keys ask for, without `past`, which depends on the clock."""
    states, status = parameters[STATE], parameters[EXIT_STATUS]
    found: list[Filter] = []
    if states is not None:
        found.append({Computed.PROCESS_STATE: {"in": states}})
    if status is not None:
        found += _of_exit_status(status)
    found += [
        filters[0 if parameters[switch] else 1]
        for switch, filters in _SWITCHES
        if parameters[switch] is not None
    ]
    return found


_IS_RUNNING: Filter = {
    Computed.PROCESS_STATE: {"in": tuple(state.upper() for state in RUNNING_STATES)}
}
# What each switch asks for if it is on, and if it is off.
_SWITCHES: tuple[tuple[Parameter[bool | None], tuple[Filter, Filter]], ...] = (
    (RUNNING, (_IS_RUNNING, {"or": [{"!and": [_IS_RUNNING]}, {Computed.PROCESS_STATE: None}]})),
    (FAILED, ({Computed.FAILURE: {"==": IS_FAILED}}, {Computed.FAILURE: None})),
    (ROOT, ({Computed.CALLER: None}, {"!and": [{Computed.CALLER: None}]})),
)


def _of_exit_status(term: Term) -> list[Filter]:
    """Return the filter of exit statuses; those but 0 are failures, which an index may serve."""
    found = [plain_filter(EXIT_STATUS_PATH, term)]
    if term.operator in (Operator.EQUAL, Operator.IN) and all(term.values):
        found.append({Computed.FAILURE: {"==": IS_FAILED}})
    return found


def asked(parameters: Parameters) -> tuple[object, ...]:
    """Return what the special keys ask for, as something that cursors of equal lists share."""
    status = parameters[EXIT_STATUS]
    switches = (parameters[RUNNING], parameters[FAILED], parameters[ROOT])
    compared = status and (status.operator, status.values)
    return (parameters[STATE], *switches, parameters[PAST], compared)
