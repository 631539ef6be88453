"""Files that are built anew while they are served."""

from __future__ import annotations

import shutil
from dataclasses import replace

from flask import Flask

from provender.web.explorer import files


def test_a_file_that_has_gone_since_the_start_is_not_found(build, tmp_path):
    folder = shutil.copytree(build.folder, tmp_path / "assets")
    app = Flask(__name__)
    files.register(app, replace(build, folder=folder))
    client = app.test_client()
    style = build.styles[0]
    (folder / build.script).unlink()
    assert client.get(f"{files.BELOW}/{build.script}").status_code == 404
    assert client.get(f"{files.BELOW}/{style}").status_code == 200
