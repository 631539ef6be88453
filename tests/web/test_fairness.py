"""A search for garbage in a server sees little."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys

from deploy import processes

APP = """
import gc, json
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    found = [gc.get_freeze_count(), len(gc.get_objects())]
    return [json.dumps(found).encode()]
"""
WAITRESS = """
import threading, urllib.request
from provender.settings import Limits
from provender.web.api import Api
from provender.web.serving.listening import Server, listen
server = Server(app, listen("127.0.0.1", 0), Limits(), 1.0)
threading.Thread(target=server.run, daemon=True).start()
print(urllib.request.urlopen(f"http://127.0.0.1:{server.port}/").read().decode(), flush=True)
"""


def check(text):
    """Fail unless most objects are kept out of the search."""
    frozen, searched = json.loads(text)
    assert frozen > 4 * searched > 0


def test_our_server_is_fair():
    run = [sys.executable, "-c", APP + WAITRESS]
    check(subprocess.run(run, capture_output=True, text=True, check=True, timeout=60).stdout)


def test_gunicorn_with_our_settings_is_fair(tmp_path, monkeypatch):
    (tmp_path / "plain.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    environment = processes.configured(tmp_path, profiles={"lab": "demo"})
    with processes.gunicorn("plain:app", "-w", "1", environment=environment) as (root, _):
        connection = http.client.HTTPConnection(root.removeprefix("http://"), timeout=30)
        connection.request("GET", "/")
        text = connection.getresponse().read()
        connection.close()
    check(text)
