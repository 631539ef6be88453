"""Other programs that read zips."""

from __future__ import annotations

import shutil

import pytest

UNZIP = "unzip"
SEVEN_ZIP = next(filter(shutil.which, ("7z", "7zz", "7za")), "7z")
NEEDED = (UNZIP, SEVEN_ZIP)
"""Those that continuous integration installs, so that no test of them is left out there."""


def need(program):
    """Skip a test whose program is not there."""
    if shutil.which(program) is None:
        pytest.skip(f"no {program}: apt-get install unzip p7zip-full")
