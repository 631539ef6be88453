"""What faults and fuzzing have shown, printed at the end of a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass
class Figures:
    """Lines by the title of their section."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    requests: int = 0
    worst: float = 0.0
    slowest_recovery: float = 0.0

    def fault(self, name, crowd, recovery):
        """Note what a crowd saw of a fault, and the seconds of the recovery."""
        counts = crowd.counts()
        shown = ", ".join(
            f"{number} x {status}" for status, number in sorted(counts.items(), key=str)
        )
        line = f"{name}: {shown}; slowest {crowd.worst():.2f} s, recovery {recovery:.2f} s"
        self.note("faults", line)
        self.requests += sum(counts.values())
        self.worst = max(self.worst, crowd.worst())
        self.slowest_recovery = max(self.slowest_recovery, recovery)

    def note(self, title, line):
        """Add a line to a section."""
        self.lines.setdefault(title, []).append(line)

    def as_dict(self):
        """Return all that was noted, to be sent by one process to another."""
        return asdict(self)

    def add(self, noted):
        """Add what was noted in another process."""
        for title, lines in noted["lines"].items():
            self.lines.setdefault(title, []).extend(lines)
        self.requests += noted["requests"]
        self.worst = max(self.worst, noted["worst"])
        self.slowest_recovery = max(self.slowest_recovery, noted["slowest_recovery"])

    def sections(self):
        """Return the titles and lines of what was noted."""
        for title, lines in self.lines.items():
            if title == "faults":
                told = (
                    f"{len(lines)} faults, {self.requests:,} requests, the slowest answer "
                    f"{self.worst:.2f} s, the slowest recovery {self.slowest_recovery:.2f} s"
                )
                yield title, [*sorted(lines), told]
            else:
                yield title, lines
