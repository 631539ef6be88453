"""The members of an archive, put into a zip or a tar file as different writers did."""

from __future__ import annotations

import io
import tarfile
import zipfile
from dataclasses import dataclass
from random import Random

TARS = {"tar": "", "tar.gz": "gz", "tar.bz2": "bz2", "tar.xz": "xz"}
ZIPS = {
    "zip": zipfile.ZIP_DEFLATED,
    "stored": zipfile.ZIP_STORED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}
FORMS = (*ZIPS, *TARS)
FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


@dataclass(frozen=True)
class Wrapping:
    """How the members of an archive are written.

    `folders` is the share of folders that have an entry of their own. `dotted` writes `./` before
    names, `rooted` begins with an entry for the folder of all. `order` mixes the members.
    """

    form: str = "zip"
    folders: float = 1.0
    dotted: bool = False
    rooted: bool = False
    order: Random | None = None
    format: int = tarfile.USTAR_FORMAT

    @classmethod
    def drawn(cls, random):
        """Return a random one."""
        return cls(
            form=random.choice(FORMS),
            folders=random.choice([0, 0.5, 1]),
            dotted=random.random() < 0.3,
            rooted=random.random() < 0.3,
            order=random if random.random() < 0.7 else None,
            format=random.choice(FORMATS),
        )


def write(path, members, wrapping):
    """Write an archive of members: the content of a file, or None for a folder, by name."""
    listed = arranged(members, wrapping)
    if wrapping.form in ZIPS:
        _write_zip(path, listed, ZIPS[wrapping.form])
    else:
        _write_tar(path, listed, wrapping)


def arranged(members, wrapping):
    """Return pairs of name and content in their order; names of folders end with a slash."""
    random = wrapping.order or Random(0)  # noqa: S311 - a choice, no secret
    known = {_parent(name) for name in members if "/" in name}
    parents = {name for deep in known for name in _above(deep)}
    kept = sorted(name for name in parents - {*members} if random.random() < wrapping.folders)
    pairs = [*((f"{name}/", None) for name in kept), *_named(members)]
    if wrapping.order:
        random.shuffle(pairs)
    if wrapping.dotted:
        pairs = [(f"./{name}", content) for name, content in pairs]
    return [("./", None), *pairs] if wrapping.rooted else pairs


def _named(members):
    return [(name if content is not None else f"{name}/", content)
            for name, content in members.items()]  # fmt: skip


def _parent(name):
    return name.rpartition("/")[0]


def _above(name):
    parts = name.split("/")
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


def _write_zip(path, pairs, method):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in pairs:
            item = zipfile.ZipInfo(name, (2016, 3, 1, 12, 30, 0))
            item.external_attr = 0o755 << 16 if content is None else 0o644 << 16
            item.compress_type = zipfile.ZIP_STORED if content is None else method
            file.writestr(item, content or b"")


def _write_tar(path, pairs, wrapping):
    kind = TARS[wrapping.form]
    with tarfile.open(path, f"w:{kind}", format=wrapping.format) as file:
        for name, content in pairs:
            item = tarfile.TarInfo(name.rstrip("/") or ".")
            item.mtime = 1_456_835_400
            if content is None:
                item.type, item.mode = tarfile.DIRTYPE, 0o755
                file.addfile(item)
            else:
                item.size = len(content)
                file.addfile(item, io.BytesIO(content))
