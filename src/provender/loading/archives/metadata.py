"""What an archive that is written anew says of itself. Floor: loading.

Source: `metadata.json` of AiiDA's format `main_0001`.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from provender.loading.archives.zipwriter import LEVEL
from provender.store.sqlite.archivetables import REVISION
from provender.version import __version__

# The version of archives that AiiDA 2 reads and writes.
VERSION = REVISION
# The field of older versions, and the one that has its values now.
PARAMETERS = ("export_parameters", "creation_parameters")
# What older versions say of the fields of their `data.json`.
LEFT_OUT = ("unique_identifiers", "all_fields_info", PARAMETERS[0])


def renewed(old: dict[str, Any]) -> dict[str, Any]:
    """Return the metadata of an archive in the version of today, made of those that it has.

    The AiiDA that wrote the archive stays its writer. Only an archive of another version was
    converted, and says so.
    """
    kept = {name: value for name, value in old.items() if name not in LEFT_OUT}
    before, after = PARAMETERS
    made = {
        "export_version": VERSION,
        "mtime": datetime.now(timezone.utc).isoformat(),
        "compression": LEVEL,
        "key_format": "sha256",
        after: old.get(after, old.get(before)) or {},
    }
    version = str(old["export_version"])
    if version != VERSION:
        line = f"Converted from version {version} to {VERSION} with Provender v{__version__}"
        told = old.get("conversion_info")
        made["conversion_info"] = [*(told if isinstance(told, list) else ()), line]
    return {**kept, **made}
