"""Names for users whose e-mail addresses are not told. Floor: translators.

AiiDA tells users apart by their addresses, so an archive needs some. One that is made up comes of
the names, which every answer shows: it is the same in each archive of a store, leads nowhere, and
tells nothing of the true one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from provender.schema.statements import Record as Values

# No mail reaches this domain (RFC 2606).
NOWHERE = "invalid"
LONGEST, SHORT = 60, 8


def without_addresses(users: Iterable[Values]) -> Iterator[Values]:
    """Yield rows of all users of a store with made-up addresses.

    Users of the same names are numbered, in the order of their true addresses.

    Example:
        `Ada Lovelace` of `MPI` gets `ada.lovelace@mpi.invalid`.
    """
    known: dict[str, int] = {}
    for pk, _, *names in sorted(users, key=lambda user: (user[1] or "", user[0])):
        first, last, institution = (str(name or "") for name in names)
        name, place = _word(f"{first} {last}") or "user", _word(institution) or "provender"
        number = known[f"{name}@{place}"] = known.get(f"{name}@{place}", 0) + 1
        several = f"-{number}" if number > 1 else ""
        yield (pk, f"{name}{several}@{place}.{NOWHERE}", *names)


def _word(text: str) -> str:
    """Return a text as a part of an address; letters that have none of ASCII as a digest."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = ".".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST].strip(".")
    if found or not text.strip():
        return found
    return hashlib.sha256(text.strip().encode("utf-8", "replace")).hexdigest()[:SHORT]


def ordered(users: Iterable[Values], pks: Iterable[int]) -> list[Any]:
    """Return the users of some ids in the order of their addresses."""
    wanted = set(pks)
    return sorted((user for user in users if user[0] in wanted), key=lambda user: user[1] or "")
