"""The names that users of AiiDA's package know."""

from __future__ import annotations

import http.client
import os
import signal
import threading
import time

import pytest
from flask import Response

import provender
from provender import Api, App
from provender.web.resources.base import BaseResource
from provender.web.resources.nodes import Node
from provender.web.resources.processes import CalcJobNode, ProcessNode

DOCUMENTED = (
    *("AiidaApi", "App", "BaseResource", "CalcJobNode", "Computer", "Group", "Node", "ProcessNode"),
    *("QueryBuilder", "ServerInfo", "User", "configure_api", "run_api"),
    *("BaseTranslator", "NodeTranslator", "ProcessTranslator", "CalcJobTranslator"),
    *("ComputerTranslator", "GroupTranslator", "UserTranslator"),
)


@pytest.mark.parametrize("name", [*DOCUMENTED, "Api", "create_app", "ask"])
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


def test_a_wsgi_profile_is_printed(data, capsys, make_app):
    app = make_app(store=data / "lab.aiida", wsgi_profile=True)
    assert app.test_client().get("/api/v4/users").status_code == 200
    assert "PATH: '/api/v4/users'" in "".join(capsys.readouterr())
