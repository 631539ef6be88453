"""Archives of older versions, changed."""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
import zipfile
from pathlib import Path

NOBODY = "00000000-0000-4000-8000-000000000000"
LINK = {"input": NOBODY, "output": NOBODY, "label": "lost", "type": "input_calc"}


def changed(source, target, change, member="data.json"):
    """Write a copy of an archive; `change` has changed what a member with JSON holds."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == member:
                data = json.loads(content)
                change(data)
                content = json.dumps(data).encode()
            new.writestr(name, content)
    return target


def with_lost_links(source, target, number=2):
    """Write a copy of an archive with links between nodes that it does not hold."""
    return changed(source, target, lambda data: data["links_uuid"].extend([LINK] * number))


def with_metadata(source, target, change):
    """Write a copy of an archive; `change` has changed what it says of itself."""
    return changed(source, target, change, "metadata.json")


def as_tar(source, target):
    """Write the content of a zip as a gzipped tar."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.unpack_archive(source, folder, "zip")
        with tarfile.open(target, "w:gz") as tar:
            for path in sorted(Path(folder).iterdir()):
                tar.add(path, path.name)
    return target
