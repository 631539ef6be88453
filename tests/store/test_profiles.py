from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from provender import configuration
from provender.errors import ConfigurationError
from provender.settings import ProfileSettings, Settings
from provender.store import aiidaconfig, names
from provender.store.addresses import parse_url
from provender.store.profiles import ProfileKind, Profiles, check_exists, demo_path, from_store
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


@pytest.mark.parametrize(
    "url",
    [
        "mysql://x/y",
        "postgresql://[broken/x",
        "http://x",
        "postgresql://me:se@cret@db/x",
        "postgresql://me:se/cret@db/x",
        "postgresql://me:5/cret@db/x?host=h@h",
    ],
)
def test_urls_that_cannot_be_used_are_not_repeated(url):
    with pytest.raises(ConfigurationError) as caught:
        parse_url(url)
    assert url not in caught.value.message
    assert "cret" not in f"{caught.value.message} {caught.value.hint}"


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


def test_of_a_file_inside_a_store_the_folder_is_the_store(unpacked, tmp_path):
    inside = unpacked / "sqlite_dos" / "database.sqlite"
    found = from_store(str(inside))
    assert (found.name, found.kind) == ("sqlite_dos", ProfileKind.SQLITE)
    assert found.path == unpacked / "sqlite_dos"
    assert from_store(str(tmp_path / "away" / "database.sqlite")).path == tmp_path / "away"
    folder = tmp_path / "open"
    folder.mkdir()
    for name in ("metadata.json", "db.sqlite3"):
        (folder / name).touch()
        found = from_store(str(folder / name))
        assert (found.name, found.kind, found.path) == ("open", ProfileKind.ARCHIVE, folder)


def test_names_of_folders_and_files(tmp_path, monkeypatch):
    for name in ("my.profile", "paper.aiida", "v2.0"):
        (tmp_path / name).mkdir()
    (tmp_path / "paper.v2.zip").touch()
    assert from_store(str(tmp_path / "my.profile")).name == "my.profile"
    assert from_store(str(tmp_path / "paper.aiida")).name == "paper"
    assert from_store(str(tmp_path / "paper.v2.zip")).name == "paper.v2"
    monkeypatch.chdir(tmp_path / "my.profile")
    for here in (".", "database.sqlite", "../my.profile/"):
        assert from_store(here).name == "my.profile"
    assert from_store("..").name == names.cleaned(tmp_path.name)


@pytest.mark.parametrize("store", ["~nobody_of_that_name/x.aiida", "a\0b"])
def test_paths_that_cannot_be(store):
    with pytest.raises(ConfigurationError):
        from_store(store)


def test_a_path_that_the_system_refuses_is_one_that_is_not_there():
    with pytest.raises(ConfigurationError, match="no file or folder"):
        check_exists(from_store("x" * 300))


def test_what_somebody_named_must_be_there(tmp_path, unpacked):
    with pytest.raises(ConfigurationError, match="no file or folder"):
        check_exists(from_store(str(tmp_path / "none.aiida")))
    with pytest.raises(ConfigurationError, match="is not a store") as caught:
        check_exists(from_store(str(tmp_path)))
    assert caught.value.hint is None
    check_exists(from_store("postgresql://localhost/x"))
    check_exists(from_store(str(unpacked / "sqlite_dos" / "database.sqlite")))


def advice(folder):
    with pytest.raises(ConfigurationError, match="is not a store") as caught:
        check_exists(from_store(str(folder)))
    return caught.value.hint


def test_of_other_folders_is_told_what_may_be_meant(unpacked, tmp_path, data):
    assert advice(unpacked) == f"Is {unpacked / 'sqlite_dos'} meant?"
    assert advice(unpacked / "sqlite_dos" / "container") == f"Is {unpacked / 'sqlite_dos'} meant?"
    assert "as its repository" in advice(unpacked / "repo" / "container")
    assert "`archives: [FOLDER]`" in advice(data)
    (tmp_path / "config.json").write_text("{}")
    assert "`aiida_config`" in advice(tmp_path)


def archives(data, folder, *stems):
    folder.mkdir(exist_ok=True)
    for stem in stems:
        shutil.copy(data / "lab.aiida", folder / f"{stem}.aiida")
    return folder


def found_in(*folders, **options):
    return available(replace(Settings(), archives=folders, **options))[0]


def test_archives_of_a_folder_are_profiles(data, tmp_path):
    found = found_in(data, expose=("authinfo",))
    assert set(found.by_name) == {"lab", "materials"}
    assert found.by_name["lab"].expose == ("authinfo",)
    assert found.unserved == ()
    (missing,) = found_in(tmp_path / "none").unserved
    assert missing.words == f"archives ({tmp_path}/none): There is no folder {tmp_path}/none."
    (tmp_path / "file").touch()
    (broken,) = found_in(tmp_path / "file").unserved
    assert "cannot be read: Not a directory." in broken.reason


ODD = ["api", "browse", "metrics", "a b", "-x", "é", "\udcff", "x\x1b[2J", "a\nb", "UPPER é"]


def test_a_folder_of_archives_that_was_named_is_served(data, tmp_path):
    for name in ("b", "a", "odd name"):
        shutil.copy(data / "lab.aiida", tmp_path / f"{name}.aiida")
    found = select(Settings(), store=str(tmp_path))
    assert sorted(found.profiles.by_name) == ["a", "b"]
    assert found.profile.name == "a"
    assert found.reason == f"it is the first archive of {tmp_path}"
    assert [item.name for item in found.profiles.unserved] == ["odd name"]
    assert select(Settings(), store=str(tmp_path), profile="b").profile.name == "b"
    with pytest.raises(ConfigurationError, match="There is no profile `c`"):
        select(Settings(), store=str(tmp_path), profile="c")


@pytest.mark.parametrize("name", ODD)
def test_a_name_that_a_profile_cannot_have_stops_nobody(name, data, tmp_path):
    folder = archives(data, tmp_path / "archives", "good", name)
    found = found_in(folder)
    assert list(found.by_name) == ["good"]
    (odd,) = found.unserved
    assert (odd.name, odd.source) == (name, str(folder))
    assert "A profile cannot be called `" in odd.reason
    assert odd.words.isprintable()
    assert str(folder) in odd.words
    configured = configuration.read({"profiles": {name: "demo", "good": "demo"}})
    found = available(configured)[0]
    assert (list(found.by_name), [item.name for item in found.unserved]) == (["good"], [name])


@pytest.mark.parametrize("name", ODD)
def test_a_store_that_was_named_outright_is_served_under_another_name(name, data, tmp_path):
    path = archives(data, tmp_path / "archives", name) / f"{name}.aiida"
    selection = select(Settings(), store=str(path))
    assert selection.profile.has_path
    assert selection.note.endswith(f"The store is called `{selection.profile.name}` here.")
    assert selection.note.isprintable()
    assert selection.profile.location.isprintable()


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("lab-", "lab-"),
        ("my paper", "my-paper"),
        ("docs", "docs-store"),
        ("é", "store"),
        (" api ", "api-store"),
        ("._x.", "x"),
    ],
)
def test_cleaned_names(name, cleaned):
    assert names.cleaned(name) == cleaned
    assert names.fault(cleaned) is None


def test_hidden_files_of_a_folder_are_no_archives(data, tmp_path):
    folder = archives(data, tmp_path / "archives", "paper", "._paper", ".hidden")
    (folder / ".aiida").mkdir()
    (folder / "paper.aiida.part").touch()
    assert (list(found_in(folder).by_name), found_in(folder).unserved) == (["paper"], ())


def test_of_two_stores_with_one_name_the_first_is_served(data, tmp_path):
    one, two = (archives(data, tmp_path / name, "x", name) for name in ("one", "two"))
    found = found_in(one, two)
    assert set(found.by_name) == {"x", "one", "two"}
    assert found.by_name["x"].path == one / "x.aiida"
    (second,) = found.unserved
    expected = f"Two profiles are called `x`: {one}/x.aiida and {two}/x.aiida. The first is served."
    assert (second.name, second.source, second.reason) == ("x", str(two), expected)
    ours = configuration.read({"profiles": {"x": str(two / "x.aiida")}, "archives": [str(one)]})
    assert available(ours)[0].by_name["x"].path == two / "x.aiida"


def test_a_store_that_is_named_twice_is_one_store(data, tmp_path):
    one = archives(data, tmp_path / "one", "x")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "x.aiida").symlink_to(one / "x.aiida")
    found = found_in(
        one, tmp_path / "two", one / "..", profiles={"x": ProfileSettings(f"{one}/x.aiida")}
    )
    assert (list(found.by_name), found.unserved) == (["x"], ())


def test_a_default_archive_that_has_gone_is_waited_for(data, tmp_path):
    folder = archives(data, tmp_path / "archives", "a", "b")
    settings = replace(Settings(), archives=(folder,), default_profile="gone")
    selection = select(settings)
    assert selection.profile.path == folder / "gone.aiida"
    assert set(selection.profiles.by_name) == {"a", "b", "gone"}
    with pytest.raises(ConfigurationError, match="no profile `gone`"):
        select(replace(settings, archives=(), profiles={"a": ProfileSettings("demo")}))
    with pytest.raises(ConfigurationError, match="no profile `other`"):
        select(settings, profile="other")


def test_a_default_with_an_odd_name_is_served_without_a_path(data, tmp_path):
    folder = archives(data, tmp_path / "archives", "a", "my lab")
    selection = select(replace(Settings(), archives=(folder,), default_profile="my lab"))
    assert selection.profile.name == "my lab"
    assert not selection.profile.has_path
    assert selection.note.endswith("It is served without a path.")
    assert selection.profiles.unserved == ()
    assert select(replace(Settings(), archives=(folder,)), profile="a").profiles.unserved != ()


def test_where_nothing_can_be_served_the_demo_is_not_served_instead(data, tmp_path):
    folder = archives(data, tmp_path / "archives", "api")
    with pytest.raises(ConfigurationError, match="None of the configured stores") as caught:
        select(replace(Settings(), archives=(folder,)))
    assert f"{folder}/api.aiida" in caught.value.reason
    assert select(replace(Settings(), archives=(folder,)), profile="api").profile.name == "api"
    (tmp_path / "empty").mkdir()
    assert select(replace(Settings(), archives=(tmp_path / "empty",))).profile.name == "demo"


MISTAKES = {
    "lab": {"store": "demo", "repositry": "x"},
    "far": "mysql://me:secret@db/x",
    "bare": {},
    "list": {"store": ["postgresql://me:secret@db/x"]},
    "number": 5,
    "home": "~nobody_of_that_name/x",
    "good": "demo",
}


def test_a_mistake_in_one_profile_stops_nobody(tmp_path):
    settings = configuration.read({"profiles": MISTAKES}, tmp_path)
    found = available(settings)[0]
    assert list(found.by_name) == ["good"]
    reasons = {item.name: item.reason for item in found.unserved}
    assert set(reasons) == set(MISTAKES) - {"good"}
    assert "Did you mean `profiles.lab.repository`?" in reasons["lab"]
    assert "The scheme `mysql` is not supported." in reasons["far"]
    assert "`profiles.bare.store` is missing" in reasons["bare"]
    assert "must be a" in reasons["list"]
    assert "secret" not in " ".join(reasons.values())
    with pytest.raises(ConfigurationError, match=r"`lab` cannot be served.*repositry"):
        select(settings, profile="lab")
    assert select(settings).profile.name == "good"


def test_an_aiida_configuration_that_cannot_be_read_stops_nobody(tmp_path):
    settings = replace(configuration.read({"profiles": {"a": "demo"}}), aiida_config=tmp_path)
    for content, words in ((None, "cannot be read"), ("{", "not valid JSON")):
        if content is not None:
            (tmp_path / "config.json").write_text(content)
        found = available(settings)[0]
        assert list(found.by_name) == ["a"]
        ((name, source, reason),) = [(i.name, i.source, i.reason) for i in found.unserved]
        assert (name, source) == ("aiida_config", str(tmp_path))
        assert words in reason


def test_profiles_of_aiida_that_cannot_be_used_stop_nobody(tmp_path, unpacked):
    folder = str(unpacked / "sqlite_dos")
    storages = {
        "good": {"backend": "core.sqlite_dos", "config": {"filepath": folder}},
        "bare": {"backend": "core.sqlite_dos"},
        "list": {"backend": "core.sqlite_zip", "config": [1]},
        "none": {},
    }
    profiles = {name: {"storage": storage} for name, storage in storages.items()}
    config = {"profiles": profiles | {"text": "x"}, "default_profile": ["x"]}
    (tmp_path / "config.json").write_text(json.dumps(config))
    found = aiidaconfig.read_profiles(tmp_path)
    assert {name: item.problem for name, item in found.by_name.items()} == {
        "good": None,
        "bare": "It names no file or folder (`filepath`).",
        "list": "It names no file or folder (`filepath`).",
        "none": "It names no storage backend.",
        "text": "It names no storage backend.",
    }
    assert found.default is None
    ours = replace(configuration.read({"profiles": {"good": "demo"}}), aiida_config=tmp_path)
    merged = available(ours)[0]
    assert merged.by_name["good"].kind is ProfileKind.ARCHIVE
    ((name, reason),) = [(item.name, item.reason) for item in merged.unserved]
    assert name == "good"
    assert reason.endswith(f" and {folder}. The first is served.")


def test_choosing():
    one = {"a": from_store("/x/a.aiida")}
    two = one | {"b": from_store("/x/b.aiida")}
    assert Profiles(one).choose(None).name == "a"
    assert Profiles(two, "b").choose(None).name == "b"
    assert Profiles(two).choose("a").name == "a"
    with pytest.raises(ConfigurationError, match="several profiles and no default") as caught:
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
    ("name", "message"),
    [("v99", "version 99, newer than 10"), ("broken", r"not valid JSON: Expecting .* line \d")],
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
    assert list(found_in(tmp_path).by_name) == ["paper"]
