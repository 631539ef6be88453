"""Containers that were damaged, or made to harm: names, links, doubles, lies, changed bytes."""

from __future__ import annotations

import stat
import tarfile
import zipfile

import pytest

from support.legacy.containers import Wrapping
from support.legacy.draft import Draft, dumped, folder
from support.legacy.forging import entry, patched, tarred, zipped
from support.legacy.outcomes import outcome, refused

FILES = {"path/a.txt": b"the content of a" * 10, "path/deep/b": b"b" * 3000}
TREE = {"a.txt": b"the content of a" * 10, "deep": {"b": b"b" * 3000}}
SECRET = b"a secret of the server"


def plain():
    """Return an archive with two files, and its node."""
    draft = Draft("0.9")
    draft.user()
    return draft, draft.node(files=FILES)


def pairs(draft):
    """Return the members of an archive as pairs."""
    parts = {"metadata.json": dumped(draft.metadata), "data.json": dumped(draft.data())}
    return [*({**parts, **draft.members}).items()]


def written(form, path, members):
    """Write pairs into a zip or a tar."""
    return zipped(path, members) if form == "zip" else tarred(path, members, f"w:{form[4:]}")


BAD_NAMES = [
    *("../{}/path/x", "{}/path/../../../x", "{}/path/..", "/{}/path/x", "//{}/path/x"),
    *("{}/path/../x", "{}/path/a/../../x", "../../../../tmp/x", "/etc/passwd"),
]
ODD_NAMES = [
    *("{}/path/a\\b", "{}/path/C:x", "{}/path/line\nfeed", "{}/path/" + "n" * 4000),
    *("{}/path//double//x", "{}/./path/./x", "{}/path/\u202ex", "{}/path/" + "d/" * 1500 + "x"),
    "{}/path/\x7f",
]


@pytest.mark.parametrize("form", ["zip", "tar.gz"])
@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_lead_out_are_left_out(form, name, tmp_path):
    draft, node = plain()
    members = [*pairs(draft), (name.format(folder(node.uuid)), b"evil")]
    inside = tmp_path / "inside"
    inside.mkdir()
    found = outcome(written(form, inside / "x.aiida", members), inside)
    assert found is not None
    assert found.tree(node) == TREE
    assert found.remarks()
    assert [*tmp_path.iterdir()] == [inside]


@pytest.mark.parametrize("form", ["zip", "tar.gz"])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_do_no_harm(form, name, tmp_path):
    draft, node = plain()
    members = [*pairs(draft), (name.format(folder(node.uuid)), b"odd")]
    found = outcome(written(form, tmp_path / "x.aiida", members), tmp_path)
    assert found is not None
    if found.rows("node"):
        tree = found.tree(node)
        assert {key: tree[key] for key in TREE} == TREE
    else:
        assert found.remarks()


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"a\xc3", b"\x80"])
def test_names_that_are_not_utf_8(raw, tmp_path):
    draft, node = plain()
    members = [*pairs(draft), (f"{folder(node.uuid)}/path/QQ", b"odd")]
    for form in ("zip", "tar"):
        path = written(form, tmp_path / f"{form}.aiida", members)
        path.write_bytes(path.read_bytes().replace(b"QQ", (raw * 2)[:2]))
        found = outcome(path, tmp_path)
        assert found is None or {key: found.tree(node)[key] for key in TREE} == TREE


LINKS = {
    "symbolic": tarfile.SYMTYPE,
    "hard": tarfile.LNKTYPE,
    "character device": tarfile.CHRTYPE,
    "block device": tarfile.BLKTYPE,
    "pipe": tarfile.FIFOTYPE,
    "unknown": b"Z",
}


@pytest.mark.parametrize("kind", LINKS)
@pytest.mark.parametrize("place", ["path/link", "path/a.txt", "path"])
def test_links_and_devices_of_a_tar_are_never_followed(kind, place, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    draft, node = plain()
    for target in (str(secret), "../" * 9 + str(secret), "data.json"):
        link = entry(f"{folder(node.uuid)}/{place}", LINKS[kind], target)
        path = tarred(tmp_path / "x.aiida", [*pairs(draft), (link, None)], "w:gz")
        found = outcome(path, tmp_path)
        assert found is not None
        assert found.tree(node) == TREE
        assert SECRET not in found.files.values()
        assert found.remarks() or LINKS[kind] == b"Z"


@pytest.mark.parametrize("name", ["data.json", "metadata.json"])
def test_a_part_of_a_tar_that_is_a_link_is_missing(name, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(dumped(plain()[0].data()))
    members = [pair for pair in pairs(plain()[0]) if pair[0] != name]
    link = entry(name, tarfile.SYMTYPE, str(secret))
    assert name in refused(tarred(tmp_path / "x.aiida", [(link, None), *members]), tmp_path)


def test_links_of_a_zip_are_files(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(SECRET)
    draft, node = plain()
    path = zipped(tmp_path / "x.aiida", pairs(draft))
    with zipfile.ZipFile(path, "a") as file:
        item = zipfile.ZipInfo(f"{folder(node.uuid)}/path/link")
        item.create_system, item.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        file.writestr(item, str(secret))
    found = outcome(path, tmp_path)
    assert SECRET not in found.files.values()
    assert {key: found.tree(node)[key] for key in TREE} == TREE


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("form", ["zip", "tar"])
@pytest.mark.parametrize("name", ["data.json", "metadata.json", "file"])
def test_of_two_members_of_one_name_something_is_said(form, name, tmp_path):
    draft, node = plain()
    other, _ = plain()
    other.rows["Node"]["1"]["label"] = "another"
    other.metadata["export_version"] = "0.10"
    contents = {**dict(pairs(other)), f"{folder(node.uuid)}/path/a.txt": b"another"}
    name = f"{folder(node.uuid)}/path/a.txt" if name == "file" else name
    for members in (
        [*pairs(draft), (name, contents[name])],
        [(name, contents[name]), *pairs(draft)],
    ):
        found = outcome(written(form, tmp_path / "x.aiida", members), tmp_path)
        assert found is None or found.remarks()


@pytest.mark.parametrize("missing", ["data.json", "metadata.json"])
@pytest.mark.parametrize("form", ["zip", "tar", "tar.xz"])
def test_a_missing_part_is_named(missing, form, tmp_path):
    members = [pair for pair in pairs(plain()[0]) if pair[0] != missing]
    assert missing in refused(written(form, tmp_path / "x.aiida", members), tmp_path)


@pytest.mark.parametrize("name", ["data.json", "metadata.json", "a.txt"])
@pytest.mark.parametrize(
    "lie",
    [
        {"flags": 1},
        {"method": 99},
        {"method": 97},
        {"method": 0},
        {"method": 12},
        {"method": 14},
        {"size": 1},
        {"size": 2**31},
        {"size": 2**32 - 2},
        {"crc": 1},
    ],
    ids=str,
)
def test_a_member_of_a_zip_that_lies(name, lie, tmp_path):
    draft, node = plain()
    path = zipped(tmp_path / "x.aiida", pairs(draft))
    name = f"{folder(node.uuid)}/path/a.txt" if name == "a.txt" else name
    found = outcome(patched(path, name, **lie), tmp_path)
    if name.endswith("a.txt") and found is not None:
        assert found.tree(node) == {"deep": TREE["deep"]}
        assert found.remarks()
    else:
        assert found is None


HEADERS = {
    "huge size": {"size": 2**60},
    "base 256": {"size": 2**70},
    "sparse": {"type": tarfile.GNUTYPE_SPARSE},
    "long name without a name": {"type": tarfile.GNUTYPE_LONGNAME, "size": 10**9},
    "pax of a gigabyte": {"type": tarfile.XHDTYPE, "size": 10**9},
    "pax for all": {"type": tarfile.XGLTYPE, "size": 10**9},
}


@pytest.mark.parametrize("kind", HEADERS)
def test_a_header_of_a_tar_that_lies(kind, tmp_path):
    draft, _ = plain()
    item = tarfile.TarInfo("nodes/x")
    for name, value in HEADERS[kind].items():
        setattr(item, name, value)
    block = item.tobuf(tarfile.GNU_FORMAT)
    tar = draft.save(tmp_path / "x.tar", Wrapping("tar")).read_bytes()
    path = tmp_path / "x.aiida"
    path.write_bytes(block + tar)
    assert outcome(path, tmp_path) is None


RECORDS = [
    *(b"", b"x", b"0 a=b\n", b"-5 a=b\n", b"99999999999999 path=x\n", b"11 size=-1\n"),
    *(b"12 size=1e9\n", b"10 path=\n\n", b"16 path=../../x\n", b"9 size=\n", b"8 \xff=\xff\n"),
    b"22 size=99999999999999\n",
]


@pytest.mark.parametrize("record", RECORDS)
def test_an_extended_header_of_a_tar_that_lies(record, tmp_path):
    draft, node = plain()
    item = tarfile.TarInfo("x")
    item.type = tarfile.XHDTYPE
    name = f"{folder(node.uuid)}/path/more"
    path = tarred(tmp_path / "x.aiida", [*pairs(draft), (item, record), (name, b"more")])
    found = outcome(path, tmp_path)
    assert found is None or {key: found.tree(node)[key] for key in TREE} == TREE
