"""Serving an application over real HTTP in a thread, and asking it."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

from werkzeug.serving import make_server

from support.described import Got, check


@contextmanager
def serving(app):
    """Yield the root URL of an application that is served on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    # A server looks so often whether it shall stop; by default it takes half a second to stop.
    worker = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    worker.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        worker.join()
        server.server_close()


def is_refused(root):
    """Return whether a server takes no more connections."""
    host, _, port = root.removeprefix("http://").partition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:  # it waited to be taken when the port was closed
        return False
    return False


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.json["data"]

    @property
    def total(self):
        return int(self.headers["x-total-count"])

    def rows(self):
        return next(iter(self.data.values()))

    def column(self, name):
        return [row[name] for row in self.rows()]


def ask(url, method="GET", headers=None, body=None):
    """Send one request exactly as written; quotes, blanks and other characters are encoded.

    The answer is compared with the description of its route.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    target = quote(target, safe="%!#$&'()*+,/:;=?@[]~")
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        answer = Answer(response.status, response.getheaders(), response.read())
    finally:
        connection.close()
    check(Got(method, target, answer.status, answer.headers, answer.body))
    return answer


class Asking(threading.Thread):
    """A request in a thread of its own; `outcome` is the status, or the error."""

    def __init__(self, url):
        super().__init__()
        self.url = url
        self.outcome = None
        self.start()

    def run(self):
        try:
            self.outcome = ask(self.url).status
        except OSError as error:
            self.outcome = error
