"""Record the examples of the descriptions from the demo store: run it after an answer changed."""

import json
import logging
from contextlib import closing
from pathlib import Path

import provender
from provender.web.dialects import DIALECTS
from provender.web.openapi import examples
from provender.web.openapi.parameters import CONTENT, TYPE, template
from provender.web.routes.route import Form

FILE = Path(examples.__file__).with_name(examples.FILE)
# Bytes: of several objects the one with the largest answer that is not longer.
TARGET = 2000
LARGEST = 13_000
MOST = 40
# Their cursors name the very file of the store, so no two copies answer alike.
OF_ONE_FILE = ("/nodes/changes",)
# What is posted to the routes that take a selection.
SELECTIONS = {
    "/nodes/archive.aiida": {
        "where": {"attributes.process_label": "ArithmeticAddCalculation"},
        "call_work_backward": False,
        "dry_run": True,
    },
    "/nodes/archive.zip": {
        "where": {"node_type": {"startswith": "data.core.folder."}},
        "glob": ["*.out", "*.txt"],
        "parts": ["files", "attributes"],
        "tree": "workflow",
        "dry_run": True,
    },
    "/nodes/files": {
        "where": {"node_type": {"startswith": "data.core.upf."}},
        "glob": "*.upf",
        "min_size": "1k",
        "limit": 2,
    },
    "/nodes/changes": {
        "where": {"node_type": {"startswith": "data.core.upf."}},
        "since": "*",
        "limit": 2,
    },
    "/files/archive.zip": {
        "files": [{"uuid": "78ccdb4c-e7b5-453b-9de9-3949114d5452", "path": "aiida.in"}],
        "dry_run": True,
    },
    "/nodes/export": {
        "where": {"node_type": {"startswith": "process.calculation"}},
        "fields": ["uuid", "ctime", "attributes.exit_status"],
        "types": {"attributes.exit_status": "integer"},
        "format": "ndjson",
    },
    "/nodes/facets": {
        "where": {"node_type": {"startswith": "process."}},
        "facet": ["attributes.exit_status", "ctime:month"],
        "size": 3,
    },
    "/nodes/search": {
        "where": {"or": [{"label": {"contains": "relax"}}, {"attributes.exit_status": {"gt": 0}}]},
        "orderby": "-ctime",
        "perpage": 1,
    },
    "/nodes/select": {
        "where": {"attributes.process_label": "ArithmeticAddCalculation"},
        "want": {
            "uuid": "*",
            "attributes": {"exit_status": "*"},
            "incoming": {"x": {"attributes": {"value": "*"}}},
            "outgoing": {"*": "uuid"},
        },
        "limit": 1,
    },
}
POSTED = {
    "path": [{"entity_type": "data.core.structure.StructureData.", "tag": "structure"}],
    "project": {"structure": ["uuid", "label"]},
    "limit": 2,
}
# The values of special keys in the example of a route, by the end of its path.
QUERIES = {
    "/nodes/archive.aiida": {"create_backward": False, "dry_run": True},
    "/repo/archive.zip": {"path": ".aiida/", "glob": "*.json", "dry_run": True},
    "/links/tree": {"in_limit": 1, "out_limit": 1},
    "/io/tree": {"in_limit": 1, "out_limit": 1},
    "/repo/list": {"metadata": True},
    "/arrays/{name}": {"slice": "0:2", "format": "json"},
}
# The values of the other parts of paths.
PLACES = {
    "bounds": "-1:",
    "process_type": TYPE,
    "key": "node_type",
    "sha256": CONTENT,
    "node_type": "data.core.int.Int.",
}
SHORT = {"limit": 1, "attributes": True, "attributes_filter": ["cell"]}
# The names of the key of a format in the dialects, and formats that are text.
FORMATS = ("download_format", "format")
TEXTS = ("json", "cif", "yaml")


class Recorder:
    """Asks the demo store for an example of each route of a dialect."""

    def __init__(self, client, dialect):
        self._client = client
        self._dialect = dialect
        self._ids = {}

    def record(self):
        """Return the examples by path."""
        found = {}
        for route in self._dialect.routes:
            path = template(route)
            if not path.endswith(examples.PAGES) and route.answer.form is not Form.BARE:
                found[path] = self._of(route, path)
        return {path: example for path, example in found.items() if example}

    def _of(self, route, path):
        if "POST" in route.methods and "{id}" not in path:
            url, body = self._dialect.prefix + path, self._posted(path)
            example = {"request": path, "posted": body}
            if route.answer.form is Form.TABLE or path in OF_ONE_FILE:
                return example  # its answer is no JSON, or that of one file
            answer = self._client.post(url, json=body, base_url=examples.ROOT)
            return {**example, "answer": answer.json}
        tried = [self._ask(path, values) for values in self._values(route, path)]
        known = [one for one in tried if one is not None]
        fitting = [one for one in known if size(one) <= TARGET]
        if fitting:
            return max(fitting, key=size)
        return min(known, key=size) if known else None

    def _posted(self, path):
        """Return what is posted in the example of a route."""
        if path in SELECTIONS:
            return SELECTIONS[path]
        if path != "/download_links":
            return POSTED
        rows = self._get(f"/nodes?limit={MOST}&orderby=-id").json["data"]["nodes"]
        base, names = next(
            (f"/nodes/{row['uuid']}/repo/contents", names)
            for row in rows
            if (names := self._files(row["uuid"]))
        )
        return {"path": f"{self._dialect.prefix}{base}?filename={names[0]}"}

    def _values(self, route, path):
        """Yield the values of the parameters of requests of which one becomes the example."""
        keys = set(route.keys(self._dialect))
        query = next((more for end, more in QUERIES.items() if path.endswith(end)), {})
        query = {key: value for key, value in (query or SHORT).items() if key in keys}
        places = {name: value for name, value in PLACES.items() if f"{{{name}}}" in path}
        if "{id}" not in path:
            yield {**places, **query}
            return
        for pk in self._of_view(*self._chosen(route, keys)):
            if path.endswith("repo/contents"):
                yield from ({"id": pk, "filename": name} for name in self._files(pk))
            elif path.endswith("/download"):
                key = next(key for key in FORMATS if key in keys)
                yield from ({"id": pk, key: name, "download": False} for name in TEXTS)
            else:
                more = {} if "limit" in query else query
                yield from (
                    {"id": pk, **places, **named, **more} for named in self._named(pk, path)
                )

    def _chosen(self, route, keys):
        """Return the name of the view of the objects to try, and the filter of these objects."""
        if keys & {"stream", "path"}:
            return "calcjobs", ""
        return route.view.name, "failed=1&" if route.path.endswith("/traceback") else ""

    def _of_view(self, view, filters=""):
        """Return the ids of some objects of a view, by its name."""
        if (view, filters) not in self._ids:
            rows = self._get(f"/{view}?{filters}limit={MOST}&orderby=-id").json["data"][view]
            self._ids[view, filters] = [row.get("uuid", row["id"]) for row in rows]
        return self._ids[view, filters]

    def _named(self, pk, path):
        """Return values of what an object has by name, for paths that need some."""
        if path.endswith(("/arrays.npz", "/{name}")):
            listed = self._get(f"/nodes/{pk}/arrays").json["data"]["arrays"]
            several = path.endswith(".npz")
            names = [one["name"] for one in listed]
            return [{"names": [name]} if several else {"name": name} for name in names]
        if "{label}" in path:
            side = "inputs" if "/inputs/" in path else "results"
            listed = self._get(f"/processes/{pk}/{side}").json["data"][side]
            return [{"label": one["label"]} for one in listed]
        return [{}]

    def _files(self, pk):
        listed = self._get(f"/nodes/{pk}/repo/list").json["data"]["repo_list"]
        return [f'"{item["name"]}"' for item in listed if item["type"] == "FILE"]

    def _ask(self, path, values):
        request, query = path, ""
        for key, value in values.items():
            if f"{{{key}}}" in path:
                request = request.replace(f"{{{key}}}", str(value))
            else:
                query += f"{'&' if query else ''}{key}={text(value)}"
        request += f"?{query}" if query else ""
        answer = self._get(request)
        if answer.status_code != 200:
            return None
        example = {"request": request} | ({"values": values} if values else {})
        if answer.is_json and len(answer.data) <= LARGEST:
            example["answer"] = answer.json
        return example

    def _get(self, request):
        url = self._dialect.prefix + request
        return self._client.get(url, base_url=examples.ROOT, buffered=True)


def text(value):
    """Return a value as it stands in a query string."""
    if isinstance(value, list):
        return ",".join(map(text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def size(example):
    """Return the length of an example."""
    return len(json.dumps(example))


def recorded():
    """Return the examples of all dialects as the text of their file."""
    app = provender.create_app(store="demo")
    logging.disable(logging.INFO)
    with closing(app.extensions["provender"].stores):
        found = {one.name: Recorder(app.test_client(), one).record() for one in DIALECTS}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n"


if __name__ == "__main__":
    FILE.write_text(recorded(), encoding="utf-8")
