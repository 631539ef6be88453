"""Random archives of a version, and the rows that each of them must be served as.

Every field is drawn as a pair: what is written, and what is served. So the expected rows come from
the tables of `kinds`, not from going through the file step by step.
"""

from __future__ import annotations

import json
import uuid
from random import Random

from support.legacy import attributes, trees, values
from support.legacy.containers import Wrapping
from support.legacy.draft import Draft
from support.legacy.kinds import (
    DATA,
    GROUPS,
    LINKS,
    OLD_GROUPS,
    PROCESS_TYPES,
    PROCESSES,
    SCHEDULERS,
    TRAJECTORY,
    TRANSPORTS,
    link_type,
)
from support.legacy.reading import COLUMNS, Found
from support.legacy.versions import OLDEST, before

OLD_LINKS = ("inputlink", "createlink", "returnlink", "calllink", "input_calc", "create", "return")
LABELS = ("a", "result", "_return", "_return_", "", "é")


class Graph:
    """A random archive: `draft` is what is written, `expected` what is served.

    With `is_plain`, it has nothing that AiiDA itself does not take.
    """

    def __init__(self, version, seed, *, is_plain=False):
        self.random = Random(f"{version} {seed}")  # noqa: S311 - a choice, no secret
        self.version, self.is_plain = version, is_plain
        self.draft = Draft(version)
        self.tables = {name: [] for name in COLUMNS}
        self.kinds, self.contents = {}, {}
        self._repeat(self._user, 1, 3)
        self._repeat(self._computer, 0, 3)
        self._repeat(self._node, 0, 10)
        if version not in OLDEST and self.kinds:
            self._repeat(self._log, 0, 4)
            self._repeat(self._comment, 0, 4)
        if self.kinds:
            self._repeat(self._link, 0, 12)
        self.has_group_extras = not before(version, "0.10") and self._happens(0.7)
        self._repeat(self._group, 0, 4)
        self._litter()

    @property
    def expected(self):
        """Return what must be read: rows ordered by their ids."""
        tables = {
            name: sorted(rows, key=lambda row: row["id"]) for name, rows in self.tables.items()
        }
        return Found(tables, self.contents)

    def save(self, path):
        """Write it into a container of any kind, and return its path."""
        if self.is_plain:
            form = self.random.choice(["zip", "stored", "tar", "tar.gz", "tar.xz"])
            wrapping = Wrapping(form, rooted=form.startswith("tar"), order=self.random)
        else:
            wrapping = Wrapping.drawn(self.random)
        return self.draft.save(path, wrapping)

    def _repeat(self, draw, least, most):
        for number in range(self.random.randint(least, most)):
            draw(number)

    def _happens(self, chance):
        return self.random.random() < chance

    def _serve(self, table, pk, *fields):
        self.tables[f"db_db{table}"].append(
            {"id": pk, **{k: v for one in fields for k, v in one.items()}}
        )

    def _pk(self, name):
        """Return a key that no other row of an entity has."""
        pk = self.random.choice([self.random.randint(1, 60), self.random.randint(10**6, 2**40)])
        return self._pk(name) if str(pk) in self.draft.rows.get(name, ()) else pk

    def _one(self, name):
        """Return the key of any row of an entity, or None if there is none."""
        keys = [*self.draft.rows.get(name, ())]
        return int(self.random.choice(keys)) if keys else None

    def _identity(self):
        return {"uuid": str(uuid.UUID(int=self.random.getrandbits(128), version=4))}

    def _texts(self, *names):
        """Return random texts and nulls, and what they are served as."""
        drawn = {
            name: None if self._happens(0.1) else self.random.choice(values.TEXTS) for name in names
        }
        return drawn, {name: text or "" for name, text in drawn.items()}

    def _times(self, *names):
        drawn = {name: values.time(self.random) for name in names}
        return drawn, {name: text.replace("T", " ") for name, text in drawn.items()}

    def _document(self):
        return values.of_members(values.members(self.random, dated=False)).written

    def _changed(self, table, version):
        """Return a text, and what it is served as: the table changes it in older versions."""
        text = self.random.choice([*table, *table.values()])
        return text, table.get(text, text) if before(self.version, version) else text

    def _user(self, number):
        email = {"email": f"user{number}@example.org"}
        written, served = self._texts("first_name", "last_name", "institution")
        made = self.draft.user(pk=self._pk("User"), **email, **written)
        self._serve("user", made.pk, email, served)

    def _computer(self, number):
        identity, label, document = self._identity(), f"computer {number}", self._document()
        written, served = self._texts("hostname", "description")
        written["scheduler_type"], served["scheduler_type"] = self._changed(SCHEDULERS, "0.12")
        written["transport_type"], served["transport_type"] = self._changed(TRANSPORTS, "0.13")
        written["name" if before(self.version, "0.11") else "label"] = label
        is_text = self.version in OLDEST and self._happens(0.5)
        written["metadata"] = json.dumps(document) if is_text else document
        made = self.draft.computer(pk=self._pk("Computer"), **identity, **written)
        self._serve("computer", made.pk, identity, served, {"label": label, "metadata": document})

    def _kind(self):
        kinds = self.random.choice([DATA, PROCESSES])
        if self.version in OLDEST:
            kinds = [kind for kind in kinds if kind.oldest is not None]
        return self.random.choice(kinds)

    def _type(self, kind):
        """Return a type and what it is served as: 0.12 and later keep what they have."""
        if not before(self.version, "0.12") and self._happens(0.1):
            return kind.middle, kind.middle
        return kind.written(self.version), kind.served

    def _process_type(self, kind):
        """Return a `process_type` and what it is served as, or nothing and that."""
        if self.version in OLDEST:
            return {}, {"process_type": kind.process_type}
        if self._happens(0.2):
            return {"process_type": None}, {"process_type": None}
        written, served = self._changed(PROCESS_TYPES, "0.12")
        return {"process_type": written}, {"process_type": served}

    def _node(self, _number):
        kind, identity, pk = self._kind(), self._identity(), self._pk("Node")
        text, text_served = self._texts("label", "description")
        time, time_served = self._times("ctime", "mtime")
        process, process_served = self._process_type(kind)
        user, computer = self._one("User"), self._one("Computer") if self._happens(0.5) else None
        symbols = self.random.choices(["Ba", "Ti", "é"], k=self.random.randint(0, 4))
        found = attributes.drawn(self.random, self.version, kind, symbols)
        extras = values.of_members(
            values.members(self.random, dated=self.version in ("0.4", "0.5"))
        )
        files = trees.drawn(self.random)
        tree, contents = trees.tree_of(files)
        if kind.oldest == TRAJECTORY and self.version in OLDEST:
            files["path/symbols.npy"] = trees.array(symbols, self.random.choice("SU"))
        written = {**identity, **text, **time, **process, "user": user, "dbcomputer": computer}
        node_type, served_type = self._type(kind)
        made = self.draft.node(
            node_type, found.written, extras=extras.written, files=files, pk=pk, **written
        )  # fmt: skip
        self.draft.conversions["attributes"][str(pk)] = found.conversion
        self.draft.conversions["extras"][str(pk)] = extras.conversion
        self.kinds[made], self.contents = kind, self.contents | contents
        documents = {
            "attributes": found.served,
            "extras": {} if self.version in OLDEST else extras.served,
            "repository_metadata": tree,
        }
        more = {"node_type": served_type, "user_id": user, "dbcomputer_id": computer}
        self._serve("node", pk, identity, text_served, time_served, process_served, documents, more)

    def _log(self, _number):
        identity, document = self._identity(), {"metadata": self._document()}
        time, time_served = self._times("time")
        text, text_served = self._texts("loggername", "levelname", "message")
        node = self.random.choice([*self.kinds])
        made = self.draft.log(node, pk=self._pk("Log"), **identity, **document, **time, **text)
        reference = {"dbnode_id": node.pk}
        self._serve("log", made.pk, identity, document, time_served, text_served, reference)

    def _comment(self, _number):
        identity = self._identity()
        time, time_served = self._times("ctime", "mtime")
        text, text_served = self._texts("content")
        node = None if self._happens(0.1) else self.random.choice([*self.kinds])
        user = None if self._happens(0.1) else self._one("User")
        made = self.draft.comment(
            node, pk=self._pk("Comment"), user=user, **identity, **time, **text
        )
        if node and user:
            references = {"dbnode_id": node.pk, "user_id": user}
            self._serve("comment", made.pk, identity, time_served, text_served, references)

    def _link(self, _number):
        source, target = (self.random.choice([*self.kinds]) for _ in range(2))
        choice = [*LINKS, *OLD_LINKS] if self.version in OLDEST else LINKS
        written, label = self.random.choice(choice), self.random.choice(LABELS)
        is_untyped = before(self.version, "0.3") and self._happens(0.8)
        self.draft.link(source, target, None if is_untyped else written, label)
        served = link_type(self.version, self.kinds[source], self.kinds[target], written)
        if label == "_return" and before(self.version, "0.8"):
            label = "result"
        if served is not None:
            pk = len(self.tables["db_dblink"]) + 1
            ends = {"input_id": source.pk, "output_id": target.pk}
            self._serve("link", pk, ends, {"type": served, "label": label})

    def _group(self, number):
        identity, label = self._identity(), f"group {number}"
        if self.version in OLDEST and self._happens(0.5):
            kind, served_kind = self.random.choice([*OLD_GROUPS.items()])
        else:
            kind, served_kind = self._changed(GROUPS, "0.9")
        time, time_served = self._times("time")
        text, text_served = self._texts("description")
        extras = {"extras": self._document()} if self.has_group_extras else {}
        user = self._one("User")
        is_old = self.version in OLDEST and self._happens(0.8)
        names = {"type" if is_old else "type_string": kind, "name" if is_old else "label": label}
        pk = self._pk("Group")
        members = self._members()
        written = {**identity, **time, **text, **extras, "user": user}
        made = self.draft.group(members, pk=pk, **written, **names, **self._unused(is_old))
        served = {"label": label, "type_string": served_kind, "user_id": user, "extras": {}}
        self._serve("group", made.pk, identity, time_served, text_served, served, extras)
        if self._happens(0.3) and members:
            self.draft.memberships[made.uuid].append(self._identity()["uuid"])
        for node in members:
            row = len(self.tables["db_dbgroup_dbnodes"]) + 1
            self._serve("group_dbnodes", row, {"dbnode_id": node.pk, "dbgroup_id": made.pk})

    def _unused(self, is_old):
        """Return the names that the draft would give to what has another name here."""
        if self.version not in OLDEST:
            return {}
        return {} if is_old else {"type": ..., "name": ...}

    def _members(self):
        return self.random.sample([*self.kinds], self.random.randint(0, len(self.kinds)))

    def _litter(self):
        """Add what no node has: files of nobody, of other sections, of other programs."""
        for made in self.kinds:
            if self._happens(0.1):
                rest = f"nodes/{made.uuid[:2]}/{made.uuid[2:4]}/{made.uuid[4:]}"
                self.draft.members[f"{rest}/source_file"] = b"import aiida"
        if self._happens(0.2):
            self.draft.members["nodes/ab/cd/nobody/path/a"] = b"of nobody"
            self.draft.members["nodes/.DS_Store"] = b"\x00"
            self.draft.members["__MACOSX/._metadata.json"] = b"\x00"
