"""Random query strings of the words, operators and values that a server knows, and of others."""

from __future__ import annotations

KEYS = [
    "id",
    "pk",
    "uuid",
    "label",
    "name",
    "node_type",
    "type",
    "state",
    "enabled",
    "ctime",
    "mtime",
    "time",
    "description",
    "user_id",
    "user",
    "dbcomputer_id",
    "process_type",
    "hostname",
    "scheduler_type",
    "transport_type",
    "type_string",
    "first_name",
    "last_name",
    "email",
    "institution",
    "limit",
    "offset",
    "perpage",
    "orderby",
    "attributes",
    "extras",
    "attributes_filter",
    "extras_filter",
    "full_type",
    "in_limit",
    "filename",
    "download_format",
    "download",
    "profile",
    "_",
    "cursor",
    "last_login",
    "transport_params",
    "alist",
    "foo",
]
OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "=like=", "=ilike=", "=in=", "=notin="]
VALUES = [
    *('"', '""', "%22", "%", "%25", "_", "\\", "%5C", "%00", "%da", "%C3%89", "%ff", "é", " "),
    *("1", "0", "-1", "1.5", "1e5", "1e999999999", "-1e999999999999999999999", "nan", "inf"),
    *("99999999999999999999", "true", "false", '"abc"', '"%25"', '"a%25"', '"\\\\"', '"\\"'),
    *("2026-11-20", "2026-11-20T11", "2026-11-20T11:51:08%2B01:00", "9999-12-31", "0001-01-01"),
    *("0001-01-01T00%2B23", "9999-12-31T23-23", "2026-13-01", "-ctime", "+id", "-name"),
    *('"data.core.int.Int.|"', '"a|"', '"%25|%25"', '"cda14b00-82b5-443f-b152-62a831206992"'),
    *('"CDA%25"', '"cda%25"', '"cda_%25"', "(", ")", "'", ";", "--", "$1", "%(p0)s", ":p0", "?"),
    *('"\U0001f600"', '"\uffff%25"', '"\U0010ffff%25"', '"\ud7ff%25"', "\n", "\r\n", "\x1b[2J"),
]
PATHS = [
    "nodes",
    "computers",
    "groups",
    "users",
    "processes",
    "calcjobs",
    "data",
    "codes",
    "bands",
    "structures",
    "calculations",
    "nodes/page",
    "nodes/page/2",
    "nodes/cda14",
    "nodes/1",
    "nodes/a",
    "users/1",
    "users/99999999999999999999999",
    "computers/a5",
    "groups/1",
    "processes/5",
    "processes/99999999999999999999",
    "nodes/schema",
    "nodes/projectable_properties",
    "server",
    "server/endpoints",
    "querybuilder",
    "users/page/0",
    "nodes/page/99999999999999999999999",
    "nodes/\x00",
    "nodes/é",
    "nodes//x",
    "../x",
    "nodes/0x",
    "nodes/%ff",
]


def query(chance):
    kind = chance.random()
    if kind < 0.6:
        return "&".join(
            chance.choice(KEYS)
            + chance.choice(OPERATORS)
            + ",".join(chance.choice(VALUES) for _ in range(chance.choice([1, 1, 1, 2, 3])))
            for _ in range(chance.randint(1, 3))
        ).encode("utf-8", "surrogatepass")
    if kind < 0.85:
        pieces = chance.choices([*KEYS, *OPERATORS, *VALUES, "&", ","], k=chance.randint(0, 12))
        return "".join(pieces).encode("utf-8", "surrogatepass")
    return bytes(chance.randrange(256) for _ in range(chance.randint(0, 30)))
