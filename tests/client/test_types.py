"""Options, rows and texts of the client are those of the description, and shells can complete."""

from __future__ import annotations

import importlib.util
import inspect
import keyword

import pytest

from provender.client.queries import options
from provender.client.queries.conditions import RELATIONS, SIGNS
from provender.client.rows import processrecords, records
from provender.client.rows.records import Node
from provender.query.querystring import relations
from provender.query.selection.operators import OPERATORS
from provender.query.selection.reference import written
from support.pages import DOCS

RESOURCES = ("nodes", "processes", "jobs", "computers", "codes", "groups", "users", "meta")
KINDS = [*vars(records).values(), *vars(processrecords).values()]
OTHERS = ("schemas", "views", "server")


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("client_types", DOCS / "client_types.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_generated_is_up_to_date(generator):
    modules = generator.modules()
    assert [path.name for path in modules] == ["options.py", "records.py", "processrecords.py"]
    for path, text in modules.items():
        assert path.read_text() == text, "run `python docs/client_types.py`"


def test_routes_with_the_same_options_share_a_class(generator):
    description = generator.Description()
    assert len(generator.SAME) == 2
    for one, other in generator.SAME.items():
        assert description.keys(one).keys() == description.keys(other).keys()


def test_every_option_has_a_text_and_every_row_attributes():
    classes = [kind for name, kind in vars(options).items() if name.endswith("Options")]
    assert len(classes) > 10
    for kind in classes:
        assert all(hint.__metadata__[0].endswith(".") for hint in kind.__annotations__.values())
        assert not any(keyword.iskeyword(name) for name in kind.__annotations__)
    rows = [kind for kind in KINDS if inspect.isclass(kind)]
    assert len([kind for kind in rows if issubclass(kind, records.Record)]) > 15


def test_the_text_of_a_row_tells_what_columns_are(generator):
    assert "exit_status: 0, or the number of the failure" in processrecords.ProcessStatus.__doc__
    known = {name for kind in KINDS for name in getattr(kind, "__annotations__", ())}
    assert set(generator.FIELDS) <= known


def test_a_client_has_resources_as_attributes(client):
    assert {*RESOURCES, *OTHERS, "watch", "querybuilder"} <= set(dir(client))
    for name in RESOURCES:
        assert {"list", "get", "search"} <= set(dir(getattr(client, name)))


@pytest.mark.parametrize("name", RESOURCES)
def test_lists_show_the_options_of_their_route(client, name):
    method = getattr(client, name).list
    signature = inspect.signature(method)
    assert {"id", "limit"} <= set(signature.parameters)
    assert all(kind.kind is not kind.VAR_KEYWORD for kind in signature.parameters.values())
    assert "\nOptions:\n    " in inspect.getdoc(method)


def test_help_tells_what_an_option_is(client):
    text = inspect.getdoc(client.jobs.list)
    assert "state: Only processes in this state: created, waiting, running, finished" in text
    assert "include: Parts to show with the node" in inspect.getdoc(client.nodes.get)


@pytest.mark.parametrize("name", [*RESOURCES, *OTHERS])
def test_every_method_has_a_text(client, name):
    resource = getattr(client, name)
    methods = [one for one in dir(resource) if not one.startswith("_")]
    assert methods
    assert [one for one in methods if not inspect.getdoc(getattr(resource, one))] == []


def test_rows_have_the_columns_of_their_class(client):
    node = client.nodes.list().first()
    assert isinstance(node, Node)
    assert set(node) <= set(Node.__annotations__)
    assert set(client.computers.list().first()) <= set(records.Computer.__annotations__)
    assert set(client.users.list().first()) <= set(records.User.__annotations__)
    assert set(client.codes.list().first()) <= set(records.Code.__annotations__)
    job = client.jobs.list(include="summary").first()
    assert set(job) <= set(processrecords.ProcessRow.__annotations__)
    assert set(job.status()) == set(processrecords.ProcessStatus.__annotations__)
    assert {"status", "wait", "done", "exit_status"} <= set(dir(job))


def test_the_client_knows_the_operators_and_relations_of_the_server():
    assert SIGNS.keys() == OPERATORS.keys()
    assert {key.name for key in relations.KEYS} == RELATIONS
    for name, operator in OPERATORS.items():
        text = written(operator)
        assert (SIGNS[name] is None) == (text is None)
        assert text is None or SIGNS[name] in text
