from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from provender import configuration
from provender.errors import ConfigurationError
from provender.settings import Limits, ProfileSettings, Settings, table
from provender.store.selection import available

SAMPLE = Path(__file__).parents[1] / "config" / "provender.yaml"


def load(tmp_path, text, environment=None, **overrides):
    file = tmp_path / "provender.yaml"
    file.write_text(text)
    return configuration.load(file, overrides, environment or {})


def levels(first, line, last):
    """Return YAML in which each of ten names repeats the one before ten times."""
    repeated = (line.format(new, ",".join([f"*{old}"] * 10)) for old, new in pairwise("abcdefghij"))
    return "\n".join([first, *repeated, last])


@pytest.mark.parametrize(
    "text",
    [
        levels("archives: &a [x]", "{0}: &{0} [{1}]", "default_profile: *j"),
        levels("archives: &a {x: 1}", "{0}: &{0} {{<<: [{1}]}}", "limits: *j"),
    ],
)
def test_aliases_that_stand_for_a_billion_values_are_refused(text, tmp_path):
    with pytest.raises(ConfigurationError, match="stand for too many values") as caught:
        load(tmp_path, text)
    assert len(caught.value.message) < 300


def test_aliases_are_read(tmp_path):
    text = "limits: &a {default: 7}\nprofiles: {x: &b {store: demo}, y: {<<: *b, expose: []}}"
    assert set(load(tmp_path, text).profiles) == {"x", "y"}


def test_every_setting_has_a_default():
    assert configuration.load(None, None, {}) == Settings()


def test_command_line_over_environment_over_file_over_default(tmp_path):
    text = "limits: {default: 1, perpage: 2, statement_seconds: 3}"
    environment = {"PROVENDER_LIMITS_PERPAGE": "20", "PROVENDER_LIMITS_STATEMENT_SECONDS": "30.5"}
    found = load(tmp_path, text, environment, **{"limits.statement_seconds": 300})
    assert found.limits == Limits(default=1, perpage=20, statement_seconds=300.0)


def test_environment_variables_of_every_kind(tmp_path):
    found = configuration.load(
        None,
        None,
        {
            "PROVENDER_EXPOSE": "users.email, authinfo",
            "PROVENDER_PROFILE_SWITCHING": "true",
            "PROVENDER_DEFAULT_PROFILE": "lab",
            "PROVENDER_CACHE_FOLDER": str(tmp_path),
            "PROVENDER_ARCHIVES": f"[{tmp_path}]",
            "PROVENDER_PROFILES": f"{{lab: demo, x: {{store: {tmp_path}, expose: [authinfo]}}}}",
            "PROVENDER_TEST_POSTGRES": "no setting",
        },
    )
    assert found.expose == ("users.email", "authinfo")
    assert found.profile_switching is True
    assert found.default_profile == "lab"
    assert found.cache.folder == tmp_path
    assert found.archives == (tmp_path,)
    assert found.profiles == {
        "lab": ProfileSettings("demo"),
        "x": ProfileSettings(str(tmp_path), expose=("authinfo",)),
    }


def test_profiles_of_the_environment_replace_those_of_the_file(tmp_path):
    environment = {"PROVENDER_PROFILES": '{"other":"other.aiida"}'}  # JSON is YAML
    found = load(tmp_path, "profiles: {lab: demo}\nmetrics: true", environment)
    assert found.metrics is True
    assert found.profiles == {"other": ProfileSettings(str(tmp_path / "other.aiida"))}


def test_a_section_without_values_takes_those_of_the_environment(tmp_path):
    found = load(tmp_path, "limits:\n  #default: 3\n", {"PROVENDER_LIMITS_PERPAGE": "7"})
    assert found.limits == Limits(perpage=7)


def test_paths_are_taken_from_the_folder_of_the_file(tmp_path):
    text = """
profiles:
  lab: {store: "postgresql://localhost/x", repository: container}
  paper: archives/paper.aiida
  demo: demo
  absolute: /srv/x.aiida
archives: [archives]
aiida_config: .aiida
cache: {folder: cache}
"""
    found = load(tmp_path, text)
    assert found.profiles["lab"].store == "postgresql://localhost/x"
    assert found.profiles["lab"].repository == tmp_path / "container"
    assert found.profiles["paper"].store == str(tmp_path / "archives" / "paper.aiida")
    assert found.profiles["demo"].store == "demo"
    assert found.profiles["absolute"].store == "/srv/x.aiida"
    assert found.archives == (tmp_path / "archives",)
    assert found.aiida_config == tmp_path / ".aiida"
    assert found.cache.folder == tmp_path / "cache"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("limit: {}", "Unknown setting `limit`", "Did you mean `limits`?"),
        (
            "limits: {defalt: 1}",
            "Unknown setting `limits.defalt`",
            "Did you mean `limits.default`?",
        ),
        ("xyzzy: 1", "Unknown setting `xyzzy`", None),
        ("profiles: [1]", "`profiles` must hold names with values", None),
        ("limits: 5", "`limits` must hold names with values", None),
        ("limits: {default: x}", "`limits.default` must be an integer", None),
        ("limits: {default: true}", "`limits.default` must be an integer", None),
        ("limits: {default: 0}", "`limits.default` must be at least 1", None),
        ("limits: {statement_seconds: .nan}", "must be a number", None),
        ("limits: {statement_seconds: false}", "must be a number", None),
        ("profile_switching: 5", "`profile_switching` must be true or false", None),
        ("default_profile: [a]", "`default_profile` must be a string", None),
        ("archives: 5", "`archives` must be a list of folders", None),
        ("expose: {a: 1}", "`expose` must be a list of names", None),
        ("expose: [passwords]", "`expose` does not know `passwords`", "users.email, authinfo"),
        ("cache: {folder: 5}", "`cache.folder` must be a path", None),
        ("- a", "must hold names with values", None),
        ("a: [", "is not valid YAML: expected the node content", None),
        ("a: !!python/object:os.system x", "is not valid YAML", None),
    ],
)
def test_mistakes_are_told(tmp_path, text, message, hint):
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, text)
    assert message in caught.value.message
    assert "provender.yaml" in caught.value.message
    assert (hint or "") in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("{stor: x}", "Unknown setting `profiles.a.stor` in {file}. Did you mean"),
        ("{}", "`profiles.a.store` is missing in {file}."),
        ("5", "`profiles.a` must hold names with values in {file}."),
        ("{store: x, expose: [password]}", "`profiles.a.expose` does not know `password`"),
        ("{store: {url: secret}}", "`profiles.a.store` must be a string in {file}."),
    ],
)
def test_a_mistake_in_a_profile_refuses_that_profile_only(tmp_path, entry, reason):
    found = load(tmp_path, f"profiles:\n  a: {entry}\n  b: demo\n")
    assert list(found.profiles) == ["b"]
    assert [item.name for item in found.refused] == ["a"]
    assert found.refused[0].reason.startswith(reason.format(file=tmp_path / "provender.yaml"))
    assert "secret" not in found.refused[0].reason


def test_of_a_profile_that_stands_twice_the_first_is_taken(tmp_path):
    text = "profiles:\n  a: postgresql://one/x\n  b: demo\n  a: {store: postgresql://two/x}\n"
    found = load(tmp_path, text)
    assert {name: item.store for name, item in found.profiles.items()} == {
        "a": "postgresql://one/x",
        "b": "demo",
    }
    file = tmp_path / "provender.yaml"
    expected = f"The profile `a` stands twice in {file} (line 4). The second is not read."
    assert [(item.name, item.reason) for item in found.refused] == [("a", expected)]
    assert [item.name for item in configuration.read({"profiles": {1: "x", "1": "y"}}).refused] == [
        "1"
    ]


def test_names_of_profiles_stay_as_they_are_written(tmp_path):
    names = ["1.10", "on", "2024", "0x10", "1_000", "~", "2024-11-21"]
    text = "".join(f"  {name}: demo\n" for name in names)
    assert list(load(tmp_path, f"profiles:\n{text}").profiles) == names


def test_merged_profiles_are_no_repetition(tmp_path):
    text = "profiles:\n  a: &a {store: demo}\n  b: {<<: *a, store: x}\n  <<: {c: demo, a: y}\n"
    found = load(tmp_path, text)
    assert set(found.profiles) == {"a", "b", "c"}
    assert (found.profiles["a"].store, found.refused) == ("demo", ())


def test_mistakes_in_the_environment_are_told(tmp_path):
    with pytest.raises(ConfigurationError, match=r"limits\.default"):
        load(tmp_path, "", {"PROVENDER_LIMITS_DEFAULT": "many"})
    with pytest.raises(ConfigurationError, match=r"limits\.default"):
        load(tmp_path, "", {"PROVENDER_LIMITS_DEFAULT": "[unclosed"})
    with pytest.raises(ConfigurationError, match=r"`limits` must hold"):
        load(tmp_path, "limits: 5", {"PROVENDER_LIMITS_DEFAULT": "5"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("postgresql://db/x", "`profiles` must hold names with values in PROVENDER_PROFILES."),
        ("{a: [}", "The variable PROVENDER_PROFILES is not valid YAML: "),
        ("{a: {stor: x, stor: y}}", "The variable PROVENDER_PROFILES names `stor` twice (line 1)."),
    ],
)
def test_mistakes_in_profiles_of_the_environment_name_the_variable(tmp_path, text, message):
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, "", {"PROVENDER_PROFILES": text})
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("a: {stor: x}", "Unknown setting `profiles.a.stor` in PROVENDER_PROFILES."),
        ("a: {repository: x}", "`profiles.a.store` is missing in PROVENDER_PROFILES."),
        ("b: x", "The profile `b` stands twice in PROVENDER_PROFILES (line 1)."),
    ],
)
def test_a_profile_of_the_environment_with_a_mistake_does_not_stop_the_others(entry, reason):
    found = configuration.load(None, None, {"PROVENDER_PROFILES": f"{{b: demo, {entry}}}"})
    assert {name: profile.store for name, profile in found.profiles.items()} == {"b": "demo"}
    assert [item.reason.startswith(reason) for item in found.refused] == [True]


def test_a_mistake_in_a_variable_names_the_variable(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, "limits: {joins: 2}", {"PROVENDER_LIMITS_DEFAULT": "0"})
    assert caught.value.message == (
        "`limits.default` must be at least 1 in PROVENDER_LIMITS_DEFAULT, not 0."
    )


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        configuration.load(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ConfigurationError, match=r"the byte 0xff is not UTF-8 \(line 1\)"):
        configuration.load(tmp_path / "bytes.yaml")


def test_where_the_file_is_looked_for(tmp_path, monkeypatch):
    assert configuration.find_file(None) is None
    assert configuration.find_file(tmp_path) == tmp_path / "config.yaml"
    assert configuration.find_file(tmp_path / "x.yaml") == tmp_path / "x.yaml"
    monkeypatch.setenv("PROVENDER_CONFIG", str(tmp_path / "y.yaml"))
    assert configuration.find_file(None) == tmp_path / "y.yaml"
    monkeypatch.delenv("PROVENDER_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "provender").mkdir()
    (tmp_path / "provender" / "config.yaml").touch()
    assert configuration.find_file(None) == tmp_path / "provender" / "config.yaml"


def test_an_empty_file_is_no_settings(tmp_path):
    assert load(tmp_path, "") == Settings()
    assert load(tmp_path, "limits:\n") == Settings()


def commented(text):
    """Return the numbers of the lines that hold a setting behind a `#`."""
    return [i for i, line in enumerate(text.splitlines()) if re.match(r" *#[^ #]", line)]


def uncommented(text, numbers):
    """Return a text without the `#` of some lines."""
    lines = text.splitlines()
    for number in numbers:
        lines[number] = lines[number].replace("#", "", 1)
    return "\n".join(lines) + "\n"


def test_the_sample_as_it_is_changes_nothing():
    assert configuration.load(SAMPLE, None, {}) == Settings()


def test_the_sample_names_every_setting():
    text = SAMPLE.read_text()
    named = set()
    for name, value in yaml.safe_load(uncommented(text, commented(text))).items():
        named |= {f"{name}.{key}" for key in value} if name in SECTIONS else {name}
    assert named == {row.name for row in table()}
    assert len(commented(text)) == len(named) + 2  # three profiles


SECTIONS = {row.name.partition(".")[0] for row in table() if "." in row.name}


@pytest.mark.parametrize("number", commented(SAMPLE.read_text()))
def test_each_line_of_the_sample_can_be_uncommented(tmp_path, number):
    text = uncommented(SAMPLE.read_text(), [number])
    found = load(tmp_path, text)
    line = text.splitlines()[number]
    if line.startswith("default_profile"):
        assert found == Settings(default_profile="lab")
    elif line.startswith(("  lab", "  paper", "  demo")):
        assert list(found.profiles) == [line.split(":")[0].strip()]
        assert replace(found, profiles={}) == Settings()
        assert available(found)[0].choose(None)
    else:
        assert found == Settings()  # every line shows the default


EXAMPLES = [SAMPLE, *sorted(SAMPLE.parents[1].glob("wsgi/*/config.yaml"))]


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda path: path.parent.name)
def test_all_lines_of_an_example_can_be_uncommented(tmp_path, file):
    text = file.read_text()
    assert commented(text)
    found = load(tmp_path, uncommented(text, commented(text)))
    assert len(found.profiles) > 1
    chosen = available(found)[0].choose(None)
    assert chosen.name == found.default_profile
    for number in commented(text):
        assert load(tmp_path, uncommented(text, [number]))
