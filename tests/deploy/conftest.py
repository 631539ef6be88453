from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from deploy import processes, servers
from deploy.processes import ROOT, configured
from provender.web.access import accounts
from support import many
from support.server import ask
from support.users import PASSWORD

APACHE = shutil.which("apache2", path=f"{os.environ['PATH']}:/usr/sbin")
MODULES = Path("/usr/lib/apache2/modules")
SYSTEM_PYTHON = "/usr/bin/python3"
MAIN = """
ServerRoot {place}
ServerName localhost
PidFile run/apache.pid
Listen 127.0.0.1:{port}
User {user}
Group {group}
TypesConfig /etc/mime.types
LogFormat "%h %>s %r" combined
ErrorLog {place}/logs/error.log
WSGISocketPrefix run/wsgi
Define APACHE_LOG_DIR {place}/logs
Define PROVENDER {place}
Define PROVENDER_USER {user}
Define PROVENDER_PORT {port}
Include {place}/wsgi/{name}.conf
"""
EXTRA = """
import os
import time
from pathlib import Path

from flask import request


def state():
    environ = request.environ
    return {name: environ["mod_wsgi." + name] for name in ("process_group", "application_group")}


def slow():
    Path(__file__).with_name("asked").touch()
    time.sleep(2)
    return "done"


application.add_url_rule("/fault", "fault", lambda: 1 // 0)
application.add_url_rule("/state", "state", state)
application.add_url_rule("/slow", "slow", slow)
application.add_url_rule("/version", "version", lambda: "first")
"""


@pytest.fixture(scope="session")
def place():
    """A folder that the user of a web server can read; pytest's own are private."""
    with tempfile.TemporaryDirectory(prefix="provender-deploy-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="session")
def sites(place, data, unpacked, lab_postgres, many_postgres):
    """The folder `wsgi` as an administrator would have it: stores, and probes of the tests."""
    shutil.copytree(ROOT / "wsgi", place / "wsgi")
    shutil.copytree(unpacked / "repo" / "container", place / "container")
    shutil.copy(data / "lab.aiida", place)
    for folder in ("cache", "logs", "run", "nginx"):
        (place / folder).mkdir()
    processes.own(place / "cache")
    with processes.relayed(lab_postgres) as url, processes.relayed(many_postgres) as large:
        lab = {"store": url, "repository": "../../container"}
        for name, profile in (("app1", lab), ("app2", "../../lab.aiida")):
            settings = {"profiles": {name: profile}, "cache": {"folder": "../../cache"}}
            if name == "app1":
                settings["profiles"]["many"] = many.named(large)
                settings["default_profile"] = name
            if name == "app2":
                guarded = {"store": "../../lab.aiida", "readers": ["alice", "reader"]}
                settings["profiles"]["guarded"] = guarded
                settings |= {"default_profile": name, "access": {"file": "users"}}
            (place / "wsgi" / name / "config.yaml").write_text(yaml.safe_dump(settings))
            script = place / "wsgi" / name / "rest.wsgi"
            script.write_text(script.read_text() + EXTRA)
        accounts.add_password(place / "wsgi" / "app2" / "users", "alice", PASSWORD)
        script = place / "wsgi" / "app1" / "rest.wsgi"
        script.write_text(script.read_text().replace("server=False", "server=True"))
        processes.own(place / "wsgi")
        yield place


@pytest.fixture(scope="session")
def installed(sites):
    """Provender in a virtual environment of the Python that mod_wsgi was built for."""
    if APACHE is None or not (MODULES / "mod_wsgi.so").exists():
        pytest.skip("no Apache: apt-get install apache2 libapache2-mod-wsgi-py3")
    source = sites / "source"
    shutil.copytree(ROOT / "src" / "provender", source / "src" / "provender")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    venv = sites / "venv"
    try:
        subprocess.run([SYSTEM_PYTHON, "-m", "venv", venv], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no virtual environment of the system's Python (python3-venv): {error}")
    command = [venv / "bin" / "python", "-m", "pip", "install", "-q", source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return sites


@dataclass(frozen=True)
class Apache:
    """A running Apache with one of the two configurations."""

    name: str
    place: Path
    port: int

    @property
    def root(self):
        return f"http://127.0.0.1:{self.port}"

    def get(self, path, **options):
        return ask(self.root + path, **options)

    def log(self, name):
        return (self.place / "logs" / f"{name}.log").read_text()

    def wait_for_log(self, name, text):
        processes.wait_until(lambda: text in self.log(name))

    def control(self, command):
        file = self.place / f"{self.name}.conf"
        done = subprocess.run(
            [APACHE, "-f", file, "-k", command], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session", params=["one", "many"])
def apache(request, installed):
    """Apache, serving the lab in PostgreSQL at `/app1` and the archive at `/app2`."""
    port = processes.free_port()
    user, group = processes.unprivileged()
    needed = (
        *(
            "mpm_event",
            "authz_core",
            "authz_host",
            "alias",
            "mime",
            "filter",
            "deflate",
            "headers",
            "setenvif",
        ),
        "wsgi",
    )
    lines = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in needed]
    text = MAIN.format(place=installed, port=port, user=user, group=group, name=request.param)
    (installed / f"{request.param}.conf").write_text("\n".join(lines) + text)
    server = Apache(request.param, installed, port)
    server.control("start")
    try:
        processes.wait_for_port(port)
        yield server
    finally:
        server.control("stop")
        processes.wait_until(lambda: not (installed / "run" / "apache.pid").exists())


@pytest.fixture(params=servers.SERVERS)
def serve_many(request, many_postgres, make_app, tmp_path):
    """A function that serves the store of many nodes with some limits."""

    @contextmanager
    def serve(**limits):
        environment = configured(
            tmp_path, profiles={"many": many.named(many_postgres)}, limits=limits, metrics=True
        )
        with request.param(environment, make_app) as root:
            yield root

    return serve
