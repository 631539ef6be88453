"""The notebooks run, and show what they show in the documentation."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys

import pytest
from PIL import Image

from support.command import unmeasured
from support.pages import DOCS

NOTEBOOKS = sorted(path.name for path in (DOCS / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder of the notebooks as they are after a run."""
    folder = tmp_path_factory.mktemp("notebooks")
    command = [sys.executable, DOCS / "notebooks.py", "--to", folder]
    done = subprocess.run(
        command, env=unmeasured(), capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


def outputs(path):
    """Return what the cells of a notebook show: texts, and the kinds of all else."""
    cells = json.loads(path.read_text())["cells"]
    return [shown(output) for cell in cells for output in cell.get("outputs", [])]


def shown(output):
    data = output.get("data", {"text/plain": output.get("text", [])})
    plain = "" if "image/png" in data else "".join(data.get("text/plain", []))
    return output["output_type"], sorted(data), plain.split()


def test_there_are_three():
    assert NOTEBOOKS == ["bands-and-energies.ipynb", "first-look.ipynb", "why-failed.ipynb"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_shows_what_comes(run, name):
    assert outputs(run / name) == outputs(DOCS / "notebooks" / name), "run docs/notebooks.py"
    kinds = [kind for kind, *_ in outputs(run / name)]
    assert len(kinds) > 3
    assert "error" not in kinds


def test_plots_have_lines(run):
    cells = json.loads((run / "bands-and-energies.ipynb").read_text())["cells"]
    pictures = [
        output["data"]["image/png"]
        for cell in cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert len(pictures) == 2
    for picture in pictures:
        colours = (
            Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB").getcolors(1 << 20)
        )
        assert len(colours) > 20
