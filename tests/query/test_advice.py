"""Notes on requests that are right but find nothing."""

from __future__ import annotations

import pytest

from provender.query.querystring.advice import Note, notes, unheeded
from provender.query.querystring.grammar import parse_text
from provender.query.querystring.request import read_parameters
from provender.web.dialects import V2, V4
from provender.web.routes import views

OLD = views.OLD_NODES[0]
TODAY = 'Did you mean: node_type="data.core.int.Int."'


def noted(text, view=views.NODES, dialect=V4):
    return notes(view, read_parameters(parse_text(text), dialect.specials))


@pytest.mark.parametrize(
    ("text", "code", "field", "words"),
    [
        ('node_type="Int"', "node-type", "node_type", TODAY),
        ("node_type=Int", "node-type", "node_type", TODAY),
        ('node_type="data.core.int.Int"', "node-type", "node_type", TODAY),
        ('node_type="data.int.Int."', "node-type", "node_type", TODAY),
        ('node_type="data.base.Int."', "node-type", "node_type", "is an older name"),
        ('node_type=in="Int","data.core.str.Str."', "node-type", "node_type", TODAY),
        ('node_type="nonsense"', "node-type", "node_type", "a path that ends in a dot"),
        ('full_type="Int|"', "node-type", "full_type", 'full_type="data.core.int.Int.|"'),
        ('uuid="cda14b00"', "uuid-prefix", "uuid", 'uuid=like="cda14b00%"'),
        ("uuid=in=cda14b00,abc", "uuid-prefix", "uuid", 'uuid=like="cda14b00%"'),
        ('label=like="Fe"', "no-wildcard", "label", 'label=like="%Fe%"'),
        ('label=ilike="*Fe*"', "no-wildcard", "label", 'label=ilike="%Fe%"'),
        ('label="bcc+Fe"', "plus-sign", "label", "%20"),
        ('extras.tag="a+b"', "plus-sign", "extras.tag", "%20"),
        ('attributes.n="5"', "type", "attributes.n", "attributes.n=5"),
        ('attributes.a.b="-1.5e3"', "type", "attributes.a.b", "attributes.a.b=-1.5e3"),
        ('attributes.n="true"', "type", "attributes.n", "attributes.n=true"),
        ("attributes.n=True", "type", "attributes.n", "attributes.n=true"),
        (
            'attributes.process_state="FINISHED"',
            *("case", "attributes.process_state", 'attributes.process_state="finished"'),
        ),
    ],
)
def test_what_may_be_wrong(text, code, field, words):
    note = noted(text)[0]
    assert (note.code, note.field) == (code, field)
    assert words in note.message


@pytest.mark.parametrize(
    ("text", "code", "field", "words"),
    [
        ('state="finished"', "case", "state", 'state="FINISHED"'),
        ("state=finished", "case", "state", 'state="FINISHED"'),
        ('state=in="finished"', "case", "state", 'state="FINISHED"'),
        ('state=like="fin%"', "case", "state", 'state=like="FIN%"'),
        ('type="Int"', "node-type", "type", 'type="data.int.Int."'),
        ('type="structure"', "node-type", "type", 'type="data.structure.StructureData."'),
        ('node_type="data.int.Int."', "node-type", "node_type", TODAY),
        ('uuid="cda14b00"', "uuid-prefix", "uuid", 'uuid=like="cda14b00%"'),
    ],
)
def test_what_may_be_wrong_in_the_older_dialect(text, code, field, words):
    (note,) = noted(text, OLD, V2)
    assert (note.code, note.field) == (code, field)
    assert words in note.message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'attributes.process_state="FINISHED"',
            'States have small letters here: attributes.process_state="finished"',
        ),
        (
            'node_type="Int"',
            f"A node type is a path that ends in a dot, not `Int`. {TODAY}",
        ),
        ('node_type="none"', "A node type is a path that ends in a dot, not `none`."),
        ('node_type="data.int.Int."', f"`data.int.Int.` is an older name of a node type. {TODAY}"),
        (
            'full_type="Int|"',
            "A node type is a path that ends in a dot, not `Int`. "
            'Did you mean: full_type="data.core.int.Int.|"',
        ),
        (
            'uuid="cda1%"',
            "`uuid` is compared with a whole uuid. The beginning of one: "
            'uuid=like="cda1%", or in the path.',
        ),
        (
            'label=like="*Fe_"',
            'A pattern is compared with the whole value, and `%` is any text: label=like="%Fe_%"',
        ),
        ('label="bcc+Fe"', "A `+` is a plus sign here: write a blank as %20."),
        ("attributes.n=True", "A string is not equal to a boolean: attributes.n=true"),
        ('attributes.n="false"', "A string is not equal to a boolean: attributes.n=false"),
        ("attributes.n=TRUE", "A string is not equal to a boolean: attributes.n=true"),
        ("attributes.n=False", "A string is not equal to a boolean: attributes.n=false"),
        ("attributes.n=FALSE", "A string is not equal to a boolean: attributes.n=false"),
        ('attributes.n=in="5"', "A string is not equal to a number: attributes.n=5"),
        ('attributes.n="+2.5E-3"', "A string is not equal to a number: attributes.n=+2.5E-3"),
    ],
)
def test_what_notes_say(text, message):
    (note,) = noted(text)
    assert note.message == message


def test_what_is_said_of_states_in_the_older_dialect():
    (note,) = noted("state=finished", OLD, V2)
    assert note.message == 'States have capitals here: state="FINISHED"'


@pytest.mark.parametrize(
    ("code", "is_quiet"),
    [
        *((code, True) for code in ("no-effect", "no-wildcard", "plus-sign")),
        *((code, False) for code in ("case", "node-type", "uuid-prefix", "type")),
    ],
)
def test_notes_that_stay_out_of_recorded_answers(code, is_quiet):
    assert Note(code, "").is_quiet is is_quiet


@pytest.mark.parametrize("text", ["uuid=abc", 'uuid="abc"'])
@pytest.mark.parametrize("view", [views.GROUPS, views.COMPUTERS, views.PROCESSES])
def test_other_resources(text, view):
    (note,) = noted(text, view)
    assert note.code == "uuid-prefix"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id=5&limit=3",
        'node_type="data.core.int.Int."',
        'node_type="data.foo.bar.Bar."',
        'node_type="process.ProcessNode."',
        'node_type!="Int"',
        'node_type=like="data%"',
        'full_type="data.core.int.Int.|"',
        'full_type="data.%|"',
        'uuid="cda14b00-82b5-443f-b152-62a831206992"',
        'uuid="cda14b0082b5443fb15262a831206992"',
        'uuid!="cda14b00"',
        'uuid>"cda14b00"',
        'label=like="%Fe%"',
        'label="bcc Fe + Cr"',
        'label="C++"',
        'label="a+b c"',
        'label=like="100%"',
        'attributes.n="5 eV"',
        'attributes.n="TrUE"',
        'full_type="Int"',
        'label="5"',
        "attributes.n=5",
        'attributes.n>"5"',
        'attributes.n="five"',
        'attributes.process_state="finished"',
        'attributes.state="FINISHED"',
        'state="finished"',
        "attributes=true&attributes_filter=a",
        "attributes=true",
    ],
)
def test_nothing_is_noted_of_what_means_what_it_says(text):
    assert noted(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        'state="FINISHED"',
        'state!="finished"',
        'type="data.int.Int."',
        'type="data.core.int.Int."',
        'type="data.parameter.ParameterData."',
        "name=add",
    ],
)
def test_nothing_is_noted_in_the_older_dialect(text):
    assert noted(text, OLD, V2) == ()


def always(text, view=views.NODES):
    return unheeded(view, read_parameters(parse_text(text), V4.specials))


def test_names_of_attributes_without_attributes_are_unheeded():
    (note,) = always("attributes_filter=a,b&limit=3")
    assert note == Note(
        "no-effect",
        "`attributes_filter` has no effect without `attributes=true`.",
        "attributes_filter",
    )
    first, second = always("attributes=false&attributes_filter=a&extras_filter=b")
    assert (first.field, second.field) == ("attributes_filter", "extras_filter")
    assert always("attributes=true&attributes_filter=a") == ()
    assert always("attributes_filter=a", views.LINKED) == ()
    assert always('uuid="abc"') == ()


def test_notes_of_an_empty_list_hold_all():
    found = noted('attributes_filter=a&uuid="abc"&uuid="abc"&node_type="Int"&label="a+b"')
    assert [note.code for note in found] == ["no-effect", "uuid-prefix", "node-type", "plus-sign"]


def test_a_note_as_json():
    assert Note("a", "b").record() == {"code": "a", "message": "b"}
    assert Note("a", "b", "c", "d").record() == {
        "code": "a",
        "message": "b",
        "field": "c",
        "uuid": "d",
    }


def test_a_request_with_many_faults_gets_a_few_notes():
    values = ",".join(f'"Struct{number}"' for number in range(500))
    found = noted(f"node_type=in={values}&uuid=abc")
    assert len(found) == 10
    assert {note.code for note in found} == {"node-type"}
    repeated = noted("node_type=in=" + ",".join(['"Int"'] * 500) + "&uuid=abc")
    assert [note.code for note in repeated] == ["node-type", "uuid-prefix"]
