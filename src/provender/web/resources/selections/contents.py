"""Contents by their SHA-256, and the nodes that name them. Floor: web."""

from __future__ import annotations

import re

from flask import Response

from provender.errors import BadValue, NoSuchFile
from provender.query.querystring.parameters import CURSOR
from provender.store.files.streams import KEY
from provender.translators import subjects
from provender.translators.finding.hashes import NamingNode, NodesOfContent
from provender.translators.records import Record
from provender.web.answers.files import file_response, verified
from provender.web.resources.base import BaseResource
from provender.web.resources.selections.select import page_of
from provender.web.resources.urls import contents_url

# A content never changes, so nobody has to ask again; whoever keeps it for others must not.
FOR_EVER = "private, max-age=31536000, immutable"
AFTER = re.compile(r"\*|[0-9]{1,18}")


class Contents(BaseResource):
    """Answers `/files/<sha256>` and `/files/<sha256>/nodes`."""

    def content(self, sha256: str) -> Response:
        """Answer a content that a node of the store names."""
        _ = self.parameters
        key = _read_key(sha256)
        store = self.context.store(self.profile)
        named = NodesOfContent(store).first(key)
        if named is None:
            raise _unknown(key)
        path = named.paths[0]
        with subjects.naming(store, path):
            content = verified(subjects.open_key(store, key, path), key)
            response = file_response(key, content, key, self.context.work)
        response.headers["Cache-Control"] = FOR_EVER
        return response

    def nodes(self, sha256: str) -> Response:
        """Answer a page of the nodes that name a content."""
        given, key = self.parameters, _read_key(sha256)
        page = page_of(self.view, given, self.limits, None)
        cursor = given[CURSOR] or "*"
        if not AFTER.fullmatch(cursor):
            raise BadValue("The cursor is malformed.", hint="cursor=* gives the first page.")
        after = 0 if cursor == "*" else int(cursor)
        nodes = NodesOfContent(self.context.store(self.profile))
        found = nodes.page(key, after, page.limit + 1)
        if not found and not after:
            raise _unknown(key)
        shown = found[: page.limit]
        following = str(shown[-1].pk) if len(found) > page.limit else None
        data = {"nodes": [self._record(node) for node in shown]}
        return self.answer(data, None, more={"next": following})

    def _record(self, node: NamingNode) -> Record:
        address = contents_url(self)
        return {
            "uuid": node.uuid,
            "label": node.label,
            "node_type": node.node_type,
            "files": [
                {"path": path, "url": address(node.uuid, path) if node.uuid else None}
                for path in node.paths
            ],
        }


def _read_key(text: str) -> str:
    if not KEY.fullmatch(text):
        raise NoSuchFile("A content is named by its SHA-256: 64 digits of 0-9 and a-f.")
    return text


def _unknown(key: str) -> NoSuchFile:
    return NoSuchFile(f"No node of this store names a file with the SHA-256 {key}.")
