from __future__ import annotations

import json
from dataclasses import replace

import pytest

from provender import configuration
from provender.errors import ConfigurationError
from provender.settings import Settings
from provender.store import aiidaconfig
from provender.store.profiles import (
    Profile,
    ProfileKind,
    Profiles,
    check_exists,
    collect,
    demo_path,
    from_settings,
    from_store,
    parse_url,
)
from provender.store.selection import available, select


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://localhost/aiida", {"host": "localhost", "dbname": "aiida"}),
        (
            "postgresql+psycopg2://me:se%40cret@db:5433/aiida?sslmode=require",
            {
                "user": "me",
                "password": "se@cret",
                "host": "db",
                "port": "5433",
                "dbname": "aiida",
                "sslmode": "require",
            },
        ),
        ("postgres:///aiida?host=/run/pg", {"host": "/run/pg", "dbname": "aiida"}),
        ("postgresql://h1:1,h2:2/x", {"host": "h1,h2", "port": "1,2", "dbname": "x"}),
        ("postgresql:///x?host=h1:1", {"host": "h1", "port": "1", "dbname": "x"}),
        ("postgresql:///x?host=h1&host=h2:2", {"host": "h1,h2", "port": ",2", "dbname": "x"}),
        (
            "postgresql:///x?host=[::1]:1&host=fe80::2&host=/run/pg",
            {"host": "::1,fe80::2,/run/pg", "port": "1,,", "dbname": "x"},
        ),
        (
            "postgresql+psycopg2://u@/x?host=h1:1&host=h2:2&target_session_attrs=prefer-standby",
            {
                "user": "u",
                "host": "h1,h2",
                "port": "1,2",
                "dbname": "x",
                "target_session_attrs": "prefer-standby",
            },
        ),
    ],
)
def test_urls(url, expected):
    assert parse_url(url) == expected


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://[broken/x", "http://x"])
def test_urls_that_cannot_be_used_are_not_repeated(url):
    with pytest.raises(ConfigurationError) as caught:
        parse_url(url)
    assert url not in caught.value.message


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:secret@db:5433/aiida", "postgresql://me@db:5433/aiida"),
        ("postgresql:///aiida?host=/run/pg", "postgresql:///aiida?host=/run/pg"),
        ("postgresql://h1:1,h2:2/x", "postgresql://h1:1,h2:2/x"),
        ("postgresql://db/x", "postgresql://db/x"),
    ],
)
def test_passwords_are_never_shown(url, shown):
    profile = from_store(url)
    assert profile.location == shown
    assert "secret" not in repr(profile)


def test_stores_of_every_kind(data, unpacked):
    assert from_store("demo").path == demo_path()
    assert demo_path().stat().st_size > 100_000
    archive = from_store(str(data / "lab.aiida"))
    assert (archive.name, archive.kind) == ("lab", ProfileKind.ARCHIVE)
    sqlite = from_store(str(unpacked / "sqlite_dos"))
    assert sqlite.kind is ProfileKind.SQLITE
    assert sqlite.repository == unpacked / "sqlite_dos" / "container"
    assert from_store("postgresql://localhost/my db".replace(" ", "%20")).name == "my-db"
    assert from_store("postgresql://localhost").name == "postgresql"


def test_what_somebody_named_must_be_there(tmp_path):
    with pytest.raises(ConfigurationError, match="no file or folder"):
        check_exists(from_store(str(tmp_path / "none.aiida")))
    with pytest.raises(ConfigurationError, match="is no store"):
        check_exists(from_store(str(tmp_path)))
    check_exists(from_store("postgresql://localhost/x"))


def test_archives_of_a_folder_are_profiles(data, tmp_path):
    settings = replace(Settings(), archives=(data,), expose=("authinfo",))
    found = from_settings(settings).by_name
    assert set(found) == {"lab", "materials"}
    assert found["lab"].expose == ("authinfo",)
    with pytest.raises(ConfigurationError, match="no folder"):
        from_settings(replace(Settings(), archives=(tmp_path / "none",)))


@pytest.mark.parametrize("name", ["api", "metrics", "a b", "-x", ""])
def test_names_that_a_profile_cannot_have(name):
    with pytest.raises(ConfigurationError, match="cannot be called"):
        collect([Profile(name, ProfileKind.ARCHIVE, "here")])


def test_a_clash_of_names_tells_both_places():
    both = [
        replace(from_store("/one/x.aiida"), name="x"),
        replace(from_store("/two/x.aiida"), name="x"),
    ]
    with pytest.raises(ConfigurationError, match=r"/one/x\.aiida and /two/x\.aiida"):
        collect(both)


def test_choosing():
    one = {"a": from_store("/x/a.aiida")}
    two = one | {"b": from_store("/x/b.aiida")}
    assert Profiles(one).choose(None).name == "a"
    assert Profiles(two, "b").choose(None).name == "b"
    assert Profiles(two).choose("a").name == "a"
    with pytest.raises(ConfigurationError, match="no default among several") as caught:
        Profiles(two).choose(None)
    assert caught.value.hint == "Known: a, b."
    with pytest.raises(ConfigurationError, match="no profile `c`"):
        Profiles(two).choose("c")


PLACEHOLDERS = {
    "@PGHOST@": "localhost",
    "@PGUSER@": "reader",
    "@PGPASSWORD@": "secret",
    "@PGDATABASE@": "lab",
}


@pytest.fixture
def aiida_folder(data, tmp_path, unpacked):
    """A function that makes an AiiDA configuration folder of a sample."""

    def make(name):
        text = (data / "configs" / f"{name}.json").read_text()
        for placeholder, value in (PLACEHOLDERS | {"@STORES@": str(unpacked)}).items():
            text = text.replace(placeholder, value)
        folder = tmp_path / ".aiida"
        folder.mkdir()
        (folder / "config.json").write_text(text)
        return folder

    return make


@pytest.mark.parametrize(
    ("name", "profiles", "default"),
    [
        ("v10", {"lab", "lab-sqlite", "lab-archive", "memory", "plugin"}, "lab-sqlite"),
        ("v9", {"lab", "lab-sqlite"}, "lab-sqlite"),
        ("v7", {"lab"}, "lab"),
        ("v5", {"lab"}, "lab"),
        ("v11_compatible", {"lab-sqlite"}, "lab-sqlite"),
        ("no_default", {"lab-sqlite", "lab-archive"}, None),
    ],
)
def test_aiida_configurations_of_every_version(name, profiles, default, aiida_folder, unpacked):
    found = aiidaconfig.read_profiles(aiida_folder(name))
    assert set(found.by_name) == profiles
    assert found.default == default
    if "lab" in profiles:
        lab = found.by_name["lab"]
        assert lab.kind is ProfileKind.POSTGRESQL
        assert lab.dsn == {
            "host": "localhost",
            "port": 5432,
            "user": "reader",
            "password": "secret",
            "dbname": "lab",
        }
        assert lab.repository == unpacked / "repo" / "container"
    if "lab-sqlite" in profiles:
        assert found.by_name["lab-sqlite"].path == unpacked / "sqlite_dos"


def test_unsupported_backends_do_not_prevent_the_others(aiida_folder):
    found = aiidaconfig.read_profiles(aiida_folder("v10")).by_name
    assert found["memory"].problem == "The storage backend `core.sqlite_temp` is not supported."
    assert found["plugin"].problem == "The storage backend `acme.cloud` is not supported."
    assert found["lab-archive"].kind is ProfileKind.ARCHIVE


@pytest.mark.parametrize(
    ("name", "message"), [("v99", "version 99, newer than 10"), ("broken", "not valid JSON")]
)
def test_aiida_configurations_that_cannot_be_used(name, message, aiida_folder):
    with pytest.raises(ConfigurationError, match=message):
        aiidaconfig.read_profiles(aiida_folder(name))


@pytest.mark.parametrize("content", ["[]", '{"profiles": []}'])
def test_aiida_configurations_of_another_form(content, tmp_path):
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(ConfigurationError, match="not valid"):
        aiidaconfig.read_profiles(tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        aiidaconfig.read_profiles(tmp_path / "none")


@pytest.mark.parametrize("uri", ["", "file://host", "s3://x", None])
def test_repositories_that_are_no_folder(uri, tmp_path):
    storage = {"backend": "core.psql_dos", "config": {"repository_uri": uri}}
    (tmp_path / "config.json").write_text(json.dumps({"profiles": {"x": {"storage": storage}}}))
    assert aiidaconfig.read_profiles(tmp_path).by_name["x"].repository is None


def test_the_configuration_folder_is_looked_for_as_aiida_does(tmp_path, monkeypatch):
    (tmp_path / "b" / ".aiida").mkdir(parents=True)
    (tmp_path / "c" / ".aiida").mkdir(parents=True)

    def found(*names):
        path = ":".join(str(tmp_path / name) for name in names)
        return aiidaconfig.find_folder({"AIIDA_PATH": path})

    assert found("a", "b", "c") == tmp_path / "b" / ".aiida"
    assert found("c/.aiida") == tmp_path / "c" / ".aiida"
    assert found("x", "y") == tmp_path / "y" / ".aiida"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert aiidaconfig.find_folder({}) == tmp_path / ".aiida"


def test_the_order_in_which_a_store_is_found(data, tmp_path, monkeypatch, aiida_folder):
    settings = Settings()
    assert select(settings).profile.name == "demo"
    assert "no configuration found" in select(settings).reason
    with pytest.raises(ConfigurationError, match="no configuration was found"):
        select(settings, profile="lab")

    aiida_folder("v10")
    monkeypatch.setenv("AIIDA_PATH", str(tmp_path))
    theirs = select(settings)
    assert theirs.profile.name == "lab-sqlite"
    assert "the default profile in the AiiDA configuration" in theirs.reason
    assert select(settings, profile="lab").profile.kind is ProfileKind.POSTGRESQL
    with pytest.raises(ConfigurationError, match=r"core\.sqlite_temp"):
        select(settings, profile="memory")

    ours = configuration.read({"profiles": {"mine": str(data / "lab.aiida")}})
    assert select(ours).profile.name == "mine"
    assert select(ours).profiles.default == "mine"
    with pytest.raises(ConfigurationError):
        select(ours, profile="lab")
    both = replace(ours, aiida_config=tmp_path / ".aiida")
    assert set(available(both)[0].by_name) >= {"mine", "lab", "lab-sqlite"}
    assert select(both).profile.name == "lab-sqlite"
    assert select(replace(both, default_profile="mine")).profile.name == "mine"

    named = select(both, store=str(data / "materials.aiida"))
    assert named.profile.name == "materials"
    assert set(named.profiles.by_name) == {"materials"}


def test_without_a_default_a_profile_must_be_named(aiida_folder, monkeypatch, tmp_path):
    aiida_folder("no_default")
    monkeypatch.setenv("AIIDA_PATH", str(tmp_path))
    with pytest.raises(ConfigurationError) as caught:
        select(Settings())
    assert caught.value.hint == "Known: lab-archive, lab-sqlite."
    assert select(Settings(), profile="lab-archive").profile.name == "lab-archive"


def test_a_link_to_an_archive_has_the_name_of_the_link(tmp_path, data):
    (tmp_path / "paper.aiida").symlink_to(data / "lab.aiida")
    assert from_store(str(tmp_path / "paper.aiida")).name == "paper"
    assert list(from_settings(Settings(archives=(tmp_path,))).by_name) == ["paper"]
