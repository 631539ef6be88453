"""The page of templates shows what the demo store answers."""

from __future__ import annotations

import json

from support.pages import blocks, read
from support.server import ask


def test_the_page_of_templates_shows_what_comes(demo):
    shown = [json.loads(block) for block in blocks(read("docs/selections/select.md"), "json")]
    asked, answers = shown[::2], shown[1::2]
    assert len(asked) == len(answers) == 3
    for body, rows in zip(asked, answers, strict=True):
        raw = json.dumps(body).encode()
        found = ask(f"{demo.root}/api/v4/nodes/select", method="POST", body=raw)
        assert found.data["rows"] == rows
