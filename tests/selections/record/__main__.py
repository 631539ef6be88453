"""Record what AiiDA says of selections: their nodes, facets, values, keys and templates.

It runs in an environment with AiiDA and nothing of Provender's:

    PEER/bin/python tests/selections/record FILE archive=PATH sqlite=FOLDER postgres=URL,CONTAINER

`FILE` has the answers of the first store; of the others, which have the same content, those that
are not the same. No test imports this; `tests/selections/test_recorded.py` reads the answers.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

CONFIGURATION = "AIIDA_PATH"


def main(path, *stores):
    """Write the answers of all stores to a file."""
    os.environ["TZ"] = "UTC"
    with tempfile.TemporaryDirectory() as configuration:
        os.environ[CONFIGURATION] = configuration
        sys.path.append(str(Path(__file__).parents[2]))  # `support.digests`
        import answers

        first, *others = [answers.of(profile(store)) for store in stores]
        deviations = {}
        for store, other in zip(stores[1:], others, strict=True):
            deviations[store.partition("=")[0]] = different(first, other)
        first["others"] = deviations
        Path(path).write_text(written(first), encoding="utf-8")


def different(first, other):
    """Return the answers of a store that are not those of the first one."""
    return {
        part: found
        for part, items in other.items()
        if (
            found := {
                key: value
                for key, value in items.items()
                if compact(first[part].get(key)) != compact(value)
            }
        )
    }


def profile(store):
    """Return the configuration of a store for AiiDA."""
    name, _, place = store.partition("=")
    if name != "postgres":
        kind = "core.sqlite_zip" if name == "archive" else "core.sqlite_dos"
        return {"backend": kind, "config": {"filepath": str(Path(place).resolve())}}
    url, _, container = place.partition(",")
    parts = urlsplit(url)
    config = {
        "database_engine": "postgresql_psycopg",
        "database_hostname": parts.hostname or "",
        "database_port": parts.port or "",
        "database_username": unquote(parts.username or "postgres"),
        "database_password": unquote(parts.password or ""),
        "database_name": parts.path[1:] + (f"?{parts.query}" if parts.query else ""),
        "repository_uri": f"file://{Path(container).resolve().parent}",
    }
    return {"backend": "core.psql_dos", "config": config}


def written(content):
    """Return JSON with a line for each item, so that a change shows where it is."""
    parts = []
    for name, items in content.items():
        lines = (f"{compact(key)}:{compact(item)}" for key, item in items.items())
        parts.append(f"{json.dumps(name)}:{{\n" + ",\n".join(lines) + "\n}")
    return "{" + ",\n".join(parts) + "}\n"


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main(*sys.argv[1:])
