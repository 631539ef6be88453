"""Say how many mutants of a package its tests kill: `python tests/mutation query --count 50`.

Each mutant is one edit (`edits.py`) in a copy of the project; the tests run against it and
should fail. Those that no test notices are listed: a missing test, or an edit that changes
nothing.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
from edits import Edit, Words, edits

ROOT = Path(__file__).parents[2]
COPIED = ("src", "tests", "config", "docs", "bench", "pyproject.toml", "README.md", "CHANGELOG.md")
AROUND = 40
"""Characters shown before and after what differs."""
CLOCK = 1_700_000_000
"""Seconds: each change of a module has a time of its own."""
IGNORED = shutil.ignore_patterns("__pycache__", "_build", "*.egg-info")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One edit of one module, by its number in the list of all edits of it."""

    module: Path
    number: int


@dataclass(frozen=True, slots=True)
class Bench:
    """A copy of the project in which mutants are tried."""

    folder: Path
    tests: tuple[str, ...]
    timeout: int

    def passes(self) -> bool:
        """Tell whether the tests pass; not in time is a failure."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        command += ["-p", "no:randomly", *self.tests]
        shutil.rmtree(self.folder / ".hypothesis", ignore_errors=True)
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder / "src")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as run:
            try:
                return run.wait(self.timeout) == 0
            except subprocess.TimeoutExpired:
                os.killpg(run.pid, 9)
                return False


def chosen(modules: dict[Path, dict[int, Edit]], count: int, seed: int) -> list[Mutant]:
    """Return mutants spread over the modules by their edits, and over the kinds within each."""
    pick = random.Random(seed)  # noqa: S311 - a sample that can be drawn again
    total = sum(map(len, modules.values()))
    shares = {path: count * len(found) / total for path, found in modules.items()}
    numbers = {path: int(share) for path, share in shares.items()}
    rest = sorted(shares, key=lambda path: numbers[path] - shares[path])
    for path in rest[: count - sum(numbers.values())]:
        numbers[path] += 1
    found: list[Mutant] = []
    for path, number in numbers.items():
        left = dict(modules[path])
        for _ in range(min(number, len(left))):
            kind = pick.choice(sorted({edit.kind for edit in left.values()}))
            place = pick.choice([place for place, edit in left.items() if edit.kind == kind])
            del left[place]
            found.append(Mutant(path, place))
    return found


def alike(one: str, two: str) -> int:
    """Return how many characters two texts begin with together."""
    pairs = zip(one, two, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(two)))


def difference(was: str, now: str) -> str:
    """Return where two texts of one program differ, with a little of what stands around."""
    start = alike(was, now)
    end = alike(was[start:][::-1], now[start:][::-1])
    left = was[was.rfind("\n", 0, start) + 1 : start].lstrip()[-AROUND:]
    shown = [text[start : len(text) - end] for text in (was, now)]
    right = was[len(was) - end :].partition("\n")[0][:AROUND]
    return " -> ".join(f"`{left}{text}{right}`" for text in shown)


def tried(bench: Bench, mutant: Mutant, words: Words, clock: int) -> tuple[bool, str]:
    """Return whether the tests pass with a mutant, and what it is."""
    path = bench.folder / mutant.module
    before = path.read_text("utf-8")
    tree = ast.parse(before)
    edit = edits(tree, words)[mutant.number]
    was = ast.unparse(tree)
    edit.make()
    now = ast.unparse(ast.fix_missing_locations(tree))
    said = f"{mutant.module}:{edit.line}: {edit.kind}: {difference(was, now)}"
    path.write_text(now, "utf-8")
    os.utime(path, (clock, clock))  # a compiled module is known by its time in seconds
    try:
        return bench.passes(), said
    finally:
        path.write_text(before, "utf-8")
        os.utime(path, (clock + 1, clock + 1))


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", help="folder below src/provender, such as query")
    parser.add_argument("--tests", nargs="+", help="tests to run (default: tests/PACKAGE)")
    parser.add_argument("--root", type=Path, default=ROOT, help="the project")
    parser.add_argument("--kind", help="edits of this kind only, such as `bound value`")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=int, default=120, help="seconds for one mutant")
    return parser.parse_args()


def sources(root: Path) -> list[Path]:
    """Return the modules of the project."""
    return sorted((root / "src/provender").rglob("*.py"))


def words_of(root: Path) -> Words:
    """Return what the program only says."""
    errors = (root / "src/provender/errors.py").read_text("utf-8")
    classes = frozenset(re.findall(r"^class (\w+)", errors, re.MULTILINE))
    return Words([ast.parse(path.read_text("utf-8")) for path in sources(root)], classes)


def candidates(
    root: Path, package: str, kind: str | None, words: Words
) -> dict[Path, dict[int, Edit]]:
    """Return the edits of each module of a package by their numbers, those of one kind if named."""
    found = {}
    for path in sources(root):
        if path.is_relative_to(root / "src/provender" / package):
            numbered = enumerate(edits(ast.parse(path.read_text("utf-8")), words))
            wanted = {number: edit for number, edit in numbered if kind in (None, edit.kind)}
            found[path.relative_to(root)] = wanted
    return found


def copy(root: Path, folder: Path) -> None:
    """Copy what the tests need of the project."""
    for item in (root / name for name in COPIED):
        if item.is_dir():
            shutil.copytree(item, folder / item.name, ignore=IGNORED)
        elif item.exists():
            shutil.copy(item, folder)


def main() -> None:
    """Try the mutants and print how many are killed."""
    options = arguments()
    words = words_of(options.root)
    modules = candidates(options.root, options.package, options.kind, words)
    survivors = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        copy(options.root, Path(name))
        tests = tuple(options.tests or [f"tests/{options.package}"])
        bench = Bench(Path(name), tests, options.timeout)
        if not bench.passes():
            sys.exit("The tests fail without any mutant.")
        mutants = chosen(modules, options.count, options.seed)
        for index, mutant in enumerate(mutants):
            survived, said = tried(bench, mutant, words, CLOCK + 2 * index)
            click.echo(f"{index + 1:4} {'SURVIVES' if survived else 'killed'}  {said}")
            survivors += [said] if survived else []
    click.echo(f"\n{len(mutants) - len(survivors)} of {len(mutants)} mutants killed; survivors:")
    click.echo("\n".join(survivors))


if __name__ == "__main__":
    main()
