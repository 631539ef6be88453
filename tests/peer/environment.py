"""AiiDA, with all that its REST tests need, in an environment of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
VERSION = "2.9.4"
PACKAGES = (f"aiida-core[rest]=={VERSION}", "ase>=3.21", "PyCifRW>=4.4", "pytest>=8.2", "requests")
INSTALLED = "import aiida, ase, CifFile, flask_restful, pytest, requests"
"""What fails in an environment that lacks something."""


option = click.option(
    "--environment",
    "home",
    default=ROOT / ".venv" / "peer",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Virtual environment with AiiDA; made if it is not there.",
)
"""The option that names the environment."""


def prepare(home: Path, say: Callable[[str], None]) -> Path:
    """Return the Python of an environment with AiiDA, made or completed if needed."""
    python = home / "bin" / "python"
    if not python.exists():
        say(f"Making an environment for AiiDA {VERSION} in {home}, about 600 MB ...")
        run([sys.executable, "-m", "venv", str(home)])
    if run([str(python), "-c", INSTALLED], check=False) is None:
        run([str(python), "-m", "pip", "install", "-q", *PACKAGES])
    return python


def compare_versions(python: Path, source: Path, say: Callable[[str], None]) -> None:
    """Say which AiiDA is installed, and whether its tests are those of another version."""
    code = "import importlib.metadata as m; print(m.version('aiida-core'))"
    installed = (run([str(python), "-c", code]) or "").strip()
    module = source / "src" / "aiida" / "__init__.py"
    found = re.search(r"__version__ = '([^']+)'", module.read_text()) if module.exists() else None
    tests = found[1] if found else "an unknown version"
    say(f"AiiDA {installed}, tests of {tests}.")


def run(command: list[str], *, check: bool = True) -> str | None:
    """Return what a command prints, None if it fails and need not succeed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and check:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return None if done.returncode else done.stdout
