"""Fields of a query string as people write them, brought into its form. Floor: query.

Nothing here runs for a request that is right: the functions serve the hints of errors. They guess,
and whoever asks tries whether the guess parses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from provender.query.querystring import datetimes

TIMES = ("ctime", "mtime", "time")
FLAGS = ("attributes", "extras")
# Keys whose values are numbers: no quotes make them right.
INTEGERS = (
    *("id", "pk", "user_id", "user", "dbcomputer_id", "computer", "limit", "offset", "perpage"),
    *("in_limit", "out_limit", "tree_in_limit", "tree_out_limit"),
)
# Keys that take lists of names.
NAMES = ("attributes_filter", "extras_filter", "alist", "nalist", "elist", "nelist")
ORDERS = ("orderby", "order_by", "order", "sort", "sort_by", "sortby")
LISTS = ("=in=", "=notin=")
COMPARISONS = ("<", "<=", ">", ">=")
# Each operator, and what people write for it.
MEANT = {
    "=": "== === : := =: eq",
    "!=": "<> =! !== =!= ! ne not",
    ">=": "=> >== ge gte",
    "<=": "=< <== le lte",
    ">": "gt",
    "<": "lt",
    "=like=": "~ ~= =~ =~= ~~ like contains startswith endswith",
    "=ilike=": "ilike",
    "=in=": "in",
    "=notin=": "notin !in nin out",
}
OPERATORS = {form: name for name, forms in MEANT.items() for form in (name, *forms.split())}
PATTERNS = {"contains": "%{}%", "startswith": "{}%", "endswith": "%{}"}
# What people take for quotes: the opening and the closing one.
PAIRS = dict(zip("\"'`\u201c\u201e\u2018\u00ab", "\"'`\u201d\u201c\u2019\u00bb", strict=True))

STRING = re.compile(r'"[^"]*(?:""[^"]*)*"')
_NEXT = r"(?=[a-z_][\w.-]*\s*(?:=|!=|>|<))"
OR = re.compile(rf"(?:\s+or\s+|\s*\|\|\s*){_NEXT}", re.IGNORECASE)
SEPARATOR = re.compile(
    rf"(?P<string>{STRING.pattern})|(?:\s*[;?|,]\s*|\s+and\s+|\s+){_NEXT}", re.IGNORECASE
)
_WORD = (
    r"(?:not[\s_]?in|!in|nin|out|in|ilike|like|contains|startswith|endswith|gte?|lte?|ge|le|ne|not"
    r"|eq)"
)
_OPERATOR = (
    rf"\s*=\s*(?P<between>{_WORD})\s*=",
    rf"\s+(?P<before>{_WORD})\s*=",
    rf"\s+(?P<apart>{_WORD})\s",
    rf"(?:\s*=|\s)\s*(?P<after>{_WORD})\s*(?=[\"'(\[\d%])",
    r"\s*(?P<negated>!in)\s*=",
    r"\s*(?P<sign>[=!<>~:]{1,3})",
)
HEAD = re.compile(
    rf"\s*[\"'`]?(?P<key>[a-z_](?:\w|-(?!>))*(?:\s(?!{_WORD}\b)[a-z_]\w*)?)"
    rf"(?P<path>(?:\[|\.|->|/)[^\s=<>!~:]+)?[\"'`]?(?:{'|'.join(_OPERATOR)})\s*(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)
WRITTEN = ("between", "before", "apart", "after", "negated", "sign")
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
DECIMAL_COMMA = re.compile(r"([+-]?\d+),(\d+)")
GROUPS = re.compile(r"\d{1,3}(?:[_' ]\d{3})+")
WORD = re.compile(r"[+-]?[A-Za-z_][A-Za-z0-9_-]*")
CRITERION = re.compile(r"([+-]?)([A-Za-z_]\w*)(?:[\s:]+(asc|desc)\w*)?", re.IGNORECASE)
ITEM = re.compile(rf"(?:{STRING.pattern}|[^,])+")


def repaired_fields(field: str) -> Iterator[str]:
    """Yield what may be meant by a field, the likeliest first; some are several fields."""
    if OR.search(STRING.sub("", field)):
        return
    yield SEPARATOR.sub(lambda found: found["string"] or "&", field)
    head = HEAD.fullmatch(field)
    written = next(filter(None, (head[name] for name in WRITTEN)), "") if head else ""
    written = re.sub(r"[\s_]", "", written.lower())
    if head is None or written not in OPERATORS:
        return
    key, value = re.sub(r"\s", "_", head["key"]) + _path(head["path"]), head["value"].strip()
    if key in ORDERS:
        yield from _order(value)
        return
    operator = OPERATORS[written]
    if operator == "=like=":
        value = _pattern(written, value)
    yield f"{key}{operator}{value}"
    yield from _values(key, operator, value)


def _path(written: str | None) -> str:
    """Return keys below a key, however a person parts them, as the grammar has them."""
    segments = re.split(r"\]?\[|\]|->|[./]", written or "")
    return "".join(f".{plain}" for segment in segments if (plain := segment.strip("\"'")))


def _order(value: str) -> Iterator[str]:
    """Yield an order whose model was SQL or JSON: `ctime desc, label`."""
    bare = re.sub(r"[\"'\[\](){}]", "", value).strip()
    items = re.split(r"\s*[,;]\s*|(?<=\w)\s+(?!(?:asc|desc)\b)", bare, flags=re.IGNORECASE)
    found = [match for item in items if (match := CRITERION.fullmatch(item))]
    if len(found) == len(items):
        yield "orderby=" + ",".join(
            f"{'-' if (match[3] or '').lower() == 'desc' else match[1]}{match[2]}"
            for match in found
        )


def _pattern(written: str, value: str) -> str:
    """Return a value as a pattern, where the operator or a `*` says that it is one."""
    plain = _plain(value)
    if written in PATTERNS:
        return _quoted(PATTERNS[written].format(plain))
    return _quoted(plain.replace("*", "%")) if "*" in plain and "%" not in plain else value


def _values(key: str, operator: str, value: str) -> Iterator[str]:
    """Yield a field with its value in the form that the key takes."""
    if key in TIMES and operator not in LISTS:
        field = datetimes.repaired(key, operator, value)
        yield from () if field is None else (field,)
        return
    items = [value]
    if operator in LISTS or key in NAMES:
        items = [item.strip() for item in ITEM.findall(value.strip("[](){} "))]
    found = [_single(key, operator, item) for item in items]
    if found and None not in found:
        yield f"{key}{operator}" + ",".join(item for item in found if item is not None)


def _single(key: str, operator: str, value: str) -> str | None:
    """Return one value as it is, as a number or as a string, whichever the key takes."""
    plain = _plain(value)
    if key in TIMES:
        field = datetimes.repaired("", "=", value)
        return field[1:] if field and "&" not in field else None
    if key in FLAGS:
        return None
    if key in INTEGERS:
        number = re.sub(r"\D", "", plain) if GROUPS.fullmatch(plain) else plain
        return number if NUMBER.fullmatch(number) else None
    if operator in COMPARISONS and (decimal := DECIMAL_COMMA.fullmatch(plain)):
        return f"{decimal[1]}.{decimal[2]}"
    is_right = WORD.fullmatch(value) or NUMBER.fullmatch(value) or STRING.fullmatch(value)
    return value if is_right else _quoted(plain)


def _plain(value: str) -> str:
    """Return a string without what a person took for quotes."""
    if re.match(r"%2[27]", value) or re.search(r"%2[27]$", value):
        value = unquote(value)
    first, last = value[:1], value[-1:]
    if len(value) > 1 and first in PAIRS and last == PAIRS[first]:
        value = value[1:-1]
    elif first in PAIRS and value.count(first) == 1:
        value = value[1:]
    elif last in PAIRS.values() and value.count(last) == 1:
        value = value[:-1]
    return value.replace('""', '"')


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
