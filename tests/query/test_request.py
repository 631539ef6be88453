from __future__ import annotations

import re

import pytest

from provender.errors import BadOperator, BadRequest, BadValue, ConflictingParameters, LimitExceeded
from provender.query.querystring.grammar import parse_text
from provender.query.querystring.parameters import ALL_PARAMETERS, LIMIT
from provender.query.querystring.readers import LARGEST_OFFSET, Count, OrderTerm
from provender.query.querystring.request import Page, read_list, read_parameters
from provender.settings import Limits
from provender.web.dialects import V2, V4
from provender.web.routes.views import NODES

LIMITS = Limits()


def read(text, dialect=V4):
    return read_parameters(parse_text(text), dialect.specials)


def listed(text, **options):
    return read_list(NODES, read(text), LIMITS, **options)


def test_what_is_not_special_is_a_filter():
    found = read('limit=3&id>5&label="a"&_=1&_>7&id<9')
    assert found[LIMIT] == 3
    assert [term.key for term in found.filters] == ["id", "label", "id"]


@pytest.mark.parametrize(
    ("text", "attribute", "expected"),
    [
        ("limit=0", "limit", 0),
        ("limit=3.0", "limit", 3),
        ("offset=99999999999999999999", "offset", LARGEST_OFFSET),
        ("perpage=1", "perpage", 1),
        ("attributes=true", "attributes", True),
        ("extras=false", "extras", False),
        ("attributes_filter=a,b,a", "attributes_filter", ("a", "b")),
        ('attributes_filter="nested.a"', "attributes_filter", ("nested.a",)),
        ("attributes_filter=1", "attributes_filter", ("1",)),
        ("attributes_filter=true", "attributes_filter", ("true",)),
        ("orderby=-id,+label", "order", (OrderTerm("id", True), OrderTerm("label", False))),
        ('orderby="-id"', "order", (OrderTerm("id", True),)),
        ("tree_in_limit=2", "in_limit", 2),
        ("out_limit=2", "out_limit", 2),
        ('filename="a/b"', "filename", "a/b"),
        ("filename=sub", "filename", "sub"),
        ("filename=out/aiida.out", "filename", "out/aiida.out"),
        ("download_format=cif", "download_format", "cif"),
        ("download=false", "download", False),
        ('download="False"', "download", False),
        ("download=0", "download", False),
        ("download=True", "download", True),
        ("download=1", "download", True),
        ("metadata=1", "metadata", True),
        ("metadata=true", "metadata", True),
        ("cursor=*", "cursor", "*"),
        ("cursor=abc", "cursor", "abc"),
        ("count=none", "count", Count.NONE),
        ('count="estimate"', "count", Count.ESTIMATE),
        ("count=exact", "count", Count.EXACT),
        ('full_type="a|b"', "full_type", "a|b"),
        ("profile=5", "profile", "5"),
        ("profile=lab", "profile", "lab"),
    ],
)
def test_special_keys(text, attribute, expected):
    parameter = next(item for item in ALL_PARAMETERS if item.name == attribute)
    assert read(text)[parameter] == expected
    assert read("")[parameter] == parameter.default


FORMS = {
    "0 to 400": (["0", "400"], ["-1", "1.5"]),
    "0 to 10000": (["0", "10000"], ["-1", "1.5"]),
    "0 or more": (["0", "99999"], ["-1", '"3"']),
    "1 to 400": (["1", "400"], ["0", "-1"]),
    "[+|-]key,...": (["id", "-id,+label"], ["1", '"a b"']),
    "* or a cursor": (["*", "abc"], ["5"]),
    "exact, estimate or none": (["exact", "estimate", "none", '"none"'], ["all", "5"]),
    '"NODE_TYPE|PROCESS_TYPE"': (['"a|b"'], ["5"]),
    "true or false": (["true", "false"], ["maybe"]),
    "name,...": (["a", 'a,"b.c"', "true,5"], ["2026-11-20"]),
    '"path"': (['"a/b"'], ["5"]),
    "a format": (["cif", '"cif"'], ["5"]),
    "a name": (["lab", '"lab"', "5"], []),
}


@pytest.mark.parametrize("parameter", ALL_PARAMETERS, ids=lambda item: item.name)
def test_what_is_said_of_a_special_key_is_what_it_takes(parameter):
    dialect = V4 if parameter in V4.specials.values() else V2
    key = next(key for key, item in dialect.specials.items() if item is parameter)
    right, wrong = FORMS[parameter.form]
    for text in right:
        assert parameter.name in read(f"{key}={text}", dialect).given
    for text in wrong:
        with pytest.raises(BadValue):
            read(f"{key}={text}", dialect)
    assert re.fullmatch(r"[a-z`].*[A-Za-z`]", parameter.help)  # a phrase: it stands in a table


def test_what_holds_where_a_special_key_is_not_given():
    found = {item.name: item.default for item in ALL_PARAMETERS if item.default is not None}
    flags = dict.fromkeys(("attributes", "extras", "metadata"), False)
    assert found == {"order": (), "count": Count.EXACT, "download": True, **flags}


SPECIALS = sorted(V4.specials)


@pytest.mark.parametrize("key", SPECIALS)
def test_special_keys_may_be_given_once(key):
    with pytest.raises(ConflictingParameters, match=f"You cannot specify {key} more than once"):
        read(f"{key}=1&{key}=1")


@pytest.mark.parametrize("key", SPECIALS)
def test_special_keys_are_followed_by_an_equals_sign(key):
    with pytest.raises(BadOperator, match=f"'=' is permitted after '{key}'"):
        read(f"{key}>1")


def test_synonyms_count_as_the_same_key():
    with pytest.raises(ConflictingParameters):
        read("in_limit=1&tree_in_limit=1")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("-1", "a negative number"),
        ("-0.5", "a negative number"),
        ("0.5", "a fraction"),
        ('"3"', "a string"),
        ("true", "a boolean"),
        ("abc", "the word `abc`"),
        ("2026-11-20", "a datetime"),
    ],
)
def test_what_is_no_count(value, kind):
    with pytest.raises(BadValue) as caught:
        read(f"limit={value}")
    assert caught.value.message == f"`limit` takes an integer from 0, not {kind}."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("filename=5", '`filename` takes a string, not an integer: filename="..."'),
        ("full_type=5.5", '`full_type` takes a string, not a fraction: full_type="..."'),
        ("extras_filter=2026-11-20", "`extras_filter` takes names, not a datetime."),
        ("perpage=0", "`perpage` takes an integer from 1, not 0."),
        ("count=all", "`count` takes exact, estimate or none."),
        ("metadata=yes", "`metadata` takes true or false."),
    ],
)
def test_what_other_keys_do_not_take(text, message):
    with pytest.raises(BadValue) as caught:
        read(text)
    assert caught.value.message == message


@pytest.mark.parametrize("key", ["limit", "offset", "perpage", "in_limit", "out_limit"])
@pytest.mark.parametrize("value", ["-1", "1.5", '"3"', "true", "abc", "2026-11-20"])
def test_counts_are_unquoted_integers_from_0(key, value):
    with pytest.raises(BadValue, match=f"`{key}` takes an integer"):
        read(f"{key}={value}")


@pytest.mark.parametrize(
    "text",
    [
        "perpage=0",
        "filename=5",
        "download=maybe",
        "orderby=1",
        'orderby="a b"',
        "orderby=true",
        "full_type=5",
        "attributes_filter=2026-11-20",
    ],
)
def test_other_bad_values(text):
    with pytest.raises(BadValue):
        read(text)


@pytest.mark.parametrize("key", ["attributes", "extras"])
@pytest.mark.parametrize("value", ["1", '"true"', "yes"])
def test_flags_take_true_or_false(key, value):
    with pytest.raises(BadValue) as caught:
        read(f"{key}={value}")
    assert caught.value.message == (
        f"The {key} filter is false by default and can only be set to true."
    )


@pytest.mark.parametrize("text", ["id=4,5", "limit=1,2", 'filename="a","b"'])
def test_a_list_where_one_value_belongs_is_a_syntax_error(text):
    with pytest.raises(BadRequest, match=r"^The query string format is invalid\."):
        read(text)


def test_windows():
    assert (listed("").limit, listed("").offset) == (400, 0)
    assert (listed("limit=3&offset=2").limit, listed("limit=3&offset=2").offset) == (3, 2)
    paged = listed("perpage=5", page=3, is_paged=True)
    assert (paged.limit, paged.offset, paged.page) == (5, 10, Page(3, 5))
    assert (paged.view, paged.parameters.given) == (NODES, {"perpage": 5})
    assert listed("limit=3").view == NODES
    assert listed("limit=3").parameters.given == {"limit": 3}
    assert listed("limit=400").limit == listed("perpage=400", is_paged=True).limit == 400
    assert listed("", is_paged=True).page == Page(1, 20)
    assert listed("", page=10**30, is_paged=True).offset == LARGEST_OFFSET
    assert listed("", page=0, is_paged=True).offset == 0


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("perpage=5&limit=2", {}, "perpage key is incompatible with limit and offset"),
        (
            "limit=2",
            {"is_paged": True},
            "requesting a specific page is incompatible with limit and offset",
        ),
        (
            "perpage=5",
            {},
            "perpage key requires that a page is requested (i.e. the path must contain /page/)",
        ),
    ],
)
def test_windows_that_exclude_each_other(text, options, message):
    with pytest.raises(ConflictingParameters) as caught:
        listed(text, **options)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            "count=none",
            {"is_paged": True},
            "`count` cannot be combined with pages, which need the exact count.",
        ),
        (
            "count=estimate",
            {"is_paged": True},
            "`count` cannot be combined with pages, which need the exact count.",
        ),
        ("cursor=*", {"is_paged": True}, "`cursor` is incompatible with pages and offset."),
        ("cursor=*&offset=1", {}, "`cursor` is incompatible with pages and offset."),
        ("cursor=*&offset=0", {}, "`cursor` is incompatible with pages and offset."),
        ("cursor=*&limit=0", {}, "With `cursor`, `limit` must be at least 1."),
    ],
)
def test_what_a_cursor_does_not_go_with(text, options, message):
    with pytest.raises(BadRequest) as caught:
        listed(text, **options)
    assert caught.value.message == message


def test_a_cursor_goes_with_the_rest():
    assert listed("cursor=*&limit=1&count=none").limit == 1
    assert listed("cursor=*").limit == 400
    assert listed("count=none&limit=0&offset=5").offset == 5
    assert listed("count=exact", is_paged=True).limit == 20


@pytest.mark.parametrize(("text", "paged"), [("limit=401", False), ("perpage=401", True)])
def test_more_rows_than_the_limit(text, paged):
    with pytest.raises(LimitExceeded) as caught:
        listed(text, is_paged=paged)
    assert caught.value.message == "Limit and perpage cannot be bigger than 400"


def test_the_older_dialect_does_not_know_newer_keys():
    found = read("attributes=true&full_type=1", V2)
    assert [term.key for term in found.filters] == ["attributes", "full_type"]
