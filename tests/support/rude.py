"""Servers of other programs, as small as can be, which send files in ways that ours does not."""

from __future__ import annotations

import hashlib
import threading
import time

from werkzeug.wrappers import Request, Response

CONTENT = hashlib.shake_128(b"rude").digest(200_000)


class Rude:
    """An application that answers every file with `content`, and notes what it was asked.

    `headers` are those of the answer; ranges are answered as `ranges` says: `none`, `right`, or
    `wrong`, which is always the beginning.
    """

    def __init__(self, content=CONTENT, status=200, headers=None, ranges="none"):
        self.content, self.status, self.ranges = content, status, ranges
        self.headers = headers or {}
        self.asked = []

    def __call__(self, environ, start_response):
        request = Request(environ)
        self.asked.append((request.method, dict(request.headers)))
        response = self.answer(request)
        return response(environ, start_response)

    def answer(self, request):
        if request.path.endswith("/server/info"):
            return Response("<html>no such page</html>", status=404)
        response = Response(self.content, status=self.status, headers=self.headers)
        if self.ranges != "none" and "Range" in request.headers and self.status == 200:
            start = int(request.headers["Range"].removeprefix("bytes=").partition("-")[0])
            start = start if self.ranges == "right" else 0
            size = len(self.content)
            response = Response(self.content[start:], status=206, headers=self.headers)
            response.headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        return response


class Stock:
    """Our application as a server that knows only what AiiDA's own does: no ranges, no ETags.

    `most` is how many requests there were at a time.
    """

    def __init__(self, app):
        self._app = app
        self._lock = threading.Lock()
        self._running = self.most = 0

    def __call__(self, environ, start_response):
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
        try:
            time.sleep(0.02)  # so that others come meanwhile, if there are others
            return self._answer(environ, start_response)
        finally:
            with self._lock:
                self._running -= 1

    def _answer(self, environ, start_response):
        if environ["PATH_INFO"].endswith("/server/info"):
            return Response("<html>no such page</html>", status=404)(environ, start_response)
        for name in ("HTTP_RANGE", "HTTP_IF_RANGE"):
            environ.pop(name, None)

        def start(status, headers, *more):
            hidden = {"etag", "accept-ranges"}
            kept = [(name, value) for name, value in headers if name.lower() not in hidden]
            return start_response(status, kept, *more)

        return self._app(environ, start)


class Unending(Rude):
    """The same without a length: the end of the connection is the end of the file."""

    def answer(self, request):
        response = super().answer(request)
        return Response(iter([response.get_data()]), status=response.status_code)
