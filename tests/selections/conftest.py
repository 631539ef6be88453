"""Stores with what AiiDA says of selections in them, on each backend."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from provender.loading.load import load
from provender.loading.target import from_url
from support import postgres

STORES = [
    *(("lab", "archive"), ("lab", "sqlite"), ("lab", "postgres")),
    *(("materials", "archive"), ("materials", "postgres")),
]


@dataclass(frozen=True)
class Recorded:
    """A served store, and what AiiDA says of it: `tests/data/selections/README.md` tells what."""

    served: object
    content: dict
    backend: str

    def part(self, name):
        """Return the answers of a part by their questions."""
        others = self.content["others"].get(self.backend, {})
        return {**self.content[name], **others.get(name, {})}

    def get(self, path):
        answer = self.served.get(f"/api/v4/{path}")
        assert answer.status == 200, (path, answer.body)
        return answer.data

    def post(self, path, **body):
        raw = json.dumps(body).encode()
        answer = self.served.get(f"/api/v4/{path}", method="POST", body=raw)
        assert answer.status == 200, (path, body, answer.body)
        return answer.data


@pytest.fixture(scope="session")
def materials_postgres(tmp_path_factory, cluster, serve, settings, data):
    """The archive of materials, loaded into PostgreSQL and served."""
    url = postgres.create_database(cluster)
    folder = tmp_path_factory.mktemp("materials") / "container"
    archive = str(data / "materials.aiida")
    load(archive, from_url(url), folder, settings, lambda *_: None)
    yield serve(url, folder, name="materials on postgres")
    postgres.drop_database(cluster, url)


@pytest.fixture(scope="session", params=STORES, ids=" on ".join)
def recorded(request, data):
    """Each store on each backend, one after the other."""
    name, backend = request.param
    fixture = "on_materials" if request.param == ("materials", "archive") else f"on_{backend}"
    if request.param == ("materials", "postgres"):
        fixture = "materials_postgres"
    content = json.loads((data / "selections" / f"{name}.json").read_text(encoding="utf-8"))
    return Recorded(request.getfixturevalue(fixture), content, backend)
