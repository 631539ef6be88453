"""`provender config`: what is found in a configuration, and what it comes to."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from support.command import run
from support.postgres import connect


@pytest.fixture
def checked(tmp_path):
    """A function that checks a configuration; gives the findings as pairs of level and words."""

    def check(text, *options, status=0, environment=None):
        file = tmp_path / "config.yaml"
        file.write_text(text)
        file.chmod(0o600)
        out, _ = run("config", "check", file, *options, status=status, environment=environment)
        lines = out.split("\n\n")[0].splitlines()
        found = [re.split(r"  +", line, maxsplit=2) for line in lines]
        return [(level, subject, words) for level, subject, words in found]

    return check


def of(found, level):
    return [(subject, words) for kind, subject, words in found if kind == level]


def test_a_good_configuration_is_told_line_by_line(checked, data, tmp_path):
    found = checked(
        f"profiles:\n  lab: {data / 'lab.aiida'}\nproxy: {{trusted: [127.0.0.1]}}\n"
        f"cache: {{folder: {tmp_path / 'cache'}}}\n"
    )
    assert of(found, "problem") == []
    assert ("settings", "all are known and in their bounds") in of(found, "ok")
    assert ("profiles", "1 in the configuration, `lab` by default") in of(found, "ok")
    assert ("proxies", "trusted: 127.0.0.1") in of(found, "ok")
    assert ("lab", "core.sqlite_zip, main_0001, 312 nodes") in of(found, "ok")


def test_every_wrong_setting_is_told_at_once(checked):
    found = checked(
        "limits: {default: -1, perpagee: 3, joins: many}\nlimit: 5\nlog_format: xml\n"
        "profiles: {a: {store: demo, repositry: x}}\n",
        "--offline",
        status=1,
    )
    told = " ".join(words for subject, words in of(found, "problem") if subject == "settings")
    assert "`limits.default` must be at least 1 in config.yaml, not -1." in told
    assert "Did you mean `limits.perpage`?" in told
    assert "`limits.joins` must be an integer" in told
    assert "Unknown setting `limit` in config.yaml. Did you mean `limits`?" in told
    assert "`log_format` does not know `xml`" in told
    assert "Did you mean `profiles.a.repository`?" in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "expected the node content, but found the end (line 1, column 5)"),
        ("a: 1\n\tb: 2\n", "cannot start any token (line 2, column 1)"),
        ("a: 1\n\tb: 2\n", "YAML is indented with blanks, never with tabs."),
        ("profiles:\n  lab: a: b\n", "mapping values are not allowed here (line 2, column 9)"),
        ("profiles:\n  lab: a: b\n", "A value that holds `: ` needs quotes around it."),
        ("archives: [/a\nlog_format: text\n", "(line 2, column 11)"),
        ("archives: [/a\nlog_format: text\n", "(line 1, column 11)"),
        ("a: 2021-13-45\n", "month must be in 1..12 (line 1, column 4)"),
        ("a: !!python/name:x y\n", "could not determine a constructor"),
        ("a: \x07\n", "the character #x0007 is not allowed (line 1)"),
        ("a: " + "[" * 5000, "it is nested too deeply"),
        ("limits: {}\nmetrics: true\nlimits: {}\n", "names `limits` twice (line 3)."),
        ("- a\n", "must hold names with values"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_problem(checked, text, words):
    ((subject, told),) = of(checked(text, status=1), "problem")
    assert subject == "file"
    assert words in told


def test_a_profile_that_stands_twice_is_a_problem(checked):
    found = checked("profiles:\n  lab: demo\n  lab: demo\n", "--offline", status=1)
    words = "The profile `lab` stands twice in config.yaml (line 3). The second is not read."
    assert of(found, "problem") == [("settings", words)]
    assert ("profiles", "1 in the configuration, `lab` by default") in of(found, "ok")


def test_the_same_faults_stop_the_server(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("metrics: true\nmetrics: false\n")
    _, err = run("--config", file, "restapi", status=1)
    assert err.startswith(f"Error: The configuration file {file} names `metrics` twice (line 2).")


def test_merged_mappings_of_yaml_are_no_repetition(checked):
    text = "profiles:\n  a: &a {store: demo, expose: []}\n  b: {<<: *a, expose: [authinfo]}\n"
    assert of(checked(text + "default_profile: a\n", "--offline"), "problem") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("profiles: {ready: demo}\n", "cannot be called `ready`"),
        ("profiles: {browse: demo}\n", "cannot be called `browse`"),
        ("profiles: {a/b: demo}\n", "cannot be called `a/b`"),
        ("profiles: {a: demo, b: demo}\n", "There are several profiles and no default"),
        ("profiles: {a: demo}\ndefault_profile: c\n", "There is no profile `c`."),
        ("profiles: {a: 'mysql://x/y'}\n", "The scheme `mysql` is not supported."),
        ("archives: [none]\n", "There is no folder"),
        ("profiles: {a: none.aiida}\n", "There is no file or folder"),
        ("proxy: {trusted: [localhost]}\n", "which is neither an address nor a network"),
        ("aiida_config: none\n", "cannot be read"),
    ],
)
def test_what_stops_the_server_or_a_store_is_a_problem(checked, text, words):
    found = checked(text, "--offline", status=1)
    assert any(words in told for _, told in of(found, "problem")), found


def test_two_archives_of_one_name_are_told_with_both_files(checked, data, tmp_path):
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        shutil.copy(data / "lab.aiida", tmp_path / folder / "paper.aiida")
    found = checked("archives: [first, second]\n", "--offline", status=1)
    ((_, told),) = of(found, "problem")
    assert "Two profiles are called `paper`" in told
    assert "first/paper.aiida" in told
    assert "second/paper.aiida" in told


def test_variables_that_nobody_reads_are_told(checked):
    environment = {"PROVENDER_LIMIT_JOINS": "3", "PROVENDER_LIMITS_JOINS": "3"}
    found = checked("", "--offline", environment=environment)
    told = [words for subject, words in of(found, "warning") if "LIMIT" in words]
    assert told == ["Nothing reads PROVENDER_LIMIT_JOINS. Did you mean PROVENDER_LIMITS_JOINS?"]


def test_wrong_variables_are_problems_too(checked):
    found = checked("", "--offline", environment={"PROVENDER_POOL_SIZE": "0"}, status=1)
    told = "`pool.size` must be at least 1 in PROVENDER_POOL_SIZE, not 0."
    assert ("settings", told) in of(found, "problem")


def test_profiles_from_the_environment_are_checked(checked, data):
    store = f"'{data / 'lab.aiida'}'"
    found = checked("", environment={"PROVENDER_PROFILES": f"{{lab: {store}}}"})
    assert dict(of(found, "ok"))["lab"] == "core.sqlite_zip, main_0001, 312 nodes"
    assert "PROVENDER_PROFILES" not in str(of(found, "warning"))
    found = checked("", "--offline", environment={"PROVENDER_PROFILES": "{lab: [}"}, status=1)
    ((_, told),) = of(found, "problem")
    assert told.startswith("The variable PROVENDER_PROFILES is not valid YAML: ")
    assert "(line 1, column 8)" in told


def test_a_password_in_the_environment_is_not_one_in_the_file(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("metrics: true\n")
    file.chmod(0o644)
    environment = {"PROVENDER_PROFILES": "{lab: 'postgresql://me:secret@127.0.0.1:1/x'}"}
    out, _ = run("config", "check", file, "--offline", environment=environment)
    assert "everybody can read" not in out
    assert "better be in ~/.pgpass" in out
    assert "secret" not in out


def test_a_password_that_everybody_can_read_is_a_warning(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("profiles: {lab: 'postgresql://me:secret@127.0.0.1:1/x'}\n")
    file.chmod(0o644)
    out, _ = run("config", "check", file, "--offline")
    assert re.search(
        r"^warning +passwords +.*config.yaml holds one and everybody", out, re.MULTILINE
    )
    file.chmod(0o640)
    out, _ = run("config", "check", file, "--offline")
    assert "everybody can read" not in out
    assert "secret" not in out


def test_a_password_file_that_libpq_would_ignore_is_a_warning(checked, tmp_path):
    kept = tmp_path / "pgpass"
    kept.touch(mode=0o644)
    kept.chmod(0o644)
    found = checked("", "--offline", environment={"PGPASSFILE": str(kept)})
    assert (
        f"{kept} is ignored: others may read it. chmod 600." in dict(of(found, "warning")).values()
    )


def test_a_cache_that_others_can_write_is_a_problem(checked, tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(0o777)
    found = checked(f"cache: {{folder: {folder}}}\n", "--offline", status=1)
    assert of(found, "problem") == [("cache", f"{folder} can be written by other users.")]


def test_a_check_makes_no_cache_that_the_server_would_find(checked, data, tmp_path):
    folder = tmp_path / "cache"
    found = checked(f"profiles: {{lab: {data / 'lab.aiida'}}}\ncache: {{folder: {folder}}}\n")
    assert ("cache", f"{folder} will be made") in of(found, "ok")
    assert not folder.exists()


def test_a_proxy_that_is_everybody_is_a_warning(checked):
    found = checked("proxy: {trusted: [0.0.0.0/0]}\n", "--offline")
    assert any("is everybody" in words for _, words in of(found, "warning"))


def test_show_names_the_variable_that_gives_the_profiles(tmp_path):
    environment = {"PROVENDER_PROFILES": '{"far": {"store": "postgresql://me:secret@db/x"}}'}
    out, _ = run("config", "show", environment=environment)
    row = next(line.split() for line in out.splitlines() if line.startswith("profiles."))
    assert row == ["profiles.far", "postgresql://me@db/x", "PROVENDER_PROFILES"]


def test_each_store_is_asked_and_its_problem_told(checked, data, lab_postgres, tmp_path):
    found = checked(
        "default_profile: lab\nprofiles:\n"
        f"  lab: '{lab_postgres}'\n  paper: {data / 'materials.aiida'}\n"
        "  away: postgresql://me@127.0.0.1:1/x\n"
        f"  old: {data / 'edge' / 'unknown_main_9999.aiida'}\n",
        status=1,
    )
    assert dict(of(found, "ok"))["paper"] == "core.sqlite_zip, main_0001, 151 nodes"
    assert "core.psql_dos, main_0002, 312 nodes" in dict(of(found, "ok"))["lab"]
    assert "No files: " in dict(of(found, "warning"))["lab"]
    problems = dict(of(found, "problem"))
    assert "The store `away` cannot be reached." in problems["away"]
    assert "use a newer Provender" in problems["old"]


def test_more_connections_than_postgresql_allows_are_a_warning(checked, lab_postgres):
    connection = connect(lab_postgres)
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        most = int(cursor.fetchone()[0])
    connection.close()
    limits = "limits: {expensive: 3, streams: 1}"
    text = f"profiles: {{lab: '{lab_postgres}'}}\npool: {{size: 2}}\n{limits}\n"
    few = checked(text, "--workers", "3")
    wanted = (
        "3 (workers) x (1 (stores open) x (2 (`pool.size`) + 1 (`limits.streams`)) "
        "+ 3 (`limits.expensive`) + 1 (`/profiles`)) = 21 of the"
    )
    assert wanted in dict(of(few, "ok"))["connections"]
    many = checked(text, environment={"WEB_CONCURRENCY": str(most)})
    told = dict(of(many, "warning"))["connections"]
    assert f"= {7 * most}, more than the " in told


def test_every_view_that_cannot_be_asked_is_told(checked, data):
    views = (
        'views:\n  good: {title: G, selection: label=like="%Fe%"}\n'
        "  bad: {title: B, where: {lable: x}}\n"
    )
    found = checked(views, "--offline", status=1)
    ((subject, words),) = of(found, "problem")
    assert subject == "views"
    assert words.startswith("The view `views.bad` cannot be served: Unknown key `lable`.")
    assert "Did you mean `label`?" in words
    view = "{w: {title: W, want: {u: '*'}}}"
    own = f"profiles:\n  lab:\n    store: {data / 'lab.aiida'}\n    views: {view}\n"
    told = of(checked(views + own, "--offline", status=1), "problem")
    assert [words.partition("`")[2].partition("`")[0] for _, words in told] == [
        "views.bad",
        "profiles.lab.views.w",
    ]
    found = checked(views.partition("  bad")[0], "--offline")
    assert ("views", "1, all can be asked") in of(found, "ok")


def test_a_view_that_cannot_be_asked_stops_the_server(tmp_path, data):
    file = tmp_path / "config.yaml"
    file.write_text("views: {x: {title: X, selection: 'lable=\"a\"'}}\n")
    for command in (["restapi", data / "lab.aiida", "--port", "0"], ["check", data / "lab.aiida"]):
        _, told = run("--config", file, *command, status=1)
        assert "The view `views.x` cannot be served: Unknown key `lable`." in told
        assert "Did you mean `label`?" in told


def test_views_are_shown_by_their_titles(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("views: {x: {title: All nodes}}\n")
    out, _ = run("--config", file, "config", "show")
    (line,) = [line for line in out.splitlines() if line.startswith("views.x")]
    assert re.split(r"  +", line)[1:] == ["All nodes", str(file)]


def test_show_tells_where_each_setting_comes_from(tmp_path, data):
    file = tmp_path / "config.yaml"
    file.write_text(
        f"profiles:\n  lab: {data / 'lab.aiida'}\n  far: postgresql://me:secret@db/x\n"
        "  odd: mysql://me:secret@db/x\n"
        "default_profile: lab\nlimits: {perpage: 7, joins: 3}\n"
    )
    environment = {"PROVENDER_LIMITS_JOINS": "4"}
    out, _ = run("--config", file, "config", "show", environment=environment)
    shown = {name: rest for name, *rest in (re.split(r"  +", line) for line in out.splitlines())}
    assert shown["limits.perpage"] == ["7", str(file)]
    assert shown["limits.joins"] == ["4", "PROVENDER_LIMITS_JOINS"]
    assert shown["limits.default"] == ["400", "default"]
    assert shown["profiles.far"] == ["postgresql://me@db/x", str(file)]
    assert shown["profiles.odd"][0] == "cannot be served: The scheme `mysql` is not supported."
    assert shown["metrics"] == ["false", "default"]
    assert "secret" not in out


def test_the_sample_is_a_good_configuration():
    sample = Path(__file__).parents[2] / "config" / "provender.yaml"
    out, _ = run("config", "check", sample, "--offline")
    assert " 0 problems." in out
