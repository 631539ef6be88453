"""Queries with a mistake, and the request that the error shows instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import GrammarError
from provender.query.querystring.grammar import decode, parse_text
from provender.query.querystring.suggestions import LONGEST, MOST_TRIES, SHOWN, suggest

MEANT = "Did you mean: "


def hint(text):
    """The hint of the error that a text is."""
    with pytest.raises(GrammarError) as caught:
        parse_text(text)
    assert caught.value.message.startswith("The query string format is invalid. ")
    assert "^" in caught.value.detail
    return caught.value.hint


def meant(text):
    found = hint(text)
    assert found is None or found.startswith(MEANT), found
    return found and found.removeprefix(MEANT)


STRINGS = [
    ("node_type=data.core.int.Int.", 'node_type="data.core.int.Int."'),
    ("node_type=like=data.%", 'node_type=like="data.%"'),
    ("label=bcc Fe", 'label="bcc Fe"'),
    ("label='bcc Fe'", 'label="bcc Fe"'),
    ("label=\u201cbcc Fe\u201d", 'label="bcc Fe"'),
    ("label=\u201ebcc Fe\u201c", 'label="bcc Fe"'),
    ("label=`bcc Fe`", 'label="bcc Fe"'),
    ("label=\u2018bcc Fe\u2019", 'label="bcc Fe"'),
    ("label=\u00abbcc Fe\u00bb", 'label="bcc Fe"'),
    ("label=%22bcc Fe", 'label="bcc Fe"'),
    ("label=bcc Fe%27", 'label="bcc Fe"'),
    ("label=''", 'label=""'),
    ("label='a\"\"b c'", 'label="a""b c"'),
    ("label=&limit=1", 'label=""&limit=1'),
    ("limit=1&&label=a_", "limit=1&label=a_"),
    ('label="bcc Fe', 'label="bcc Fe"'),
    ('label=bcc Fe"', 'label="bcc Fe"'),
    ('label=say "hi"', 'label="say ""hi"""'),
    ('label="say "hi""', 'label="say ""hi"""'),
    ("label=%22bcc Fe%22", 'label="bcc Fe"'),
    ("label!=x y", 'label!="x y"'),
    ("label=a/b", 'label="a/b"'),
    ("label=(x)", 'label="(x)"'),
    ("label=", 'label=""'),
    ("uuid=5e12a0ff-82b5-443f-b152-62a831206992", 'uuid="5e12a0ff-82b5-443f-b152-62a831206992"'),
    ("full_type=data.core.int.Int.|", 'full_type="data.core.int.Int.|"'),
    ("process_type=aiida.workflows:core.add", 'process_type="aiida.workflows:core.add"'),
    ("email=a@b.ch", 'email="a@b.ch"'),
    ("label=in=bcc Fe,fcc Al", 'label=in="bcc Fe","fcc Al"'),
    ("type=in=[data.int.Int.,data.str.Str.]", 'type=in="data.int.Int.","data.str.Str."'),
    ('label=in=["a, b",c]', 'label=in="a, b",c'),
    ("attributes.a=like=b.c", 'attributes.a=like="b.c"'),
    ("extras.tag=relax me", 'extras.tag="relax me"'),
    ("label=in=[_a.b,c_]", 'label=in="_a.b",c_'),
    *(
        (f"{key}=a.b,c", f'{key}="a.b",c')
        for key in ("attributes_filter", "extras_filter", "alist", "nalist", "elist", "nelist")
    ),
    ('attributes_filter=["a","b"]', 'attributes_filter="a","b"'),
    ("attributes_filter=sites.0.position", 'attributes_filter="sites.0.position"'),
    ('filename="aiida.in', 'filename="aiida.in"'),
    ("filename='aiida.in'", 'filename="aiida.in"'),
    # what would be read in another way in a URL is encoded
    ("label=#5", 'label="%235"'),
    ("label=a%41 b", 'label="a%2541 b"'),
    ("label=a%80 b", 'label="a%80 b"'),
    ("label=like=%Fe oxide%", 'label=like="%Fe oxide%"'),
]
OPERATORS = [
    ('node_type LIKE "data.%"', 'node_type=like="data.%"'),
    ('node_type like "data.%"', 'node_type=like="data.%"'),
    ("node_type like data.%", 'node_type=like="data.%"'),
    ("node_type=LIKE=data.%", 'node_type=like="data.%"'),
    ('label=like "x"', 'label=like="x"'),
    ("label=like=*Fe*", 'label=like="%Fe%"'),
    ("label like *Fe%", 'label=like="*Fe%"'),
    ("label like Fe", "label=like=Fe"),
    ('label~"Fe%"', 'label=like="Fe%"'),
    ('label=~"Fe%"', 'label=like="Fe%"'),
    ("label contains Fe", 'label=like="%Fe%"'),
    ("label=startswith=bcc", 'label=like="bcc%"'),
    ("label=endswith=Fe", 'label=like="%Fe"'),
    ('label=="x"', 'label="x"'),
    ('label: "x"', 'label="x"'),
    ("id==3", "id=3"),
    ("id:3", "id=3"),
    ("id=>3", "id>=3"),
    ("id=<3", "id<=3"),
    ("id<>3", "id!=3"),
    ("id=!3", "id!=3"),
    ("id=gt=3", "id>3"),
    ("id=ge=3", "id>=3"),
    ("id gt 3", "id>3"),
    ("id=ne=3", "id!=3"),
    ("id=in=[4,5]", "id=in=4,5"),
    ("id in (4,5)", "id=in=4,5"),
    ("id IN 4,5", "id=in=4,5"),
    ("id=in=4,,5", "id=in=4,5"),
    ("id not in (4,5)", "id=notin=4,5"),
    ("id=nin=4", "id=notin=4"),
    ("id!in=4", "id=notin=4"),
    *(
        (f"id{form}3", f"id{right}3")
        for right, forms in {
            "=": "== === : := =:",
            "!=": "<> =! !== =!= !",
            ">=": "=> >==",
            "<=": "=< <==",
        }.items()
        for form in forms.split()
    ),
    *((f"label{form}'a%'", 'label=like="a%"') for form in ("~", "~=", "=~", "=~=", "~~")),
    *(
        (f"id {form} 3", f"id{right}3")
        for right, forms in {
            "=": "eq",
            "!=": "ne not",
            ">=": "ge gte",
            "<=": "le lte",
            ">": "gt",
            "<": "lt",
            "=in=": "in IN",
            "=notin=": "notin nin out not_in",
        }.items()
        for form in forms.split()
    ),
    ("label ilike 'fe%'", 'label=ilike="fe%"'),
]
MONTHS = (
    *("Jan", "February", "MAR", "apr", "may", "june"),
    *("Jul", "August", "sept", "Oct", "november", "Dec"),
)
DATETIMES = [
    ("ctime>=2026-11-20T11:51:08Z", "ctime>=2026-11-20T11:51:08"),
    ("ctime=2026-11-20Z", "ctime=2026-11-20"),
    ("ctime=2026-11-20T11:51:08.353548", "ctime=2026-11-20T11:51:08"),
    ("ctime>2026-11-20T11:51:08.353548+00:00", "ctime>2026-11-20T11:51:08+00:00"),
    ("ctime>2026-11-20 11:51", "ctime>2026-11-20T11:51"),
    ("ctime>2026-11-20t11:51", "ctime>2026-11-20T11:51"),
    ("ctime>2026-11-20T11:51+0100", "ctime>2026-11-20T11:51+01:00"),
    ("ctime>2026-11-20T9:05", "ctime>2026-11-20T09:05"),
    ("ctime=2026-1-5", "ctime=2026-01-05"),
    ("mtime>=20.11.2026", "mtime>=2026-11-20"),
    ("mtime>=20. 11. 2026", "mtime>=2026-11-20"),
    ("ctime>=20.11.2026 9:05", "ctime>=2026-11-20T09:05"),
    ("time<20/11/2026", "time<2026-11-20"),
    ("time<11/20/2026", "time<2026-11-20"),
    ("time<13/12/2026", "time<2026-12-13"),
    ("time<12/13/2026", "time<2026-12-13"),
    ("ctime>=2026/11/20", "ctime>=2026-11-20"),
    ("ctime=Fri, 20 Nov 2026 11:51:08 GMT", "ctime=2026-11-20T11:51:08"),
    *(
        (f"ctime=20 {name} 2026", f"ctime=2026-{number:02}-20")
        for number, name in enumerate(MONTHS, 1)
    ),
    ("ctime>2026-11-20 11:51+01", "ctime>2026-11-20T11:51+01"),
    ("ctime>20261120T11:05Z", "ctime>2026-11-20T11:05"),
    ("ctime='2026-11-20'", "ctime=2026-11-20"),
    ("ctime=2026-11-20+01:00", "ctime>=2026-11-20T00+01:00&ctime<2026-11-21T00+01:00"),
    ("ctime<=2026-11-20+01:00", "ctime<2026-11-21T00+01:00"),
    ("ctime=2026-11", "ctime>=2026-11-01&ctime<2026-12-01"),
    ("ctime=2026-12", "ctime>=2026-12-01&ctime<2027-01-01"),
    ("ctime>2026-11", "ctime>=2026-12-01"),
    ("ctime>=2026-11", "ctime>=2026-11-01"),
    ("ctime<2026-11", "ctime<2026-11-01"),
    ("ctime<=2026-11", "ctime<2026-12-01"),
    ("ctime=in=20.11.2026,21.11.2026", "ctime=in=2026-11-20,2026-11-21"),
]
FIELDS = [
    ("limit=1;offset=2", "limit=1&offset=2"),
    ("limit=1?offset=2", "limit=1&offset=2"),
    ("limit=1 offset=2", "limit=1&offset=2"),
    ("limit=1,offset=2", "limit=1&offset=2"),
    ("limit=1&&offset=2", "limit=1&offset=2"),
    ("limit=1&amp;offset=2", "limit=1&offset=2"),
    ("?limit=1", "limit=1"),
    ("id>3 and id<5", "id>3&id<5"),
    ('id>3 AND label="x"', 'id>3&label="x"'),
    ('label="x";limit=3', 'label="x"&limit=3'),
    ('label="a;b=1" limit=3', 'label="a;b=1"&limit=3'),
    ("limit:10", "limit=10"),
    *(
        (f"{key}='10'", f"{key}=10")
        for key in (
            *("id", "pk", "user_id", "user", "dbcomputer_id", "computer", "limit", "offset"),
            *("perpage", "in_limit", "out_limit", "tree_in_limit", "tree_out_limit"),
        )
    ),
    ("limit=1_000", "limit=1000"),
    ("limit=1 000", "limit=1000"),
    ("attributes==true", "attributes=true"),
    ("extras: false", "extras=false"),
    ("attributes.energy<-5,2", "attributes.energy<-5.2"),
    ('"label"="x"', 'label="x"'),
    ("'label'='x y'", 'label="x y"'),
    ('node type="x"', 'node_type="x"'),
    ('attributes["energy"]>1', "attributes.energy>1"),
    ("attributes.cell[0][0]>2", "attributes.cell.0.0>2"),
    ("attributes['_a']['b']>1", "attributes._a.b>1"),
    ("attributes/energy>1", "attributes.energy>1"),
    ("attributes->energy>1", "attributes.energy>1"),
    *(
        (f"{key}=ctime desc", "orderby=-ctime")
        for key in ("orderby", "order_by", "order", "sort", "sort_by", "sortby")
    ),
    ("orderby=ctime:desc", "orderby=-ctime"),
    ("orderby=ctime desc, label asc", "orderby=-ctime,label"),
    ("orderby=-ctime label", "orderby=-ctime,label"),
    ('orderby=["-ctime"]', "orderby=-ctime"),
    ('orderby={"ctime":"desc"}', "orderby=-ctime"),
    ("order by=ctime desc", "orderby=-ctime"),
    (
        'label="x" limit=3&node_type=data.core.int.Int.&ctime>20.11.2026&id==3',
        'label="x"&limit=3&node_type="data.core.int.Int."&ctime>2026-11-20&id=3',
    ),
]


CASES = [*STRINGS, *OPERATORS, *DATETIMES, *FIELDS]


@pytest.mark.parametrize(("text", "right"), CASES)
def test_the_error_shows_the_request_that_is_meant(text, right):
    assert meant(text) == right


@pytest.mark.parametrize(
    "text", [right for _, right in (*STRINGS, *OPERATORS, *DATETIMES, *FIELDS)]
)
def test_the_requests_that_are_shown_are_right(text):
    assert parse_text(decode(text.encode()))


@pytest.mark.parametrize(
    "text",
    [
        "limit",
        "limit=",
        "=1",
        "&&",
        "\u00e9=1",
        "id=0x3",
        "id=abc.d",
        "limit=10.5.5",
        'attributes={"a":1}',
        "ctime>=05/06/2026",  # nobody knows which is the month
        "ctime>=2026-13-45",
        "ctime>=31.02.2026",
        "ctime>=20.11.2026 25:00",
        "ctime!=2026-11",
        "ctime=9999-12",
        "ctime=9999-12-31+01:00",
        "ctime=in=2026-11,2026-12",
        "ctime=in=yesterday,x.y",
        "id=in=4,0x3",
        "attributes=in='a',b.c",
        "ctime>yesterday!",
    ],
)
def test_nothing_is_suggested_where_it_is_not_clear_what_is_meant(text):
    assert hint(text) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id>=3 or id=1", "no `or`"),
        ('label="a" OR label="b"', "no `or`"),
        ('label="a"||label="b"', "no `or`"),
        ("limit=3&id>3 or id=1", "no `or`"),
        ("orderby=attributes.energy", "A posted query can order"),
    ],
)
def test_what_the_query_string_cannot_say_is_said(text, words):
    assert words in hint(text)


def test_a_long_correction_shows_what_differs():
    text = "&".join(f"id!={number}" for number in range(60)) + "&label=bcc Fe"
    assert SHOWN < len(text) < LONGEST
    assert meant(text) == 'label="bcc Fe"'


def test_all_that_differs_in_a_long_text_is_shown():
    text = "label=bcc Fe&" + "&".join(f"id!={number}" for number in range(60)) + "&pk==3"
    assert meant(text) == 'label="bcc Fe"&pk=3'


@pytest.mark.parametrize(("length", "is_whole"), [(SHOWN, True), (SHOWN + 1, False)])
def test_a_short_correction_is_shown_whole(length, is_whole):
    label = 'label="bcc Fe"'
    rest = "&extras.x=" + "a" * (length - len(label) - 10)
    assert meant(f"label=bcc Fe{rest}") == (label + rest if is_whole else label)


def test_a_very_long_text_is_not_looked_at():
    text = "label=bcc Fe".ljust(LONGEST)
    assert meant(text) == 'label="bcc Fe"'
    assert hint(f"{text} ") is None


@pytest.mark.parametrize("faults", [1, 7, 8])
def test_so_many_faults_are_repaired(faults):
    right = "&".join(f"id={number}" for number in range(faults)) if faults < 8 else None
    assert meant("&".join(f"id=={number}" for number in range(faults))) == right


@pytest.mark.parametrize("step", [7, 13, 29])
def test_the_grammar_is_not_asked_without_end(step):
    asked = []

    def failure(text):
        asked.append(text)
        return len(asked) * step % len(text) + 1

    text = "&".join(f"label like 'x{number}' and ctime>20.11.2026" for number in range(12))
    assert suggest(text, 3, failure) is None
    assert len(asked) == MOST_TRIES


PIECES = (
    r"a|label|ctime|orderby|attributes|limit|=|==|<|>|!|~|:|like|in|not|and|or|&|;|,|.|%|\"|'|[|]|(|)|"
    "2026-11-20|20.11.2026|T12|Z|+01:00|5|\u00e9|\u201c|%22|#| "
)


NOTHING = "limit=1"


def offered(text):
    """The request that is shown for a text; a right one where nothing is."""
    try:
        parse_text(text)
        found = ""
    except GrammarError as error:
        found = error.hint or ""
    return decode(found.removeprefix(MEANT).encode()) if found.startswith(MEANT) else NOTHING


@given(st.lists(st.sampled_from(PIECES.split("|")), max_size=40).map("".join))
def test_whatever_is_suggested_parses(text):
    assert parse_text(offered(text))


def test_that_test_sees_suggestions():
    assert offered("label=a b") == 'label="a b"'
