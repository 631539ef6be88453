"""Requests that no client should send: each function returns the bytes of one."""

from __future__ import annotations

import ast
import base64
import json
from pathlib import Path
from urllib.parse import quote

from support.randoms import KEYS, OPERATORS, PATHS, query

CORPUS = Path(__file__).parent / "corpus"
PREFIXES = ("/api/v4", "/api/v2")
NODE = "a8358adf-784e-45d5-9623-3b6914b7acac"
JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"
PLACES = (
    *("nodes/{}", "nodes/{}/links/incoming", "nodes/{}/repo/contents", "nodes/page/{}", "{}"),
    *("users/{}", "groups/{}/", "{}/nodes", "nodes/{}/download", "processes/{}/report"),
    *("calcjobs/{}/input_files", "nodes/{}/contents/attributes", "nodes/statistics/{}"),
    *("processes/{}/logs", "processes/{}/traceback", f"processes/{JOB}/log/{{}}"),
)
KEYED = (
    *(
        'nodes?label="{}"',
        "nodes?{}=1",
        "nodes?{}",
        "nodes?id={}",
        "nodes?uuid={}",
        "nodes?limit={}",
    ),
    *('nodes?label=like="{}"', "nodes?orderby={}", "nodes?ctime>{}", "nodes?attributes.a={}"),
    *("nodes?attributes.{}=1", "nodes?profile={}", "nodes?cursor={}", "nodes?id=in={}"),
    *("nodes/page/1?perpage={}", "nodes?attributes=true&attributes_filter={}", "nodes?offset={}"),
    *(f"processes/{JOB}/logs?{key}={{}}" for key in ("start", "level", "logger", "stream")),
    *("nodes/statistics?user={}", "nodes/download_formats?full_type={}", "users?first_name={}"),
)
OF_FILES = tuple(
    f"nodes/{NODE}/{path}={{}}"
    for path in (
        *("repo/contents?filename", "repo/list?filename", "repo/contents?sig"),
        *("download?download_format", "repo/list?metadata"),
    )
)
HEADERS = (
    *("Host", "If-None-Match", "If-Modified-Since", "If-Match", "Range", "If-Range", "Accept"),
    *("Accept-Encoding", "Origin", "Access-Control-Request-Method", "X-Forwarded-For", "Cookie"),
    *("X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "Forwarded", "X-Request-ID"),
    *("Authorization", "Content-Type", "User-Agent", "Referer", "X-HTTP-Method-Override", "TE"),
)
METHODS = ("GET",) * 8 + ("HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "X")
SECTIONS = ("path", "filters", "project", "order_by", "limit", "offset", "distinct", "x")
SIZES = (1_000, 9_000, 20_000, 70_000, 1_200_000)


def inputs():
    """Return the lines of the corpus as bytes, by the name of their file."""
    found = {}
    for path in sorted(CORPUS.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").split("\n")
        kept = [line for line in lines if line and not line.startswith("## ")]
        found[path.stem] = [_unescaped(line) for line in kept]
    return found


def _unescaped(line):
    text = ast.literal_eval(f"'''{line.replace(chr(39), chr(92) + chr(39))} '''")[:-1]
    return text.encode("utf-8", "surrogatepass")


ALL = [line for lines in inputs().values() for line in lines]


def request(target, method="GET", headers=(), body=None):
    """Return the bytes of a request; `target` are bytes, sent as they are."""
    lines = [method.encode("latin-1") + b" " + target + b" HTTP/1.1"]
    named = {name.lower() for name, _ in headers}
    lines += [] if "host" in named else [b"Host: 127.0.0.1"]
    lines += [name.encode("latin-1") + b": " + value for name, value in headers]
    lines += [] if body is None else [b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")


def placed(chance, template, value, *, may_be_raw=True):
    """Return a path with a value in its place: encoded, or as it is where HTTP allows that."""
    text = quote(value, safe=chance.choice(["", "/%", "%'\"*(),;:/?@="])).encode()
    if may_be_raw and chance.random() < 0.3:
        text = value.translate(None, b"\x00\r\n \t\x0b\x0c\x7f#" + bytes(range(32)))
    return template.encode().replace(b"{}", text)


def of_corpus(chance, known):
    """Return a line of the corpus at any place of a path or of a query string."""
    del known
    template = chance.choice(PLACES + KEYED + OF_FILES)
    path = placed(chance, f"{chance.choice(PREFIXES)}/{template}", chance.choice(ALL))
    return request(path, chance.choice(METHODS))


def of_headers(chance, known):
    """Return a few headers with lines of the corpus."""
    target = chance.choice(known["targets"]).encode()
    headers = []
    for name in chance.sample(HEADERS, chance.randint(1, 3)):
        value = chance.choice(ALL).translate(None, b"\r\n\x00")
        headers.append((name, value))
    return request(target, chance.choice(METHODS), headers)


def of_words(chance, known):
    """Return known keys, operators and values in any order."""
    del known
    path = f"{chance.choice(PREFIXES)}/{quote(chance.choice(PATHS), safe='/%')}".encode()
    text = quote(query(chance), safe="%!#$&'()*+,/:;=?@[]~").replace("#", "%23").encode()
    return request(path + b"?" + text, chance.choice(METHODS))


def of_cursors(chance, known):
    """Return a cursor with something else in one of its places."""
    path, cursor = chance.choice(known["cursors"])
    content = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    odd = [None, True, -1, 2**70, 1e308, "", "x", [], {}, [[]], "0001-01-01T00:00:00+23:59"]
    odd += [
        "9999-12-31T23:59:59-23:59",
        "\x00",
        "\ud800",
        "2026-11-20",
        json.loads(json.dumps(content)),
    ]
    kind = chance.random()
    if kind < 0.4:
        content[chance.randrange(len(content))] = chance.choice(odd)
    elif kind < 0.8 and content[-1]:
        content[-1][chance.randrange(len(content[-1]))] = chance.choice(odd)
    else:
        content = chance.choice(odd)
    data = json.dumps(content).encode()
    text = base64.urlsafe_b64encode(data).rstrip(b"=")
    if chance.random() < 0.2:
        place = chance.randrange(len(text))
        text = text[:place] + bytes([chance.randrange(33, 126)]) + text[place:]
    return request(path.encode() + b"&cursor=" + quote(text).encode())


def of_posts(chance, known):
    """Return a posted query with something else in one or two of its places."""
    content = json.loads(chance.choice(known["queries"]))
    for _ in range(chance.randint(1, 2)):
        _change(chance, content)
    body = json.dumps(content).encode()
    if chance.random() < 0.1:
        place = chance.randrange(len(body))
        body = body[:place] + chance.choice(ALL) + body[place:]
    return request(b"/api/v4/querybuilder", "POST", body=body)


def _change(chance, content):
    """Put something odd into a JSON value, at any depth."""
    parent = content
    while True:
        keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        if not keys:
            return
        key = chance.choice(keys)
        below = parent[key]
        if isinstance(below, dict | list) and below and chance.random() < 0.75:
            parent = below
            continue
        line = chance.choice(ALL).decode("utf-8", "replace")
        odd = [line, None, True, -1, 2**70, 1.5, [], {}, [line], {line: line}, [[[[]]]]]
        parent[key] = chance.choice(odd)
        if isinstance(parent, dict) and chance.random() < 0.3:
            parent[chance.choice([*SECTIONS, line])] = parent.pop(key)
        return


def of_ids(chance, known):
    """Return an id with a part of it changed, below any path of a node."""
    text = bytearray(chance.choice(known["uuids"]).encode())
    for _ in range(chance.randint(0, 2)):
        text[chance.randrange(len(text))] = chance.randrange(33, 127)
    text = bytes(text[: chance.randint(1, len(text))])
    prefix, template = chance.choice(PREFIXES), chance.choice(PLACES)
    return request(placed(chance, f"{prefix}/{template}", text, may_be_raw=False))


def of_sizes(chance, known):
    """Return something that is much too large, in one of the places where that is possible."""
    del known
    return chance.choice(TOO_LARGE)(chance, chance.choice(SIZES))


def _many_keys(chance, size):
    keys = (f"{chance.choice(KEYS)}{chance.choice(OPERATORS)}1" for _ in range(size // 20))
    return request(b"/api/v4/nodes?" + "&".join(keys).encode())


def _many_vertices(_, size):
    content = {"path": [{"entity_type": ""}] * min(size // 20, 3000), "filters": {"a": "x" * size}}
    return request(b"/api/v4/querybuilder", "POST", body=json.dumps(content).encode())


TOO_LARGE = (
    _many_keys,
    _many_vertices,
    lambda _, size: request(b"/api/v4/nodes/" + b"a" * size),
    lambda _, size: request(b'/api/v4/nodes?label="' + b"a" * size + b'"'),
    lambda _, size: request(b"/api/v4/nodes?id=in=" + b",".join([b"1"] * (size // 2))),
    lambda _, size: request(b"/api/v4/nodes", headers=[("X-Long", b"a" * size)]),
    lambda _, size: request(b"/api/v4/nodes", headers=[("X-Many", b"a")] * (size // 100)),
    lambda _, size: request(b"/api/v4/querybuilder", "POST", body=b"[" * size),
)


def of_bytes(chance, known):
    """Return what is hardly HTTP."""
    text = bytearray(request(chance.choice(known["targets"]).encode(), headers=[("A", b"b")]))
    kind = chance.randrange(5)
    if kind == 0:
        for _ in range(chance.randint(1, 6)):
            text[chance.randrange(len(text) - 4)] = chance.randrange(256)
    elif kind == 1:
        return bytes(text).replace(b"\r\n", b"\n")
    elif kind == 2:
        both = [("Content-Length", b"5"), ("Transfer-Encoding", b"chunked")]
        return request(b"/api/v4/querybuilder", "POST", both) + b"0\r\n\r\n"
    elif kind == 3:
        return bytes(text).replace(
            b"HTTP/1.1", chance.choice([b"HTTP/9.9", b"HTTP/1.0", b"", b"X"])
        )
    else:
        odd = [b"-1", b"+5", b"5, 6", b"0x5", b"9" * 40, b"", b"5 "]
        headers = [("Content-Length", chance.choice(odd))]
        return request(b"/api/v4/querybuilder", "POST", headers) + b"12345"
    return bytes(text)


MAKERS = {
    of_corpus: 6, of_words: 4, of_posts: 4, of_headers: 3, of_ids: 2, of_cursors: 2, of_bytes: 1,
}  # fmt: skip
"""How often each kind is sent; sizes are sent apart, since they take long."""
