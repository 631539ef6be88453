from __future__ import annotations

from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CannotExport
from provender.exports import codes
from provender.exports.subject import Subject
from support.compare_golden import check_match

CODE = "data.core.code."
INSTALLED = f"{CODE}installed.InstalledCode."
PORTABLE = f"{CODE}portable.PortableCode."
CONTAINERIZED = f"{CODE}containerized.ContainerizedCode."
LEGACY = (f"{CODE}Code.", "data.code.Code.")
TYPES = (INSTALLED, PORTABLE, CONTAINERIZED, *LEGACY)
DEFAULTS = {
    "use_double_quotes": False,
    "wrap_cmdline_params": False,
    "prepend_text": "",
    "append_text": "",
}
"""What AiiDA writes for a code that does not say it."""


def node(node_type, attributes, computer=None, label="pw"):
    return Subject("0" * 8, node_type, label, "plane waves", attributes, {}.__getitem__, computer)


def written(*arguments, **options):
    return yaml.safe_load(codes.write_yaml(node(*arguments, **options)).content)


@pytest.mark.parametrize(("form", "count"), [("yaml", 2), ("yml", 1)])
def test_recorded_downloads(answers, form, count):
    found = list(answers(INSTALLED, rf"download\?download_format={form}"))
    assert len(found) == count
    for subject, record in found:
        export = codes.write_yaml(subject)
        headers = {
            "content-type": "application/octet-stream",
            "content-disposition": f'attachment; filename="{subject.uuid}.{form}"',
        }
        assert list(check_match(record, 200, headers, export.content, "")) == [], record["id"]
        assert list(yaml.safe_load(export.content)) == list(yaml.safe_load(record["text"]))


@pytest.mark.parametrize(("node_type", "count"), [(INSTALLED, 3), (PORTABLE, 1)])
def test_recorded_descriptions(descriptions, subject_of, node_type, count):
    found = list(descriptions(node_type))
    assert len(found) == count
    for store, uuid, description in found:
        assert codes.describe(subject_of(store, uuid)) == description


def test_an_installed_code():
    attributes = {
        "use_double_quotes": True,
        "with_mpi": False,
        "wrap_cmdline_params": False,
        "prepend_text": "module load qe\nexport X='é'\n",
        "append_text": "",
        "filepath_executable": "/opt/pw.x",
        "input_plugin": "quantumespresso.pw",
    }
    shown = {key: value for key, value in attributes.items() if key != "input_plugin"}
    assert written(INSTALLED, attributes, "cluster") == {
        "label": "pw",
        "description": "plane waves",
        **shown,
        "computer": "cluster",
        "default_calc_job_plugin": "quantumespresso.pw",
    }


@pytest.mark.parametrize("node_type", TYPES)
@pytest.mark.parametrize("value", [..., None])
def test_settings_that_a_code_does_not_say_have_their_default(node_type, value):
    names = (*DEFAULTS, "with_mpi", "input_plugin")
    unsaid = {} if value is ... else dict.fromkeys(names, value)
    found = written(node_type, {"filepath_executable": "run.sh", **unsaid})
    assert list(found.items()) == [
        ("label", "pw"),
        ("description", "plane waves"),
        *DEFAULTS.items(),
        ("filepath_executable", "run.sh"),
    ]


@pytest.mark.parametrize("node_type", LEGACY)
def test_an_old_code_keeps_what_it_says(node_type):
    attributes = {
        "is_local": False,
        "remote_exec_path": "/bin/pw.x",
        "input_plugin": "quantumespresso.pw",
        "prepend_text": "module load qe\n",
        "append_text": "date",
    }
    assert written(node_type, attributes, "cluster") == {
        "label": "pw",
        "description": "plane waves",
        **DEFAULTS,
        "prepend_text": "module load qe\n",
        "append_text": "date",
        "filepath_executable": "/bin/pw.x",
        "computer": "cluster",
        "default_calc_job_plugin": "quantumespresso.pw",
    }


def test_a_containerized_code():
    engine = {"engine_command": "docker run {image_name}", "image_name": "ubuntu:22.04"}
    found = written(CONTAINERIZED, {"filepath_executable": "/bin/sh", **engine}, "localhost")
    assert {**found, **engine} == found


@pytest.mark.parametrize(
    ("attributes", "program"),
    [
        ({"is_local": False, "remote_exec_path": "/bin/old"}, "/bin/old"),
        ({"is_local": True, "local_executable": "old.sh"}, "old.sh"),
        ({"is_local": True}, None),
    ],
)
def test_a_legacy_code(attributes, program):
    assert written(f"{CODE}Code.", attributes).get("filepath_executable") == program


@pytest.mark.parametrize(
    ("node_type", "computer", "text"),
    [
        (INSTALLED, "cluster", "pw@cluster"),
        (CONTAINERIZED, "cluster", "pw@cluster"),
        (PORTABLE, None, "pw"),
        (f"{CODE}Code.", "cluster", "pw@cluster"),
        (f"{CODE}Code.", None, "pw@repository"),
        ("data.code.Code.", None, "pw@repository"),
    ],
)
def test_descriptions(node_type, computer, text):
    assert codes.describe(node(node_type, {}, computer)) == text


@pytest.mark.parametrize("node_type", [INSTALLED, CONTAINERIZED])
def test_a_code_without_its_computer_has_no_description(node_type):
    with pytest.raises(CannotExport, match="no computer"):
        codes.describe(node(node_type, {}))


@pytest.mark.parametrize("node_type", [INSTALLED, PORTABLE, CONTAINERIZED])
@pytest.mark.parametrize("value", [..., None, 3, ["pw.x"], True])
def test_a_code_without_a_program_is_refused(node_type, value):
    attributes = {} if value is ... else {"filepath_executable": value}
    with pytest.raises(CannotExport, match="filepath_executable") as caught:
        codes.write_yaml(node(node_type, attributes))
    assert caught.value.status == 400


@pytest.mark.parametrize("name", [field.name for field in codes.FIELDS if field.name != "computer"])
@pytest.mark.parametrize("value", [3, 1.5, ["x"], {"x": 1}])
def test_attributes_of_a_wrong_type_are_refused(name, value):
    with pytest.raises(CannotExport, match=f"`{name}` is not (a string|true or false)"):
        codes.write_yaml(node(INSTALLED, {"filepath_executable": "/bin/x", name: value}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below),
    max_leaves=5,
)
NAMES = st.sampled_from([field.name for field in codes.FIELDS])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.sampled_from(TYPES), st.dictionaries(NAMES, JSON | TEXTS), st.none() | TEXTS, st.text())
def test_random_nodes_are_written_or_refused(node_type, attributes, computer, label):
    with suppress(CannotExport):
        codes.write_yaml(node(node_type, attributes, computer, label)).content.decode("utf-8")
    with suppress(CannotExport):
        codes.describe(node(node_type, attributes, computer, label))


@given(TEXTS, TEXTS)
def test_texts_come_back_as_they_were(text, label):
    found = written(INSTALLED, {"filepath_executable": text}, label=label)
    assert (found["filepath_executable"], found["label"]) == (text, label)
