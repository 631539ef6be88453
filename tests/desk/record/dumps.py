"""The trees that `verdi process dump` writes of a few processes."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from processes import asked, digest, stored

MADE = {".aiida_dump_safeguard", "aiida_dump_log.json", "aiida_node_metadata.yaml", "README.md"}
"""Files that are AiiDA's words or depend on the run: their names alone are recorded."""
PERSONAL = ("User data", "user_email", "email")
FOLDER = re.compile(r"(^|/)(\d\d-[^/]*?)-\d+(?=/|$)")
"""A folder of a called process: its number, its name, and the pk that is left out."""


def a_few(seen):
    """Return the trees, by uuid, of one root process of each type and exit status."""
    chosen = {}
    for node in stored():
        if node.uuid not in seen and asked(lambda node=node: is_root_and_over(node)) is True:
            chosen.setdefault((node.process_type, node.exit_status), node)
    return {node.uuid: asked(lambda node=node: dumped(node)) for node in chosen.values()}


def is_root_and_over(node):
    return node.caller is None and node.is_sealed


def dumped(node):
    """Return size and digest of each file by its path, and the YAML of the process itself."""
    import yaml
    from aiida.cmdline.commands import cmd_process  # noqa: TID251 - AiiDA's environment
    from click.testing import CliRunner

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dump"
        options = ["--include-inputs", "--include-outputs", "--include-extras"]
        arguments = [str(node.pk), "--path", str(path), *options]
        result = CliRunner().invoke(cmd_process.process_dump, arguments)
        if result.exception:
            raise RuntimeError(result.stdout)
        metadata = yaml.safe_load((path / "aiida_node_metadata.yaml").read_text())
        return {"files": files(path), "yaml": without_personal(metadata)}


def files(path):
    """Return `[size, digest]` of the stored files and `null` for those that AiiDA wrote itself."""
    found = {}
    for file in sorted(each for each in path.rglob("*") if each.is_file()):
        name = FOLDER.sub(r"\1\2", file.relative_to(path).as_posix())
        content = file.read_bytes()
        is_made = file.name in MADE
        found[name] = None if is_made else [len(content), digest(content)]
    return found


def without_personal(metadata):
    """Return the YAML without who wrote it."""
    return {key: plain(value) for key, value in metadata.items() if key not in PERSONAL}


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key not in PERSONAL}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
