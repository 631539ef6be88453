"""Bounds on what a request may be: each is a setting, and beyond it stands a clear answer."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from provender.errors import ConfigurationError
from provender.settings import Limits, Proxy
from support.command import Server
from support.server import ask

NODES = "/api/v4/nodes"


@pytest.fixture(scope="module")
def strict(serve, unpacked):
    """The lab with narrow limits."""
    limits = Limits(url_bytes=400, body_bytes=1000, filters=3, list_items=5, columns=4)
    return serve(unpacked / "lab.aiida", name="strict", limits=limits)


def refused(answer, status, code, setting):
    assert (answer.status, answer.json["code"]) == (status, code), answer.body
    assert f"`{setting}`" in answer.json["message"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize(
    "path", [f"{NODES}?a=" + "x" * 400, "/" + "x" * 400, f"{NODES}/{'a' * 400}"]
)
def test_a_url_has_a_size(strict, method, path):
    answer = strict.get(path, method=method)
    assert answer.status == 414
    if method != "HEAD":
        refused(answer, 414, "url-too-long", "limits.url_bytes")


def test_a_url_of_just_that_size_is_answered(strict):
    query = "_="
    rest = 400 - len(NODES) - len(query)
    assert strict.get(f"{NODES}?{query}{'x' * rest}").status == 200
    assert strict.get(f"{NODES}?{query}{'x' * (rest + 1)}").status == 414


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", [NODES, "/api/v4/querybuilder", "/nothing", "/alive"])
def test_a_body_has_a_size_whatever_the_method(strict, method, path):
    refused(
        strict.get(path, method=method, body=b"x" * 1001),
        413,
        "body-too-large",
        "limits.body_bytes",
    )


@pytest.mark.parametrize("length", ["9" * 30, "1001"])
def test_the_size_that_a_body_claims_is_enough(strict, length):
    parts = urlsplit(strict.root)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.putrequest("POST", "/api/v4/querybuilder")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_body_in_chunks_has_a_size_too():
    server = Server("demo")
    try:
        parts = urlsplit(server.root)
        for method in ("POST", "GET"):
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
            chunks = iter([b"x" * 100_000] * 11)
            connection.request(
                method,
                "/api/v4/querybuilder",
                body=chunks,
                encode_chunked=True,
                headers={"Transfer-Encoding": "chunked"},
            )
            answer = connection.getresponse()
            assert (answer.status, json.loads(answer.read())["code"]) == (413, "body-too-large")
            connection.close()
    finally:
        server.process.kill()
        server.ended()


def test_filters_are_counted(strict):
    three = "id>1&id>2&id>3"
    assert strict.get(f"{NODES}?{three}").status == 200
    for path in (NODES, f"{NODES}/page/1", "/api/v2/nodes"):
        answer = strict.get(f"{path}?{three}&id>4")
        refused(answer, 400, "limit-exceeded", "limits.filters")
    assert strict.get(f"{NODES}?{three}&limit=1&orderby=id").status == 200


def test_items_of_lists_are_counted(strict):
    assert strict.get(f"{NODES}?id=in=1,2,3,4,5").status == 200
    many = ",".join(map(str, range(6)))
    names = ",".join("abcdef")
    for query in (f"id=in={many}", f"attributes_filter={names}", f"orderby={'id,' * 5}id"):
        refused(strict.get(f"{NODES}?{query}"), 400, "limit-exceeded", "limits.list_items")


def posted(strict, filters, project=("id",)):
    body = {"path": [{"entity_type": "", "tag": "n"}], "project": {"n": list(project)}}
    body["filters"] = {"n": filters}
    return strict.get("/api/v4/querybuilder", method="POST", body=json.dumps(body).encode())


def test_keys_of_attributes_and_extras_are_counted(strict):
    for name in ("attributes", "extras"):
        assert strict.get(f"{NODES}?{name}_filter=a,b,c,d").status == 200
        answer = strict.get(f"{NODES}?{name}_filter=a,b,c,d,e")
        refused(answer, 400, "limit-exceeded", "limits.columns")
        assert posted(strict, {}, [f"{name}.{key}" for key in "abcd"]).status == 200
        answer = posted(strict, {}, [f"{name}.{key}" for key in "abcde"])
        refused(answer, 400, "limit-exceeded", "limits.columns")
    both = strict.get(f"{NODES}?attributes_filter=a,b,c&extras_filter=a,b")
    refused(both, 400, "limit-exceeded", "limits.columns")
    assert posted(strict, {}, ["id", "uuid", "label", "ctime", "mtime"]).status == 200


def test_conditions_and_lists_of_posted_queries_are_counted(strict):
    one = {"id": {">": 1}}
    assert posted(strict, {"or": [one, one, one]}).status == 200
    for filters in (
        {"or": [one, one, {"and": [one, one]}]},
        {"id": {">": 1, "<": 5, "!==": 7, "in": [1]}},
        {"!or": [{"id": {"or": [{">": 1}, {"<": 1}]}}, one, one]},
    ):
        refused(posted(strict, filters), 400, "limit-exceeded", "limits.filters")
    assert posted(strict, {"id": {"in": [1, 2, 3, 4, 5]}}).status == 200
    answer = posted(strict, {"id": {"in": [1, 2, 3, 4, 5, 6]}})
    refused(answer, 400, "limit-exceeded", "limits.list_items")
    assert "At `/filters/n/id/in`." in answer.json["message"]


@pytest.mark.parametrize(
    ("kind", "form"),
    [("structure.StructureData", "cif"), ("upf.UpfData", "json"), ("upf.UpfData", "upf")],
)
def test_a_download_and_the_file_read_for_it_have_a_size(serve, data, on_materials, kind, form):
    small = serve(data / "materials.aiida", name="small", limits=Limits(download_bytes=1000))
    nodes = on_materials.get(f'{NODES}?node_type="data.core.{kind}."').column("uuid")
    wholes = {
        path: on_materials.get(path)
        for path in (f"{NODES}/{node}/download?download_format={form}" for node in nodes)
    }
    large = [path for path, whole in wholes.items() if len(whole.body) > 1000]
    assert large
    for path in large:
        assert wholes[path].status == 200
        refused(small.get(path), 400, "limit-exceeded", "limits.download_bytes")
        assert "/repo/contents" in small.get(path).json["hint"]


# Requests of one client


@pytest.fixture
def counted(settings, data, make_app):
    """A client of an application that answers three requests in an hour."""
    limits = replace(settings.limits, requests="3/hour")
    proxy = Proxy(trusted=("10.0.0.1",))
    chosen = replace(settings, limits=limits, proxy=proxy)
    return make_app(store=data / "lab.aiida", settings=chosen).test_client()


def of(client, path, address="192.0.2.1", method="GET", **headers):
    return client.open(
        path, method=method, headers=headers, environ_overrides={"REMOTE_ADDR": address}
    )


def test_requests_of_a_client_are_counted_whatever_their_path_and_answer(counted):
    paths = ("/api/v4/users", "/nothing", "/api/v4//nodes", "/", "/profiles", "/api/v4/nodes/zz")
    answers = [of(counted, path) for path in paths]
    assert [answer.status_code for answer in answers] == [200, 404, 308, 429, 429, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == list("210000")
    refusal = answers[-1]
    assert refusal.json["code"] == "too-many-requests"
    assert 0 < int(refusal.headers["Retry-After"]) <= 3601
    assert refusal.headers["RateLimit-Limit"] == "3"
    assert "Retry-After" not in answers[0].headers
    assert of(counted, "/api/v4/users", method="POST").status_code == 429
    assert of(counted, "/api/v4/users", "192.0.2.2").status_code == 200


def test_probes_are_never_refused_nor_counted(counted):
    for _ in range(5):
        for path in ("/alive", "/ready"):
            answer = of(counted, path)
            assert answer.status_code == 200
            assert "RateLimit-Limit" not in answer.headers
    assert of(counted, "/api/v4/users").headers["RateLimit-Remaining"] == "2"


def test_a_client_is_an_address_that_a_trusted_proxy_tells_or_a_network_of_ipv6(counted):
    for number in range(3):
        assert of(counted, "/api/v4/users", f"2001:db8:0:1::{number}").status_code == 200
    assert of(counted, "/api/v4/users", "2001:db8:0:1:f::1").status_code == 429
    assert of(counted, "/api/v4/users", "2001:db8:0:2::1").status_code == 200
    told = {"X-Forwarded-For": "198.51.100.7"}
    for _ in range(3):
        assert of(counted, "/api/v4/users", "10.0.0.1", **told).status_code == 200
    assert of(counted, "/api/v4/users", "10.0.0.1", **told).status_code == 429
    assert of(counted, "/api/v4/users", "198.51.100.7").status_code == 429
    for number in range(3):  # forged by somebody else
        forged = {"X-Forwarded-For": f"203.0.113.{number}"}
        assert of(counted, "/api/v4/users", "198.51.100.8", **forged).status_code == 200
    assert of(counted, "/api/v4/users", "198.51.100.8").status_code == 429


@pytest.mark.parametrize(
    ("requests", "storage"),
    [("many", "memory://"), ("5/eon", "memory://"), ("5/hour", "nowhere://")],
)
def test_a_limit_that_cannot_be_understood_stops_the_start(
    make_app, data, settings, requests, storage
):
    limits = replace(settings.limits, requests=requests, requests_storage=storage)
    with pytest.raises(ConfigurationError, match=r"limits\.requests"):
        make_app(store=data / "lab.aiida", settings=replace(settings, limits=limits))


def test_nothing_is_loaded_where_nothing_is_counted():
    program = (
        "import sys, provender; provender.create_app(store='demo');"
        "sys.exit('flask_limiter' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_usual_limits_take_usual_requests(on_archive):
    many = ",".join(map(str, range(1000)))
    assert ask(f"{on_archive.root}{NODES}?id=in={many}").status == 200
