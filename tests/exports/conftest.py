from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import pytest

from provender.errors import NoSuchFile
from provender.exports.subject import Subject

DATA = Path(__file__).parents[1] / "data"

NODES = """
    SELECT n.uuid, n.node_type, n.label, n.description, n.attributes, n.repository_metadata, c.label
    FROM db_dbnode n LEFT JOIN db_dbcomputer c ON c.id = n.dbcomputer_id
"""


def opener(archive, tree):
    def read(path):
        entry = tree
        for part in path.split("/"):
            entry = entry.get("o", {}).get(part, {})
        if "k" not in entry:
            raise NoSuchFile("No such file is present")
        with zipfile.ZipFile(archive) as members:
            return members.read(f"repo/{entry['k']}")

    return read


def subjects(archive, folder):
    with zipfile.ZipFile(archive) as members:
        members.extract("db.sqlite3", folder)
    connection = sqlite3.connect(folder / "db.sqlite3")
    try:
        for uuid, kind, label, description, attributes, tree, computer in connection.execute(NODES):
            read = opener(archive, json.loads(tree))
            values = json.loads(attributes or "{}")
            yield Subject(uuid, kind, label, description, values, read, computer)
    finally:
        connection.close()


@pytest.fixture(scope="session")
def archives(tmp_path_factory):
    """All nodes of the archives: store -> uuid -> Subject."""
    return {
        store: {
            subject.uuid: subject
            for subject in subjects(DATA / f"{store}.aiida", tmp_path_factory.mktemp(store))
        }
        for store in ("lab", "materials")
    }


@pytest.fixture(scope="session")
def subject_of(archives):
    """A function: name of a store and beginning of a uuid -> Subject."""

    def find(store, uuid_prefix):
        (found,) = (
            subject for uuid, subject in archives[store].items() if uuid.startswith(uuid_prefix)
        )
        return found

    return find


@pytest.fixture(scope="session")
def changed():
    """A function: a Subject and what to change of its attributes (`...` takes one away)."""

    def change(subject, attributes=None, files=None):
        values = {**subject.attributes, **(attributes or {})}
        values = {key: value for key, value in values.items() if value is not ...}

        def read(path):
            if path in (files or {}):
                content = files[path]
                if content is None:
                    raise NoSuchFile("No such file is present")
                return content
            return subject.read(path)

        return replace(subject, attributes=values, read=read)

    return change


@pytest.fixture(scope="session")
def recorded():
    """The recorded answers, each with the store that it is about."""
    return [
        (store, json.loads(line))
        for store, name in (("lab", "v4"), ("materials", "materials"))
        for line in (DATA / "golden" / f"{name}.jsonl").read_text().splitlines()
    ]


@pytest.fixture(scope="session")
def answers(recorded, subject_of):
    """A function: node type and a pattern of requests -> `(subject, record)` of what matches."""

    def find(node_type, pattern):
        for store, record in recorded:
            if record["verdict"] != "match" or record["status"] != HTTPStatus.OK:
                continue
            match = re.match(f"/nodes/([0-9a-f-]+)/{pattern}$", record["request"])
            if match is None:
                continue
            subject = subject_of(store, match[1])
            if subject.node_type == node_type:
                yield subject, record

    return find


@pytest.fixture(scope="session")
def descriptions(recorded):
    """A function: node type -> `(store, uuid, description)` of what trees showed of such nodes."""

    def find(node_type):
        for store, record in recorded:
            if "links/tree" in record["request"] and "data" in (record.get("json") or {}):
                for node in record["json"]["data"]["nodes"]:
                    for shown in (node, *node["incoming"], *node["outgoing"]):
                        if shown["node_type"] == node_type:
                            yield store, shown["uuid"], shown["description"]

    return find
