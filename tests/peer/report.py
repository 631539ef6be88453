"""The end of a run's output: what failed and why, and how many answers were equal."""

from __future__ import annotations

LONGEST = 300
"""Characters shown of a value."""


def write(terminal, comparison, *, complete: bool) -> None:
    """Write the report of a run on one storage."""
    terminal.section(f"AiiDA's tests against Provender, {comparison.storage}")
    stats = terminal.stats
    failed = [*stats.get("failed", ()), *stats.get("error", ())]
    passed, expected, skipped = (
        len(stats.get(kind, ())) for kind in ("passed", "xfailed", "skipped")
    )
    terminal.line(
        f"{passed} passed, {expected} failed as expected, {skipped} skipped, "
        f"{len(failed)} not as expected"
    )
    for each in stats.get("xfailed", ()):
        terminal.line(f"  expected  {name(each)}: {each.wasxfail}")
        terminal.line(f"            {cause(each)}")
    for each in stats.get("skipped", ()):
        terminal.line(f"  skipped   {name(each)}: {each.longrepr[2]}")
    for each in failed:
        terminal.line(f"  FAILED    {name(each)}: {cause(each)}", red=True)
    write_answers(terminal, comparison, complete=complete)


def write_answers(terminal, comparison, *, complete: bool) -> None:
    """Write how Provender's answers differ from AiiDA's."""
    requests = {(each.test, each.request) for each in comparison.unexpected}
    terminal.line(
        f"Answers compared whole with AiiDA's: {comparison.equal} equal, {comparison.allowed} "
        f"differ as docs/deviations.md says, {len(requests)} differ otherwise"
    )
    for row, count in comparison.used.most_common():
        terminal.line(f"  expected  {count} x {row.place}: {row.reason} ({row.quote})")
    for each in comparison.unexpected:
        terminal.line(f"  DIFFERS   {each.test}: {each.request}", red=True)
        terminal.line(f"            at {each.place}")
        terminal.line(f"            ours   {each.ours!r:.{LONGEST}}")
        terminal.line(f"            theirs {each.theirs!r:.{LONGEST}}")
    for row in comparison.unused() if complete and comparison.equal else ():
        terminal.line(f"  OUTDATED  no answer differs at {row.place}: {row.reason}", red=True)


def name(report) -> str:
    """Return the name of the test of a report, without its folders."""
    return report.nodeid.rpartition("/")[2]


def cause(report) -> str:
    """Return the last line of what a test failed with, shortened."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else str(report.longrepr)
    return text.strip().partition("\n")[0][:LONGEST]
