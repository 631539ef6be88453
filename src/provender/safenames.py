"""Names of files that every system takes. Floor: errors.

    files = Names()
    files.file("a/b:c.txt"), files.file("A/x")   ->  "a/b_c.txt", "A~2/x"

What a store calls a file may be anything; unpacking must not write elsewhere, nor write two files
into one, as systems do which do not tell upper from lower case.
"""

from __future__ import annotations

import re
import unicodedata

# Control characters (also those that turn text around), and what Windows takes in no name.
REFUSED = '<>:"|?*\\/'
# Names that every system takes, unless they are those of devices: most are, and this is fast.
PLAIN = re.compile(r"[A-Za-z0-9_.+=@ -]{0,100}[A-Za-z0-9_]")
# Names that Windows takes for devices, whatever their ending.
DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)")
# Longest name in bytes; file systems take 255, and `~2` comes on top.
LONGEST = 200
REPLACEMENT = "_"


class Names:
    """The names of one folder, for example of a zip, and of the folders below it; no two are alike.

    Each name is given once; folders as often as they are named.
    """

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._folders: dict[str, Names] = {}

    def file(self, path: str) -> str:
        """Return the name of a new file, all folders included; `path` is what it should be."""
        folder, slash, name = path.rpartition("/")
        return (self.folder(folder) if slash else self).entry(name)

    def folder(self, path: str) -> Names:
        """Return the names of a folder, which is a new one when it is first named."""
        first, _, rest = path.partition("/")
        if first not in self._folders:
            self._folders[first] = Names(f"{self.entry(first)}/")
        return self._folders[first].folder(rest) if rest else self._folders[first]

    def entry(self, name: str) -> str:
        """Return the whole name of a new entry, whose own name should be `name`."""
        wanted = safe(name)
        found, folded = wanted, _folded(wanted)
        while _folded(found) in self._taken:  # goes on where the last one ended: there may be many
            self._numbers[folded] = self._numbers.get(folded, 1) + 1
            found = numbered(wanted, self._numbers[folded])
        self._taken.add(_folded(found))
        return self.prefix + found


def safe(name: str) -> str:
    """Return the name of a file or folder without what some system could misread.

    Example:
        `..` gives `__`, `C:x.` gives `C_x_`, `nul.txt` gives `_nul.txt`.
    """
    if PLAIN.fullmatch(name) and not DEVICE.match(name):
        return name
    plain = "".join(_letter(letter) for letter in name.encode("utf-8", "replace").decode())
    if plain.endswith((".", " ")):
        bare = plain.rstrip(". ")
        plain = bare + REPLACEMENT * (len(plain) - len(bare))
    plain = DEVICE.sub(rf"{REPLACEMENT}\1", plain, count=1) if DEVICE.match(plain) else plain
    return _shortened(plain) or REPLACEMENT


def numbered(name: str, number: int) -> str:
    """Return a name with a number before its ending.

    Example:
        `a.txt` and 2 give `a~2.txt`.
    """
    stem, dot, ending = name.rpartition(".")
    return f"{stem}~{number}.{ending}" if stem and dot else f"{name}~{number}"


def _letter(letter: str) -> str:
    is_refused = letter in REFUSED or unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp")
    return REPLACEMENT if is_refused else letter


def _shortened(name: str) -> str:
    """Return a name of a length that file systems take, with its ending if that is short."""
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    kept = f"{dot}{ending}" if stem and len(ending.encode()) <= LONGEST // 10 else ""
    return name.encode()[: LONGEST - len(kept.encode())].decode(errors="ignore") + kept


def _folded(name: str) -> str:
    """Return what two names have in common that one system may hold for the same."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
