"""Reading requests: what could mean two things is refused. Floor: web.

Source: RFC 9112, sections 3.2 (Host), 5.2 (folded lines) and 6 (length of a message). If a proxy in
front and this server found other ends of a message, its rest would be a request past the proxy.
"""

from __future__ import annotations

import re

from waitress.parser import HTTPRequestParser, ParsingError

from provender.web.middleware.hosts import is_host
from provender.web.serving.refusals import Refusal

NOT_ASCII = re.compile(rb"[\x80-\xff]")
# The headers that say where a message goes and where it ends; each may come once.
HOST, LENGTH, CODING = b"\nhost:", b"\ncontent-length:", b"\ntransfer-encoding:"
CHUNKED = re.compile(rb"\ntransfer-encoding:[ \t]*chunked[ \t]*\r?(?:\n|$)")
FOLDED = re.compile(rb"\r\n[ \t]")
DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)
BARE_END = re.compile(rb"\n\n")
HEADERS_TOO_LARGE, URL_TOO_LONG, BODY_TOO_LARGE, BAD_REQUEST = 431, 414, 413, 400
HOSTED = "1.1"


class Parser(HTTPRequestParser):
    """Reads a request; its URL may hold raw UTF-8, as curl sends it, which waitress refuses."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the request line and the headers."""
        line, end, headers = header_plus.partition(b"\r\n")
        escaped = NOT_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line)
        super().parse_header(escaped + end + headers)
        if FOLDED.search(header_plus):
            raise ParsingError("A header is folded over several lines.")
        self._check_framing(b"\n" + headers.lower())

    def _check_framing(self, headers: bytes) -> None:
        """Raise `ParsingError` unless the length of the message and its host are beyond doubt."""
        hosts, lengths, codings = (headers.count(name) for name in (HOST, LENGTH, CODING))
        if lengths + codings > 1:
            raise ParsingError("The request tells the length of its body twice.")
        if codings and (self.version != HOSTED or CHUNKED.search(headers) is None):
            raise ParsingError("The Transfer-Encoding of the request is not `chunked`.")
        if lengths and DIGITS.fullmatch(self.headers["CONTENT_LENGTH"]) is None:
            raise ParsingError("The Content-Length of the request is not a number.")
        if hosts != 1 and (hosts or self.version == HOSTED):
            raise ParsingError(f"The request has {hosts} Host headers; it must have one.")
        if hosts and not is_host(self.headers["HOST"]):
            raise ParsingError("The Host header of the request is not a host.")

    def received(self, data: bytes) -> int:
        """Take some bytes, and return how many of them belong to this request."""
        used: int = super().received(data)
        if not self.headers_finished and BARE_END.search(data):
            self.error = Refusal(BAD_REQUEST, "Bad Request", "Lines must end with CR LF.")
            self.completed = True
        if self.error is not None:
            self.error = self._refusal()
        return used

    def _refusal(self) -> Refusal:
        """Return the error of this request in our words."""
        code, reason, text = self.error.code, self.error.reason, str(self.error.body)
        if code == HEADERS_TOO_LARGE:
            most = self.adj.max_request_header_size
            if b"\r\n" not in self.header_plus:
                text = f"The URL is longer than {most} bytes."
                return Refusal(URL_TOO_LONG, "URI Too Long", text)
            text = f"The headers are larger than {most} bytes."
        if code == BODY_TOO_LARGE:
            most = self.adj.max_request_body_size - 1
            text = f"The body is larger than `limits.body_bytes` ({most})."
        return Refusal(code, reason, text)
