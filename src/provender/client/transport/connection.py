"""Requests to a server: answers read, failures told apart, tried again. Floor: client."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from provender.client.errors import BadQuery, ClientError, NotFound, ServerError, Unreachable
from provender.client.transport import curl, jsontexts
from provender.client.transport.addresses import base_of, joined, root_of
from provender.client.transport.answers import Answer, Content, beginning, read_document, refusal
from provender.client.transport.retrying import TLS, Attempts, Retries
from provender.version import __version__

_Found = TypeVar("_Found")
# A token, or what returns one that is valid now.
Token = str | Callable[[], str]
TIMEOUT_SECONDS = 60.0
# What helps where there is no secure connection.
INSECURE = "`http://` if it has no certificate, `verify=` with the file of those to trust."
DISCONNECTED = (httpx.TransportError, httpx.StreamError)


class _Bearer(httpx.Auth):
    """Sends a token; one that is made by a function is asked for anew with each request."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        text = self._token() if callable(self._token) else self._token
        request.headers[curl.SECRET] = f"Bearer {text}"
        yield request


@dataclass(frozen=True, slots=True)
class Manners:
    """How requests are sent.

    Attributes:
        token: A bearer token, or a function that returns one.
        proxy: The URL of a proxy; by default that of the environment.
        verify: A file of certificates to trust; False trusts any.
        show_curl: Whether each request is shown as a command.
        timeout: Seconds in which a server has to say something.
    """

    token: Token | None = None
    proxy: str | None = None
    verify: str | bool = True
    show_curl: bool = False
    timeout: float = TIMEOUT_SECONDS
    retries: Retries = field(default_factory=Retries)


class Connection:
    """A store on a server. Threads may share it."""

    def __init__(
        self, url: str, profile: str | None = None, manners: Manners | None = None
    ) -> None:
        self.root, self.profile = root_of(url), profile
        self.base = base_of(self.root, profile)
        self.manners = manners or Manners()
        self.retries = self.manners.retries
        self._http = _opened(self.manners)
        self._has_cursors: bool | None = None

    def close(self) -> None:
        """Close all connections to the server."""
        self._http.close()

    @property
    def has_cursors(self) -> bool:
        """Whether this is a Provender server; AiiDA's own has pages by offset alone."""
        if self._has_cursors is None:
            try:
                found = self.get("server/info").data
                self._has_cursors = "provender" in (found or {}).get("info", {})
            except NotFound:
                self._has_cursors = False
        return self._has_cursors

    def get(self, path: str, query: Sequence[str] = ()) -> Answer:
        """Return the answer to a GET.

        Raises:
            ClientError: the server refuses, or could not be asked in all tries.
        """
        return self._answer("GET", self.url(path, query), None)

    def post(self, path: str, body: object, query: Sequence[str] = ()) -> Answer:
        """Return the answer to a POST of JSON: a question, as all requests; errors as `get`."""
        return self._answer("POST", self.url(path, query), encoded(body))

    def at_root(self, path: str) -> Answer:
        """Return the answer to a GET of what is not below a store; errors as `get`."""
        return self._answer("GET", f"{self.root}/{path}", None)

    def content(self, path: str, query: Sequence[str] = ()) -> Content:
        """Return the body of an answer that is no JSON of this interface; errors as `get`."""
        response, body = self._fetched("GET", self.url(path, query), None)
        return Content(body, response.headers.get("Content-Type", ""))

    def url(self, path: str, query: Sequence[str] = ()) -> str:
        """Return the URL of a path below the store."""
        return joined(self.base, path, query)

    @contextmanager
    def stream(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Iterator[httpx.Response]:
        """Yield an answer whose body is read by the block; a refusal is an error, never a body.

        Nothing is tried again.

        Raises:
            ClientError: the server refuses, or the connection breaks, also in the block.
        """
        request = self._request(method, url, body, headers)
        with told(url):
            response = self._http.send(request, stream=True)
            try:
                if response.is_error:
                    raise refusal(response, beginning(response))
                yield response
            finally:
                response.close()

    def again(self) -> Attempts:
        """Return the tries of something that is more than one request."""
        return Attempts(self.retries)

    def patiently(self, ask: Callable[[], _Found]) -> _Found:
        """Return what a function gives that asks the server; it is called again if that may help.

        Raises:
            ClientError: of the last try.
        """
        attempts = self.again()
        while True:
            try:
                return ask()
            except ClientError as error:
                attempts.failed(error)

    def _answer(self, method: str, url: str, body: bytes | None) -> Answer:
        response, content = self._fetched(method, url, body)
        return Answer(read_document(response, content), response.headers)

    def _fetched(self, method: str, url: str, body: bytes | None) -> tuple[httpx.Response, bytes]:
        def ask() -> tuple[httpx.Response, bytes]:
            with self.stream(url, method=method, body=body) as response:
                return response, response.read()

        return self.patiently(ask)

    def _request(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str] | None
    ) -> httpx.Request:
        given = dict(headers or {})
        if body is not None:
            given["Content-Type"] = "application/json"
        try:
            return self._http.build_request(method, url, content=body, headers=given)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise ClientError(f"This is no address: {error}", url=url) from None


def _opened(manners: Manners) -> httpx.Client:
    hooks = {"request": [curl.show]} if manners.show_curl else {}
    return httpx.Client(
        auth=None if manners.token is None else _Bearer(manners.token),
        proxy=manners.proxy,
        verify=_trust(manners.verify),
        timeout=manners.timeout,
        follow_redirects=True,
        event_hooks=hooks,
        headers={"User-Agent": f"provender-client/{__version__}", "Accept": "*/*"},
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=32),
    )


def _trust(verify: str | bool) -> Any:  # noqa: ANN401 - what httpx takes
    """Return what httpx takes: a context of TLS for a file of certificates."""
    if isinstance(verify, bool):
        return verify
    import ssl  # noqa: PLC0415 - for this only

    try:
        return ssl.create_default_context(cafile=verify)
    except OSError as error:
        raise ClientError(f"The file of certificates cannot be read: {error}") from None


@contextmanager
def told(url: str) -> Iterator[None]:
    """Turn a broken connection into an error of ours."""
    try:
        yield
    except httpx.TimeoutException:
        raise Unreachable("The server did not answer in time.", url=url) from None
    except httpx.TooManyRedirects:
        raise ServerError("The server sends in circles.", url=url) from None
    except httpx.UnsupportedProtocol as error:
        raise ClientError(f"This is no address of a server: {error}", url=url) from None
    except DISCONNECTED as error:
        if TLS in str(error):
            raise Unreachable(
                f"No secure connection to the server: {error}", hint=INSECURE, code=TLS, url=url
            ) from None
        raise Unreachable(
            f"The server cannot be reached: {error or type(error).__name__}", url=url
        ) from None
    except httpx.HTTPError as error:
        raise ServerError(f"The server's answer cannot be read: {error}", url=url) from None


def encoded(body: object) -> bytes:
    """Return a body as JSON: datetimes and UUIDs as texts, sets as lists.

    Raises:
        BadQuery: it holds what JSON has no form for.
    """
    try:
        return jsontexts.write(body, _plain)
    except TypeError as error:
        raise BadQuery(f"This cannot be asked: {error}") from None


def _plain(value: object) -> object:
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"a value of the type `{type(value).__name__}` has no form in JSON")
