"""The names that users of AiiDA's package know."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Response

import provender
from provender import Api, App
from provender.web.resources.base import BaseResource
from provender.web.resources.nodes import Node
from provender.web.resources.processes import CalcJobNode, ProcessNode
from support.server import ask

DOCUMENTED = (
    *("AiidaApi", "App", "BaseResource", "CalcJobNode", "Computer", "Group", "Node", "ProcessNode"),
    *("QueryBuilder", "ServerInfo", "User", "configure_api", "run_api"),
    *("BaseTranslator", "NodeTranslator", "ProcessTranslator", "CalcJobTranslator"),
    *("ComputerTranslator", "GroupTranslator", "UserTranslator"),
)


@pytest.mark.parametrize("name", [*DOCUMENTED, "Api", "create_app", "ask", "open"])
def test_what_aiidas_package_names_can_be_imported(name):
    assert callable(getattr(provender, name))
    assert name in dir(provender)


def test_other_names_are_unknown():
    with pytest.raises(AttributeError, match="nothing"):
        _ = provender.nothing
    assert issubclass(CalcJobNode, ProcessNode)
    assert issubclass(ProcessNode, Node)
    assert issubclass(Node, BaseResource)
    assert issubclass(provender.CalcJobTranslator, provender.ProcessTranslator)


def test_configure_api_takes_subclasses(data):
    class MyApp(App):
        pass

    class Hello(BaseResource):
        def get(self, **values):
            return Response(f"hello {len(self.context.stores.profiles.by_name)}")

    class MyApi(Api):
        def __init__(self, app=None, **kwargs):
            super().__init__(app=app, **kwargs)
            self.add_resource(Hello, "/hello/", resource_class_kwargs=kwargs)

    api = provender.configure_api(MyApp, MyApi, store=data / "lab.aiida")
    assert isinstance(api.app, MyApp)
    client = api.app.test_client()
    assert client.get("/api/v4/hello").text == "hello 1"
    assert client.get("/api/v4/hello/").text == "hello 1"
    assert client.get("/api/v4/users").status_code == 200
    api.context.stores.close()


def test_run_api_can_return_instead_of_serving(data):
    app, api = provender.run_api(store=data / "lab.aiida", hookup=False)
    assert api.app is app
    assert app.test_client().get("/api/v4/users").status_code == 200
    api.context.stores.close()


def test_run_api_serves_until_it_is_interrupted(data):
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    statuses = []

    def ask_and_stop():
        for _ in range(100):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port)
                connection.request("GET", "/api/v4/users")
                statuses.append(connection.getresponse().status)
                connection.close()
                break
            except OSError:
                time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    threading.Thread(target=ask_and_stop).start()
    provender.run_api(store=data / "lab.aiida", hostname="127.0.0.1", port=port)
    assert statuses == [200]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


SERVING = "import provender; provender.run_api(store='demo', port=0)"


def test_run_api_says_where_it_serves():
    command = [sys.executable, "-c", SERVING]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        patience = threading.Timer(30, process.kill)
        patience.start()
        try:
            found = re.search(r"serving at (http://127\.0\.0\.1:\d+)/ ", process.stderr.readline())
            assert found, "it says nothing"
            assert ask(f"{found[1]}/api/v4/users").status == 200
        finally:
            patience.cancel()
            process.send_signal(signal.SIGINT)


def test_a_wsgi_profile_is_short(data, capsys, make_app):
    app = make_app(store=data / "lab.aiida", wsgi_profile=True)
    capsys.readouterr()
    assert app.test_client().get("/api/v4/nodes?limit=7").status_code == 200
    err = capsys.readouterr().err
    title, _, *rows = err[err.index("Profile") :].strip().splitlines()
    assert re.fullmatch(r"Profile of GET /api/v4/nodes\?limit=7: \d+\.\d ms", title)
    assert len(rows) == 20
    times = [float(row.split()[0]) for row in rows]
    assert times == sorted(times, reverse=True)
    assert any("  provender/" in row for row in rows)


def test_requests_at_the_same_time_are_profiled_one_after_the_other(data, capsys, make_app):
    app = make_app(store=data / "lab.aiida", wsgi_profile=True)
    together = threading.Barrier(4)

    def ask_for_users(_):
        together.wait()
        return app.test_client().get("/api/v4/users").status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask_for_users, range(4))) == [200] * 4
    assert capsys.readouterr().err.count("Profile of GET /api/v4/users: ") == 4
