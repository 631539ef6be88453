"""Every operation of the description is reached from the client, or the reason is named."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from client.conftest import Noting
from provender import configuration, create_app
from provender.client import Client
from provender.settings import Settings
from provender.web.dialects import DIALECTS
from provender.web.openapi.document import written
from provender.web.openapi.served import Served
from support.server import serving

BOTH = {"$or": [{"label": "add"}, {"label": "bcc Fe"}]}
VIEW = {"all": {"title": "Everything"}}


@dataclass
class Asking:
    """A client, with objects to ask about, and a folder."""

    client: Client
    folder: Path

    @cached_property
    def node(self):
        return self.client.nodes.list(node_type="data.core.array.ArrayData.").first()

    @cached_property
    def structure(self):
        return self.client.nodes.list(node_type="data.core.structure.StructureData.").first()

    @cached_property
    def job(self):
        return self.client.jobs.list({"exit_status": 0}).first()

    @cached_property
    def file(self):
        return self.client.files.find({"uuid": self.job.uuid}, glob="aiida.in").first()

    @cached_property
    def group(self):
        return self.client.groups.list(label="processes").first()

    @cached_property
    def code(self):
        return self.client.codes.list({"label": "add"}, computer="localhost").first()


# What reaches an operation: a method of the client, called with objects of the demo store.
REACHED = {
    "getServer": lambda a: a.client.server.versions(),
    "getServerEndpoints": lambda a: a.client.server.endpoints(),
    "getServerInfo": lambda a: a.client.server.info(),
    "getServerStatistics": lambda a: a.client.server.statistics(),
    "getOpenapiJson": lambda a: a.client.server.description(),
    "postQuerybuilder": lambda a: a.client.querybuilder({"path": [""], "limit": 1}),
    "getComputers": lambda a: a.client.computers.list().first(),
    "getComputersById": lambda a: a.client.computers.get(1),
    "getComputersByIdStatistics": lambda a: a.client.computers.statistics(1),
    "getGroups": lambda a: a.client.groups.list().first(),
    "getGroupsById": lambda a: a.client.groups.get(a.group),
    "getGroupsByIdNodes": lambda a: a.client.groups.nodes(a.group).first(),
    "postGroupsByIdNodes": lambda a: a.client.groups.nodes(a.group, BOTH).first(),
    "getUsers": lambda a: a.client.users.list().first(),
    "getUsersById": lambda a: a.client.users.get(1),
    "getCodes": lambda a: a.client.codes.list().first(),
    "getCodesById": lambda a: a.client.codes.get(a.code),
    "getCodesByIdJobs": lambda a: a.client.codes.jobs(a.code).first(),
    "getNodes": lambda a: a.client.nodes.list().first(),
    "postNodesSearch": lambda a: a.client.nodes.list(BOTH).first(),
    "getNodesById": lambda a: a.client.nodes.get(a.node.uuid),
    "getNodesByIdLinksIncoming": lambda a: a.client.nodes.incoming(a.job).first(),
    "getNodesByIdLinksOutgoing": lambda a: a.client.nodes.outgoing(a.job).first(),
    "getNodesByIdLinksTree": lambda a: a.client.nodes.tree(a.job),
    "getNodesByIdContentsAttributes": lambda a: a.client.nodes.attributes(a.node),
    "getNodesByIdContentsExtras": lambda a: a.client.nodes.extras(a.node),
    "getNodesByIdContentsComments": lambda a: a.client.nodes.comments(a.node),
    "getNodesByIdContentsDerivedProperties": lambda a: a.client.nodes.derived(a.structure),
    "getNodesByIdDownload": lambda a: a.client.nodes.download(a.structure, "cif"),
    "getNodesByIdArrays": lambda a: a.client.nodes.arrays(a.node),
    "getNodesByIdArraysByName": lambda a: a.client.nodes.array(a.node, "clean"),
    "getNodesByIdArraysNpz": lambda a: a.client.nodes.array_file(a.node),
    "getNodesByIdArraysAttrs": lambda a: a.client.nodes.array_attributes(a.node),
    "getNodesByIdRecord": lambda a: a.client.nodes.record(a.node),
    "getNodesByIdGroups": lambda a: a.client.nodes.groups(a.node).first(),
    "getNodesDownloadFormats": lambda a: a.client.nodes.formats(),
    "getNodesStatistics": lambda a: a.client.nodes.statistics(),
    "getNodesFullTypes": lambda a: a.client.nodes.types(),
    "getNodesFullTypesCount": lambda a: a.client.nodes.types(counts=True),
    "getNodesSelect": lambda a: a.client.nodes.select(want={"uuid": "*"}).first(),
    "postNodesSelect": lambda a: a.client.nodes.select(BOTH, want={"uuid": "*"}).first(),
    "getNodesFacets": lambda a: a.client.nodes.facets(),
    "postNodesFacets": lambda a: a.client.nodes.facets(BOTH),
    "getNodesFacetsByKey": lambda a: list(a.client.nodes.values("node_type")),
    "getNodesSuggest": lambda a: a.client.nodes.suggest(q="bcc"),
    "postNodesSuggest": lambda a: a.client.nodes.suggest(q="bcc", where=BOTH),
    "getNodesKeys": lambda a: a.client.nodes.keys(),
    "postNodesKeys": lambda a: a.client.nodes.keys(where=BOTH),
    "getNodesChanges": lambda a: list(a.client.nodes.changes()),
    "postNodesChanges": lambda a: list(a.client.nodes.changes(BOTH)),
    "getProcesses": lambda a: a.client.processes.list().first(),
    "getProcessesById": lambda a: a.client.processes.get(a.job),
    "getCalcjobs": lambda a: a.client.jobs.list().first(),
    "getCalcjobsById": lambda a: a.client.jobs.get(a.job),
    "getCalcjobsByIdFiles": lambda a: a.job.files(),
    "getCalcjobsByIdInputFiles": lambda a: a.client.jobs.input_files(a.job),
    "getCalcjobsByIdOutputFiles": lambda a: a.client.jobs.output_files(a.job),
    "getProcessesByIdReport": lambda a: a.job.report(),
    "getProcessesByIdStatus": lambda a: a.job.wait(),
    "getProcessesByIdSummary": lambda a: a.job.tree(),
    "getProcessesByIdHistory": lambda a: a.job.history(),
    "getProcessesByIdResults": lambda a: a.job.outputs(),
    "getProcessesByIdResultsByLabel": lambda a: a.job.result("sum"),
    "getProcessesByIdInputs": lambda a: a.job.inputs(),
    "getProcessesByIdInputsByLabel": lambda a: a.client.jobs.input(a.job, "x"),
    "getProcessesByIdLogs": lambda a: a.job.logs(),
    "getProcessesByIdLogsSize": lambda a: a.client.jobs.log_size(a.job),
    "getProcessesByIdTraceback": lambda a: a.job.traceback(),
    "getProcessesTypes": lambda a: a.client.processes.types(),
    "getProcessesTypesByProcess_type": lambda a: a.client.processes.type(a.job.process_type),
    "getSchemas": lambda a: a.client.schemas.list(),
    "getSchemasByNode_type": lambda a: a.client.schemas.get("data.core.int.Int."),
    "getViews": lambda a: a.client.views.list(),
    "getNodesByIdRepoList": lambda a: a.client.files.list(a.job),
    "getNodesByIdRepoContents": lambda a: a.client.files.read(a.job, "aiida.in"),
    "getNodesByIdRepoArchiveZip": lambda a: a.client.files.archive(a.job, a.folder),
    "getNodesFiles": lambda a: a.client.files.find(glob="aiida.in").first(),
    "postNodesFiles": lambda a: a.client.files.find(BOTH).first(),
    "getFilesBySha256": lambda a: a.client.files.by_content(a.file.sha256).read(),
    "getFilesBySha256Nodes": lambda a: a.client.files.by_content(a.file.sha256).nodes().first(),
    "postFilesArchiveZip": lambda a: a.client.files.archive_named(
        [(a.job.uuid, "aiida.in")], a.folder / "named.zip"
    ),
    "postDownloadLinks": lambda a: a.client.files.link(a.job, "aiida.in"),
    "getNodesArchiveZip": lambda a: a.client.weigh("group=processes", "set.zip"),
    "postNodesArchiveZip": lambda a: a.client.download(BOTH, a.folder / "set.zip"),
    "getNodesArchiveAiida": lambda a: a.client.weigh("group=processes", "set.aiida"),
    "postNodesArchiveAiida": lambda a: a.client.download(BOTH, a.folder / "set.aiida"),
    "getNodesExport": lambda a: a.client.download("group=processes", a.folder / "set.csv"),
    "postNodesExport": lambda a: a.client.nodes.export(BOTH, a.folder / "posted.csv"),
    "getProcessesByIdArchiveZip": lambda a: a.job.archive(a.folder / "job.zip"),
    "getViewsByView": lambda a: a.client.views.rows("all").first(),
}
# Operations that another test reaches: the demo store has nothing to ask about.
ELSEWHERE = {
    "getProcessesByIdExtractByLabelByArray": "test_jobs.py::test_arrays_of_results",
    "getProcessesByIdExtractLabelNpz": "test_jobs.py::test_arrays_of_results",
    "getProcessesByIdExtractLabelAttrs": "test_jobs.py::test_arrays_of_results",
}
# Operations that the client does not need, by the end of their names.
UNNEEDED = {
    "Page": "lists are walked by cursors",
    "PageByPage": "lists are walked by cursors",
    "ProjectableProperties": "the classes of rows know their columns",
    "LogSize": "another name of `/logs/size`",
    "LogByBounds": "another name of `/logs` with `start` and `stop`",
    "getQuerybuilder": "answers 405, as AiiDA's own server does",
    "get": "the list of routes is `client.server.endpoints()`",
}


@pytest.fixture(scope="module")
def described():
    """The description: the method and the pattern of the path of each operation."""
    document = json.loads(written(DIALECTS[0], Served(Settings().limits, False, False)).below(""))
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post"}
    }


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    app = create_app(
        store="demo", settings=Settings(views=configuration.read({"views": VIEW}).views)
    )
    noting = Noting(app)
    with serving(noting) as root, Client(root) as client:
        yield Asking(client, tmp_path_factory.mktemp("files")), noting.asked
    app.extensions["provender"].stores.close()


def reason(name):
    return UNNEEDED.get(name) or next(
        (why for end, why in UNNEEDED.items() if end[0].isupper() and name.endswith(end)), None
    )


def test_every_operation_is_reached_or_named(described):
    known = {*REACHED, *ELSEWHERE, *(name for name in described if reason(name))}
    assert set(described) - known == set()
    assert {*REACHED, *ELSEWHERE} <= set(described)
    assert [name for name in REACHED if reason(name)] == []


@pytest.mark.parametrize("name", REACHED)
def test_a_method_reaches_its_operation(name, asking, described):
    client, asked = asking
    method, path = described[name]
    pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))
    asked.clear()
    REACHED[name](client)
    assert [one for one in asked if one[0] == method and pattern.fullmatch(one[1])]


@pytest.mark.parametrize("place", sorted(set(ELSEWHERE.values())))
def test_a_test_that_is_named_exists(place, request):
    file, _, name = place.partition("::")
    assert f"def {name}(" in (request.path.parent / file).read_text()
