"""The page at the top of an archive: what it is, and how to read it. Floor: translators."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from provender.exports.texts import one_line, well_formed
from provender.plurals import counted
from provender.translators.archive.layout import MANIFEST, folders, title
from provender.translators.archive.reading import ProcessTree, Step

# Steps that the page lists; there may be very many.
MOST_STEPS = 1000

ABOUT = """\
This is a calculation or workflow that ran with [AiiDA](https://www.aiida.net), with everything that
it called. It is made of plain files: nothing needs to be installed to read them.

| where | what |
|---|---|
| `aiida_node_metadata.yaml` | what is known of the process, or of the data, of that folder |
| `report.txt` | what the process logged, if it logged anything; times are UTC |
| `inputs/` | the files of the process itself: what was sent to run it, or its source code |
| `outputs/` | the files that came back from a job |
| `node_inputs/NAME/` | the data that went in under that name: a description, and its files |
| `node_outputs/NAME/` | the data that came out under that name |
| `01-NAME/`, `02-NAME/` | what the process called, in that order; folders like this one |
| `manifest.json` | every file with its size and SHA-256, and the files that could not be read |

Data that a workflow took or returned is described in its folder. If a calculation of this tree
used or made it, its files stand there; the description says where (`Files`).
"""


def readme(tree: ProcessTree, absent: int) -> bytes:
    """Return the page; `absent` is the number of files that could not be read."""
    node = tree.node(tree.start.pk)
    label, description = (one_line(node[name] or "").strip() for name in ("label", "description"))
    rows = [
        ("process", title(tree.start)),
        ("label", label),
        ("description", description),
        ("uuid", node["uuid"] or ""),
        ("type", node["process_type"] or node["node_type"] or ""),
        ("state", state(tree.start)),
        ("created", f"{node['ctime']}" if node["ctime"] else ""),
    ]
    facts = "\n".join(f"- {name}: {_escaped(value)}" for name, value in rows if value)
    parts = [f"# {_escaped(label or title(tree.start))}", facts, ABOUT.strip()]
    if absent:
        parts.append(
            f"**{counted(absent, 'files')} could not be read.** `{MANIFEST}` lists them under "
            "`missing`, with the reason."
        )
    steps = "\n".join(_steps(tree))
    parts += ["## Steps", steps] if steps else []
    return well_formed("\n\n".join(parts) + "\n").encode()


def state(step: Step) -> str:
    """Return the state of a process as people say it: `finished with exit status 410`."""
    if step.state == "finished" and step.exit_status is not None:
        return f"finished with exit status {step.exit_status}"
    return step.state or "unknown"


def _steps(tree: ProcessTree) -> Iterator[str]:
    """Yield a line for each called process, indented by its depth."""
    called = islice(folders(tree), 1, None)
    for folder in islice(called, MOST_STEPS):
        name = folder.path.rstrip("/").rpartition("/")[2]
        yield f"{'  ' * (folder.depth - 1)}- `{name}`: {_escaped(state(folder.step))}"
    more = sum(1 for _ in called)
    if more:
        yield f"- and {counted(more, 'more steps')}"


def _escaped(text: str) -> str:
    """Return a text in one line, in which nothing is a sign of Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in one_line(text))
