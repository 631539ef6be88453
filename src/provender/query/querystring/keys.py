"""Which key of a query string a person means by another. Floor: query.

Nothing here runs for a request that is right: the hint of an unknown key is made of it.
"""

from __future__ import annotations

from collections.abc import Collection

from provender.errors import UnknownField
from provender.nearest import nearest

# Keys, and what people write for them; a name may stand for several, the first that exists.
_ALIASES = """
limit: max maxresults top size rows pagelimit first take num
offset: skip start startat from
perpage: pagesize itemsperpage resultsperpage
orderby: order sort sortby ordering orderfield
attributes: attribute attrs attr
attributes_filter: fields columns select projection project projections only attrsfilter alist
alist: fields columns select projection project projections only attributesfilter attributes
nalist: attributesexcluded
elist: extrasfilter extras
nelist: extrasexcluded
extras_filter: elist
extras: extra
filename: file path
download_format: format fmt fileformat export
cursor: next after token
count: total counts
profile: store database db
label: name title
ctime: created creationtime createdat date timestamp
mtime: modified updated modifiedat updatedat lastmodified
node_type: type class kind
type_string: type grouptype
user_id: owner author creator
dbcomputer_id: machine
hostname: host
scheduler_type: scheduler
transport_type: transport
"""
# Data that nodes have in their attributes.
_INSIDE = """
attributes.process_state: state status processstate
attributes.process_label: processlabel
attributes.exit_status: exitstatus exitcode
"""
_SAID = """
A page is a part of the path, as in `/page/2?perpage=20`.: page pages pagenumber pageno pagenum
Conditions are keys with an operator, as in `label=like="%Fe%"`.: filter filters q query where
"""


def _read(text: str) -> dict[str, tuple[str, ...]]:
    """Return what each name stands for, of lines with a meaning and the names before it."""
    found: dict[str, tuple[str, ...]] = {}
    for line in text.strip().splitlines():
        meaning, _, names = line.rpartition(":")
        for name in names.split():
            found[name] = (*found.get(name, ()), meaning)
    return found


PERPAGE, PAGE = "perpage", "page"
ALIASES, INSIDE, SAID = _read(_ALIASES), _read(_INSIDE), _read(_SAID)


def meant(error: UnknownField, specials: Collection[str], *, has_pages: bool = True) -> str | None:
    """Return the hint of an unknown key if it is like a special key, or has another name.

    `specials` are the special keys that may stand there. None means that the error's own hint, the
    nearest key to filter by, is as good.

    Example:
        `limits` gives ``Did you mean `limit`?``.
    """
    plain = "".join(letter for letter in error.name.lower() if letter.isalnum())
    known = [key for key in (*error.valid, *specials) if key != error.name]
    aliases = ALIASES.get(plain, ())
    key = next((key for key in aliases if key in known), None)
    said = SAID.get(plain, ()) if specials and nearest(plain, error.valid) is None else ()
    if key is None and specials and PERPAGE in aliases:
        said = SAID[PAGE]
    if said and (has_pages or said != SAID[PAGE]):
        return said[0]
    if key is None and "node_type" in error.valid and "attributes" in specials:
        key = next(iter(INSIDE.get(plain, ())), None)
    key = key or nearest(error.name, known)
    return None if key is None or key == nearest(error.name, error.valid) else _said(key)


def _said(key: str) -> str:
    return f"Did you mean `{key}`?"
