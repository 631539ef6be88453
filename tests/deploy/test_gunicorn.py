"""gunicorn with our settings, below systemd's command and behind nginx; and what a fork keeps."""

from __future__ import annotations

import concurrent.futures
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy import processes
from deploy.processes import ROOT, configured
from support import filestore, postgres, slowclients
from support.command import run
from support.explorer import DEEP, base, loaded
from support.server import ask

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
FACTORY = "provender:create_app()"
PIDS = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"


def ask_many(url, count=60):
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        return list(pool.map(ask, [url] * count))


def lab(lab_postgres, unpacked, name="provender-test"):
    """Return the profile of the lab in PostgreSQL, its connections called `name`."""
    mark = "&" if "?" in lab_postgres else "?"
    return {
        "store": f"{lab_postgres}{mark}application_name={name}",
        "repository": str(unpacked / "repo" / "container"),
    }


def backends(url, name):
    """Return the processes of the database server that serve connections of a name."""
    connection = postgres.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(PIDS, (name,))
            return {row[0] for row in cursor.fetchall()}
    finally:
        connection.close()


def test_the_factory_is_served_by_several_workers(tmp_path, lab_postgres, unpacked):
    environment = configured(tmp_path, profiles={"lab": lab(lab_postgres, unpacked)})
    with processes.gunicorn(FACTORY, "-w", "3", environment=environment) as (root, _):
        answers = ask_many(f"{root}/api/v4/nodes?limit=10")
        assert {answer.status for answer in answers} == {200}
        assert len({answer.body for answer in answers}) == 1
        assert len({answer.headers["etag"] for answer in answers}) == 1
        assert answers[0].json["url_root"] == f"{root}/"


def test_no_connection_crosses_a_fork(tmp_path, lab_postgres, unpacked):
    """The store is opened, and asked, before the workers are forked."""
    environment = configured(
        tmp_path, profiles={"lab": lab(lab_postgres, unpacked, "preloaded")}
    ) | {"PYTHONPATH": str(tmp_path)}
    (tmp_path / "warm.py").write_text(
        "import provender\n"
        "app = provender.create_app()\n"
        "assert app.test_client().get('/api/v4/nodes?limit=1').status_code == 200\n"
    )
    options = ("--preload", "-w", "3")
    with processes.gunicorn("warm:app", *options, environment=environment) as (root, process):
        parents = backends(lab_postgres, "preloaded")
        assert len(parents) == 1
        answers = ask_many(f"{root}/api/v4/nodes?limit=10&orderby=-id", 200)
        assert {answer.status for answer in answers} == {200}
        assert len({answer.body for answer in answers}) == 1
        for worker in processes.children(process.pid):
            os.kill(worker, signal.SIGTERM)
        processes.wait_until(lambda: ask(f"{root}/api/v4/nodes?limit=1").status == 200)
        assert parents <= backends(lab_postgres, "preloaded")


FORKING = """
import os, sys
from pathlib import Path
import provender
from provender.settings import Cache, Settings
settings = Settings(cache=Cache(folder=Path(sys.argv[2])))
app = provender.create_app(store=sys.argv[1], settings=settings)
stores = app.extensions["provender"].stores

def look():
    files = stores.get().objects
    known = files and files.sizes(["0" * 64])  # leaves the index open
    return app.test_client().get("/api/v4/nodes?limit=3").json["data"], known

before, opened, memory = look(), stores.get(), stores.memory
pid = os.fork()
if pid == 0:
    assert stores.open_names == ()
    assert look() == before
    assert stores.get() is not opened and stores.memory is not memory
    assert opened.objects is None or stores.get().objects is not opened.objects
    stores.close()
    sys.exit(0)
assert os.waitpid(pid, 0)[1] == 0
assert stores.get() is opened
assert look() == before
"""


@pytest.mark.parametrize("kind", ["postgres", "archive", "sqlite"])
def test_parent_and_child_both_answer_after_a_fork(kind, request, tmp_path):
    store = request.getfixturevalue(f"on_{kind}").store
    command = [sys.executable, "-c", textwrap.dedent(FORKING), store, str(tmp_path / "cache")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_reload_under_load_fails_no_request(tmp_path, data):
    environment = configured(tmp_path, profiles={"lab": str(data / "lab.aiida")})
    log = tmp_path / "log"
    port = processes.free_port()
    with (
        processes.gunicorn(FACTORY, port=port, environment=environment, log=log) as (_, process),
        processes.load(port, "/api/v4/nodes?limit=5") as seen,
    ):
        processes.wait_until(lambda: seen[200] > 20)
        before = set(processes.children(process.pid))
        process.send_signal(signal.SIGHUP)
        processes.wait_until(lambda: before and not before & set(processes.children(process.pid)))
        reached = seen[200]
        processes.wait_until(lambda: seen[200] > reached + 20)
    assert set(seen) == {200}
    assert "Traceback" not in log.read_text()


def test_the_command_of_the_systemd_unit_runs(tmp_path, data):
    unit = (ROOT / "config" / "provender.service").read_text()
    command = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1])
    program, settings = "/srv/provender/venv/bin/gunicorn", "/srv/provender/gunicorn.conf.py"
    assert command[:3] == [program, "-c", settings]
    known = {settings: str(ROOT / "config" / "gunicorn.conf.py")}
    command = [sys.executable, "-m", "gunicorn", *(known.get(item, item) for item in command[1:])]
    environment = configured(tmp_path, profiles={"lab": str(data / "lab.aiida")})
    with processes.gunicorn(FACTORY, command=command, environment=environment) as (root, _):
        assert ask(f"{root}/api/v2/nodes?limit=1").status == 200


@pytest.mark.parametrize(("text", "status"), [("limits: {joins: 3}", 0), ("limitz: {}", 1)])
def test_the_systemd_unit_reloads_no_configuration_that_would_end_the_server(
    tmp_path, text, status
):
    unit = (ROOT / "config" / "provender.service").read_text()
    first, second = re.findall(r"^ExecReload=(.*)$", unit, re.MULTILINE)
    program, *arguments = shlex.split(first)
    assert program == "/srv/provender/venv/bin/provender"
    assert second == "/bin/kill -s HUP $MAINPID"
    (tmp_path / "config.yaml").write_text(text)
    run(*arguments, status=status, environment={"PROVENDER_CONFIG": str(tmp_path)})


def test_the_container_file_copies_what_there_is_and_starts_the_factory():
    text = (ROOT / "Containerfile").read_text()
    sources = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    assert sources
    assert all((ROOT / name).exists() for line in sources for name in line.split())
    assert FACTORY in text


@contextmanager
def nginx(folder: Path, behind: str, *, is_below_path: bool = False, user: str = ""):
    """Yield the root URL of an nginx with our example in front of a server.

    `is_below_path` uncomments the example of a path. `user` is whom it names.
    """
    if NGINX is None:
        pytest.skip("no nginx: apt-get install nginx-light")
    port = processes.free_port()
    example = (ROOT / "config" / "nginx.conf").read_text()
    if is_below_path:
        example = re.sub(r"^( +)#(?=[^ \n]|    )", r"\1", example, flags=re.MULTILINE)
    changed = example.replace("127.0.0.1:8000", behind).replace(
        "listen 80;", f"listen 127.0.0.1:{port};"
    )
    changed = changed.replace('X-Remote-User ""', f'X-Remote-User "{user}"')
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Its own user could not write into the folders of the tests.
    owner = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{owner}daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{changed}\n}}\n"
    )
    command = [NGINX, "-p", folder, "-e", folder / "error.log", "-c", folder / "nginx.conf"]
    process = subprocess.Popen(command)
    try:
        processes.wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(processes.PATIENCE)


@pytest.fixture(scope="module")
def behind_nginx(tmp_path_factory, data):
    """The root URL of an nginx in front of a gunicorn that believes it."""
    folder = tmp_path_factory.mktemp("nginx")
    environment = configured(
        folder, profiles={"lab": str(data / "lab.aiida")}, proxy={"trusted": ["127.0.0.1"]}
    )
    with (
        processes.gunicorn(FACTORY, environment=environment) as (root, _),
        nginx(folder, root.removeprefix("http://"), is_below_path=True) as outside,
    ):
        yield outside


@pytest.mark.parametrize("prefix", ["", "/provender"])
def test_urls_behind_nginx_are_those_of_the_outside(behind_nginx, prefix):
    forged = {"X-Forwarded-Prefix": "/forged", "X-Forwarded-Host": "forged.example"}
    answer = ask(f"{behind_nginx}{prefix}/api/v4/nodes/page/1?perpage=3", headers=forged)
    assert answer.json["url_root"] == f"{behind_nginx}{prefix}/"
    target = re.search(r'<([^>]+)>; rel="next"', answer.headers["link"])[1]
    assert target.startswith(f"{behind_nginx}{prefix}/api/v4/nodes/page/2")
    assert ask(target).status == 200
    assert ask(f'{behind_nginx}{prefix}/api/v4/nodes?label="x%26y"').total == 0


@pytest.mark.parametrize("prefix", ["", "/lab", "/provender", "/provender/lab"])
def test_every_address_of_the_explorer_behind_nginx_is_its_page(behind_nginx, prefix):
    for path in DEEP:
        page = ask(f"{behind_nginx}{prefix}{path}")
        assert page.status == 200, path
        assert base(page.body.decode()) == f"{prefix}/"
    paths = loaded(page.body.decode())
    assert paths
    for path in paths:
        assert path.startswith(f"{prefix.removesuffix('/lab')}/assets/explorer/")
        file = ask(f"{behind_nginx}{path}", headers={"Accept-Encoding": "gzip"})
        assert (file.status, file.headers["content-encoding"]) == (200, "gzip")
    known = {"Accept-Encoding": "gzip", "If-None-Match": page.headers["etag"]}
    assert ask(f"{behind_nginx}{prefix}/browse/groups", headers=known).status == 304


@pytest.mark.parametrize("prefix", ["", "/provender"])
def test_compressed_answers_behind_nginx_stay_revalidatable(behind_nginx, prefix):
    url = f"{behind_nginx}{prefix}/api/v4/nodes?limit=50"
    packed = ask(url, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["etag"].startswith("W/")
    asked = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    again = ask(url, headers=asked)
    assert (again.status, again.body) == (304, b"")


LARGE = bytes(range(256)) * 4096
SIZE = 32 * len(LARGE)


@pytest.fixture(scope="module")
def files_behind_nginx(tmp_path_factory, unpacked):
    """The root URL of an nginx in front of a gunicorn that serves a file of 32 MB."""
    folder = tmp_path_factory.mktemp("files")
    store = filestore.make("packed", folder, unpacked, {"large": [LARGE] * 32})
    environment = configured(folder, profiles={"lab": str(store)})
    with (
        processes.gunicorn(FACTORY, environment=environment) as (root, _),
        nginx(folder, root.removeprefix("http://")) as outside,
    ):
        yield outside


def from_everywhere(root, count, sent):
    """Return connections of many addresses of this machine, which have sent the same bytes."""
    made = []
    for number in range(count):
        made.append(slowclients.connected(root, receive=4096, source=f"127.1.0.{number // 4 + 1}"))
        made[-1].sendall(sent)
    return made


def test_slow_clients_of_nginx_block_nobody(files_behind_nginx):
    root = files_behind_nginx
    get = f"GET {filestore.path_of('large')} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    posting = b"POST /api/v4/querybuilder HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{"
    slow = from_everywhere(root, 100, get) + from_everywhere(root, 50, posting)
    slow += from_everywhere(root, 200, b"GET /al")
    try:
        assert len(slowclients.timed(root)) == 20
        assert len(slowclients.timed(root, "/api/v4/nodes?limit=3")) == 20
    finally:
        for client in slow:
            client.close()
    answer = processes.wait_until(lambda: served(f"{root}{filestore.path_of('large')}"))
    assert len(answer.body) == SIZE


@pytest.mark.undescribed  # answers of nginx
def test_too_many_downloads_of_one_client_are_429(files_behind_nginx):
    root, path = files_behind_nginx, filestore.path_of("large")
    with slowclients.readers(root, path, 4):
        answer = processes.wait_until(lambda: refusal(f"{root}{path}"))
        assert (answer.json["code"], answer.headers["retry-after"]) == ("too-many-requests", "5")
        assert ask(f"{root}/api/v4/nodes?limit=3").status == 200


def served(url):
    answer = ask(url)
    return answer if answer.status == 200 else None


def refusal(url):
    answer = ask(url)
    return answer if answer.status == 429 else None


@pytest.mark.parametrize("asked", ["bytes=1000000-1000999", "bytes=-7", "bytes=33554000-"])
def test_a_range_behind_nginx_is_that_part(files_behind_nginx, asked):
    answer = ask(files_behind_nginx + filestore.path_of("large"), headers={"Range": asked})
    first, last = re.match(r"bytes (\d+)-(\d+)/", answer.headers["content-range"]).groups()
    assert answer.status == 206
    assert answer.body == (LARGE * 32)[int(first) : int(last) + 1]
    assert len(answer.body) == int(last) + 1 - int(first)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "bad-request"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n", 413, "body-too-large"),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "url-too-long"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 414, "url-too-long"),
    ],
)
def test_what_nginx_refuses_is_json(files_behind_nginx, sent, status, code):
    answer = slowclients.exchange(files_behind_nginx, sent)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == code


@pytest.mark.undescribed  # answers of nginx
def test_without_gunicorn_nginx_says_so_in_json(tmp_path):
    with nginx(tmp_path, f"127.0.0.1:{processes.free_port()}") as outside:
        answer = ask(f"{outside}/api/v4/nodes")
    assert (answer.status, answer.json["code"]) == (503, "server-unreachable")
    assert answer.headers["retry-after"] == "5"


def test_nginx_hides_no_profile(tmp_path, data):
    """Any name may be that of a profile: our example has no path of its own."""
    stores = {"lab": str(data / "lab.aiida"), "provender": str(data / "materials.aiida")}
    environment = configured(tmp_path, profiles={"main": "demo"} | stores, default_profile="main")
    with (
        processes.gunicorn(FACTORY, environment=environment) as (root, _),
        nginx(tmp_path, root.removeprefix("http://")) as outside,
    ):
        totals = {
            path: ask(f"{outside}{path}/api/v4/nodes?limit=1").total
            for path in ("", "/main", "/lab", "/provender")
        }
    assert totals == {"": 463, "/main": 463, "/lab": 312, "/provender": 151}


def test_behind_nginx_no_client_names_itself_and_nginx_does(tmp_path, data):
    access = {"header": "X-Remote-User", "trusted": ["127.0.0.1"], "readers": "known"}
    environment = configured(tmp_path, profiles={"lab": str(data / "lab.aiida")}, access=access)
    with processes.gunicorn(FACTORY, environment=environment) as (root, _):
        forged = {"X-Remote-User": "alice", "X_Remote_User": "alice"}
        assert ask(f"{root}/api/v4/users", headers={"X-Remote-User": "alice"}).status == 200
        for user, status in (("", 401), ("alice", 200)):
            folder = tmp_path / f"nginx{user}"
            folder.mkdir()
            with nginx(folder, root.removeprefix("http://"), user=user) as outside:
                assert ask(f"{outside}/api/v4/users", headers=forged).status == status


def test_the_timeouts_of_the_settings_fit_each_other():
    from provender.settings import Settings

    limits = Settings().limits
    chosen = {}
    exec((ROOT / "config" / "gunicorn.conf.py").read_text(), chosen)  # noqa: S102 - our own file
    assert chosen["timeout"] >= 2 * limits.statement_seconds
    assert chosen["graceful_timeout"] > limits.statement_seconds
    read = re.search(r"proxy_read_timeout (\d+)s", (ROOT / "config" / "nginx.conf").read_text())
    assert int(read[1]) > chosen["timeout"]
    for name in ("one.conf", "many.conf"):
        text = (ROOT / "wsgi" / name).read_text()
        assert all(
            int(seconds) > limits.statement_seconds
            for seconds in re.findall(r"(?:graceful|shutdown)-timeout=(\d+)", text)
        )
