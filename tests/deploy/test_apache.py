"""The folder `wsgi` behind a real Apache with mod_wsgi, in both configurations."""

from __future__ import annotations

import gzip
import re
import runpy
import shutil
import threading
import time

import pytest

from deploy import processes
from deploy.processes import ROOT
from provender.web.access import accounts
from support import largearchive
from support.explorer import BROWSER, DEEP, base, loaded, told
from support.users import PASSWORD, basic, bearer


@pytest.fixture(params=["/app1", "/app2"])
def mount(request):
    return request.param


@pytest.fixture(params=["/api/v2", "/api/v4"])
def api(request):
    return request.param


def next_of(answer):
    return re.search(r'<([^>]+)>; rel="next"', answer.headers["link"])[1]


def test_urls_of_an_answer_name_the_mount(apache, mount, api):
    answer = apache.get(f"{mount}{api}/nodes?limit=2&orderby=-id")
    assert (answer.status, len(answer.rows())) == (200, 2)
    assert answer.json["url_root"] == f"{apache.root}{mount}/"
    assert answer.json["url"] == f"{apache.root}{mount}{api}/nodes?limit=2&orderby=-id"


def test_links_of_pages_can_be_followed(apache, mount, api):
    answer = apache.get(f'{mount}{api}/nodes/page/1?perpage=3&uuid=like="%25"')
    target = next_of(answer)
    assert target.startswith(f"{apache.root}{mount}{api}/nodes/page/2?")
    following = apache.get(target.removeprefix(apache.root))
    assert following.status == 200
    assert min(following.column("id")) > max(answer.column("id"))


def test_links_of_walks_can_be_followed(apache, mount, api):
    answer = apache.get(f"{mount}{api}/nodes?cursor=*&limit=3")
    following = apache.get(next_of(answer).removeprefix(apache.root))
    assert following.status == 200
    assert not set(following.column("id")) & set(answer.column("id"))


def test_the_path_of_a_mount_leads_to_its_page(apache, mount):
    answer = apache.get(mount)
    assert answer.status == 308
    assert answer.headers["location"] == f"{apache.root}{mount}/"
    page = apache.get(f"{mount}/")
    assert page.headers["content-type"].startswith("text/html")
    assert told(page.body.decode())["api"] == f"{mount}/api/v4"


def test_every_address_of_the_explorer_is_its_page(apache, mount):
    for path in DEEP:
        page = apache.get(mount + path)
        assert page.status == 200, path
        assert base(page.body.decode()) == f"{mount}/"
    paths = loaded(page.body.decode())
    assert paths
    for path in paths:
        file = apache.get(path, headers={"Accept-Encoding": "gzip"})
        assert (file.status, file.headers["content-encoding"]) == (200, "gzip")
        known = {"Accept-Encoding": "gzip", "If-None-Match": file.headers["etag"]}
        again = apache.get(path, headers=known)
        assert (again.status, again.headers["etag"]) == (304, file.headers["etag"])


def test_the_page_of_the_explorer_stays_revalidatable(apache, mount):
    packed = apache.get(f"{mount}/browse/nodes", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    known = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    again = apache.get(f"{mount}/browse/groups", headers=known)
    assert (again.status, again.headers["etag"]) == (304, packed.headers["etag"])


def test_the_page_of_a_guarded_store_asks_for_a_password(apache):
    path = "/app2/guarded/browse/nodes/a%2Fb"
    refused = apache.get(path, headers=BROWSER)
    assert (refused.status, "www-authenticate" in refused.headers) == (401, True)
    page = apache.get(path, headers=BROWSER | basic("alice", PASSWORD))
    assert (page.status, base(page.body.decode())) == (200, "/app2/guarded/")


def test_each_mount_serves_its_own_store(apache):
    for mount, name in (("/app1", "app1"), ("/app2", "app2")):
        assert f"<title>{name}" in apache.get(f"{mount}/{name}/").body.decode()
        assert apache.get(f"{mount}/api/v4/server/info").data["info"]["store"]["profile"] == name


def test_queries_arrive_as_they_were_written(apache, mount):
    path = f"{mount}/api/v4/nodes"
    assert apache.get(f'{path}?label="x%26y=z%22%22"').total == 0
    assert apache.get(f'{path}?node_type=like="data.core.%25"&id>=1').total > 0
    assert apache.get(f"{path}?label=").json["code"] == "malformed-query"
    refused = apache.get(f"{path}/a%2Fb")
    assert (refused.status, refused.json["code"]) == (404, "unknown-route")


def test_posted_queries_are_answered(apache, mount):
    body = b'{"path": [{"entity_type": "", "orm_base": "node", "tag": "n"}], "limit": 2}'
    answer = apache.get(
        f"{mount}/api/v4/querybuilder",
        method="POST",
        headers={"Content-Type": "application/json"},
        body=body,
    )
    assert answer.status == 200, answer.body


def test_compressed_answers_stay_revalidatable(apache, mount):
    path = f"{mount}/api/v4/nodes?limit=50"
    plain = apache.get(path)
    packed = apache.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"]
    for answer in (plain, packed):
        etag = answer.headers["etag"]
        for asked in (etag, f'"other", {etag}'):
            again = apache.get(path, headers={"Accept-Encoding": "gzip", "If-None-Match": asked})
            assert (again.status, again.body) == (304, b"")
            assert again.headers["etag"] == etag
            assert "accept-encoding" in again.headers["vary"].lower()


def test_files_have_ranges_and_are_not_compressed(apache, mount):
    nodes = apache.get(f'{mount}/api/v4/nodes?node_type=like="data.core.folder%25"').rows()
    files = ((node["uuid"], entry) for node in nodes for entry in listing(apache, mount, node))
    uuid, entry = next(found for found in files if found[1].get("size"))
    path = f'{mount}/api/v4/nodes/{uuid}/repo/contents?filename="{entry["name"]}"'
    whole = apache.get(path, headers={"Accept-Encoding": "gzip"})
    assert whole.status == 200
    assert "content-encoding" not in whole.headers
    part = apache.get(path, headers={"Range": "bytes=1-3"})
    assert (part.status, part.body) == (206, whole.body[1:4])
    head = apache.get(path, method="HEAD")
    assert (head.status, head.headers["content-length"]) == (200, str(len(whole.body)))


def listing(apache, mount, node):
    return apache.get(f"{mount}/api/v4/nodes/{node['uuid']}/repo/list?metadata=1").data["repo_list"]


def test_figures_are_kept_from_strangers(apache, mount):
    # The setting `metrics` is off; /app2 has a guarded profile, so it does not even say that.
    assert apache.get(f"{mount}/metrics").status == (401 if mount == "/app2" else 404)
    for path in ("/metrics", "/metrics/", "//metrics", "/%6detrics"):
        assert processes.from_stranger(apache.root, mount + path) == 403, path
    for path in ("/browse/../metrics", "/browse/..%2Fmetrics", "/browse/x/%2e%2e%2f../metrics"):
        assert processes.from_stranger(apache.root, mount + path) == 403, path
    for path in ("/browse/x/metrics", "/browse//metrics"):
        assert apache.get(mount + path).headers["content-type"].startswith("text/html")
        assert processes.from_stranger(apache.root, mount + path) == 200, path


def test_credentials_reach_a_guarded_profile(apache):
    token = accounts.add_token(apache.place / "wsgi" / "app2" / "users", "reader")
    path = "/app2/guarded/api/v4/nodes?limit=1"
    for headers in (bearer(token), basic("alice", PASSWORD)):
        assert apache.get(path, headers=headers).status == 200
    refused = [apache.get(path), apache.get(path, headers=bearer("x")), apache.get("/app2/none/")]
    assert {(answer.status, answer.body) for answer in refused} == {(401, refused[0].body)}
    assert refused[0].headers["www-authenticate"]
    assert apache.get(path, method="OPTIONS").status == 200
    assert apache.get("/app2/api/v4/nodes?limit=1").status == 200
    body = b'{"path": "/api/v4/nodes/00000000/download?download_format=json"}'
    link = apache.get(
        "/app2/guarded/api/v4/download_links", method="POST", headers=bearer(token), body=body
    )
    assert link.data["url"].startswith(f"{apache.root}/app2/guarded/api/v4/nodes/00000000/")
    assert apache.get(link.data["url"].removeprefix(apache.root)).status == 404  # past the door


def test_each_request_is_one_line_of_the_log_of_the_site(apache, mount):
    name = f"{apache.name}{mount.replace('/', '-')}"
    assert apache.get(f"{mount}/alive", headers={"X-Request-ID": name}).status == 200
    apache.wait_for_log("provender-error", f"[{name}]")
    assert apache.log("provender-error").count(f"[{name}]") == 1


def test_faults_reach_the_log_of_the_site(apache):
    """Once by Provender's own log, and once more with `catch_internal_server`."""
    for mount, times in (("/app1", 2), ("/app2", 1)):
        before = apache.log("provender-error").count("ZeroDivisionError")
        answer = apache.get(f"{mount}/fault")
        assert (answer.status, answer.json["code"]) == (500, "internal-error")
        assert "division" not in answer.body.decode()
        apache.wait_for_log("provender-error", answer.json["request_id"])
        shown = apache.log("provender-error").count("ZeroDivisionError") - before
        assert shown == times


def test_processes_are_shared_in_one_and_apart_in_many(apache):
    found = {mount: apache.get(f"{mount}/state").json for mount in ("/app1", "/app2")}
    assert {state["application_group"] for state in found.values()} == {""}  # %{GLOBAL}
    groups = [state["process_group"] for state in found.values()]
    assert groups == (["profiles"] * 2 if apache.name == "one" else ["app1", "app2"])


def test_a_touched_script_is_loaded_again_under_load_without_a_failed_request(apache):
    script = apache.place / "wsgi" / "app1" / "rest.wsgi"
    versions = ("first", "second") if "first" in script.read_text() else ("second", "first")
    with processes.load(apache.port, "/app1/api/v4/nodes?limit=5") as seen:
        processes.wait_until(lambda: seen[200] > 20)
        script.write_text(script.read_text().replace(*map(repr_of, versions)))
        processes.wait_until(lambda: apache.get("/app1/version").body == versions[1].encode())
        reached = seen[200]
        processes.wait_until(lambda: seen[200] > reached + 20)
    assert set(seen) == {200}


def repr_of(text):
    return f'"{text}"'


def test_a_reload_waits_for_the_requests_that_run(apache):
    folder = apache.place / "wsgi" / "app1"
    (folder / "asked").unlink(missing_ok=True)
    answers = []
    slow = threading.Thread(target=lambda: answers.append(apache.get("/app1/slow")))
    slow.start()
    processes.wait_until((folder / "asked").exists)
    time.sleep(0.1)
    (folder / "rest.wsgi").touch()
    assert apache.get("/app1/api/v4/server").status == 200
    slow.join()
    assert [(answer.status, answer.body) for answer in answers] == [(200, b"done")]


def test_a_large_archive_is_prepared_also_when_the_script_is_touched(apache, data):
    archive, new = apache.place / "lab.aiida", apache.place / "new.aiida"
    largearchive.make(data / "lab.aiida", new, largearchive.megabytes(4))
    new.chmod(0o644)
    new.replace(archive)
    script = apache.place / "wsgi" / "app2" / "rest.wsgi"
    try:
        refused = apache.get("/app2/api/v4/users")
        assert (refused.status, refused.json["code"]) == (503, "store-preparing")
        script.touch()
        begun = time.monotonic()
        while (answer := apache.get("/app2/api/v4/users")).status != 200:
            assert answer.json["code"] == "store-preparing"
            assert time.monotonic() < begun + 60
            time.sleep(int(answer.headers["retry-after"]))
        cache = apache.place / "cache"
        processes.wait_until(lambda: {path.suffix for path in cache.iterdir()} <= {"", ".lock"})
    finally:
        shutil.copy(data / "lab.aiida", new)
        new.replace(archive)


@pytest.mark.parametrize("name", ["app1", "app2"])
def test_the_folders_serve_the_demo_as_they_are(name):
    application = runpy.run_path(str(ROOT / "wsgi" / name / "rest.wsgi"))["application"]
    try:
        assert application.test_client().get("/api/v4/nodes?limit=1").status_code == 200
    finally:
        application.extensions["provender"].stores.close()
