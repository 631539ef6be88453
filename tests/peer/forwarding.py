"""An application that answers nothing itself: it asks Provender over HTTP, and AiiDA's own."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from flask import Flask

HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")
SAFE = "%!#$&'()*+,/:;=?@[]~"
"""What is sent as it stands; quotes, blanks and letters beyond ASCII are encoded."""


@dataclass(frozen=True)
class Answer:
    """What a server said; the names of `headers` are in lower case."""

    status: int
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Forwarding(Flask):
    """Forwards each request to the server at `root`; asks `own`, too, and compares the answers."""

    def __init__(self, root, own, comparison):
        super().__init__(__name__)
        self.root = urlsplit(root)
        self.own = own
        self.comparison = comparison

    def wsgi_app(self, environ, start_response):
        """Answer as Provender does."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        ours = self._ask_provender(environ, body)
        request = f"{environ['REQUEST_METHOD']} {environ['RAW_URI']}"
        self.comparison.add(request, ours, self._ask_aiida(environ, body))
        start_response(f"{ours.status} {ours.reason}", list(ours.headers.items()))
        return [ours.body]

    def _ask_provender(self, environ, body):
        connection = http.client.HTTPConnection(self.root.hostname, self.root.port, timeout=60)
        try:
            target = quote(environ["RAW_URI"], safe=SAFE)
            connection.putrequest(environ["REQUEST_METHOD"], target, skip_host=True)
            for name, value in headers(environ).items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            kept = {name: value for name, value in found.items() if name not in HOP_BY_HOP}
            return Answer(response.status, response.reason, kept, response.read())
        finally:
            connection.close()

    def _ask_aiida(self, environ, body):
        sent = headers(environ)
        base = f"http://{sent.pop('Host')}/"
        with self.own.test_client() as client:
            method = environ["REQUEST_METHOD"]
            response = client.open(
                environ["RAW_URI"], method=method, headers=sent, base_url=base, data=body
            )
        found = {name.lower(): value for name, value in response.headers}
        return Answer(response.status_code, headers=found, body=response.data)


def headers(environ) -> dict[str, str]:
    """Return the headers of a request."""
    names = {name: name.removeprefix("HTTP_") for name in environ if name.startswith("HTTP_")}
    names |= {name: name for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)}
    return {short.replace("_", "-").title(): environ[name] for name, short in names.items()}
