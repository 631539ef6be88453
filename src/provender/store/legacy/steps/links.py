"""Types and labels of links, from version to version. Floor: store.

Source: AiiDA's migrations of archives (0.2 to 0.4, 0.7 to 0.8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Link:
    """A link, and the types of its ends: as written, and as they are served."""

    label: str
    type: str
    old_input: str
    old_output: str
    new_output: str


# Returns whether the link stays.
LinkStep = Callable[[Link], bool]

JOBS = ("calculation.job.", "calculation.inline.")
WORK = ("calculation.work.",)
CODES = ("code.Code",)
DATA = ("data.",)
WORKFLOWS = ("calculation.function", "calculation.work")
RENAMED = {"createlink": "create", "returnlink": "return"}
# Now two types, for calculations and for workflows.
DIVIDED = {"inputlink": "input", "calllink": "call"}


def types_begin(link: Link) -> bool:
    """Links got a type, from the types of their ends."""
    ends = (_class(link.old_input), _class(link.old_output))
    match ends:
        case ("code" | "data", "job" | "work"):
            link.type = "inputlink"
        case ("job", "data"):
            link.type = "createlink"
        case ("work", "data"):
            link.type = "returnlink"
        case ("work", "job" | "work"):
            link.type = "calllink"
        case _:
            link.type = "unspecified"
    return True


def _class(kind: str) -> str | None:
    classes = {"job": JOBS, "code": CODES, "data": DATA, "work": WORK}
    return next((name for name, prefixes in classes.items() if kind.startswith(prefixes)), None)


def wrong_links_go(link: Link) -> bool:
    """Calculations neither call nor return, workflows do not create: such links went."""
    if link.old_input.startswith(JOBS):
        return link.type not in ("calllink", "returnlink")
    return not (link.old_input.startswith(WORKFLOWS) and link.type == "createlink")


def types_tell_processes(link: Link) -> bool:
    """Types of links tell calculations and workflows apart."""
    link.type = RENAMED.get(link.type, link.type)
    if link.type in DIVIDED:
        if link.new_output.startswith("process.calculation"):
            link.type = f"{DIVIDED[link.type]}_calc"
        elif link.new_output.startswith("process.workflow"):
            link.type = f"{DIVIDED[link.type]}_work"
    return True


def result_of_functions(link: Link) -> bool:
    """The only output of a function is called `result`."""
    if link.label == "_return":
        link.label = "result"
    return True
