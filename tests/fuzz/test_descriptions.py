"""schemathesis over both descriptions: what they say is true, whatever is asked."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter

import pytest

from provender.web.dialects import DIALECTS
from support import walking
from support.command import unmeasured
from support.server import ask

SHARE = 0.28
"""The share of all requests; a few less may be sent."""
CHECKS = (
    *("status_code_conformance", "content_type_conformance", "response_headers_conformance"),
    *("response_schema_conformance", "unsupported_method"),
)
"""Not `positive_data_acceptance`: an id may be the beginning of several uuids, which is a 400.

Not `negative_data_rejection`: text without quotes is taken where it can mean one thing only.
`not_a_server_error` knows no 501 of a contract: the log is read instead.
"""
LINE = re.compile(r" (\d{3}) \d+ bytes ([\d.]+) ms")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
def test_the_description_is_true(target, dialect, request_count, tmp_path, figures):
    operations = len(walking.documents()[dialect.prefix]["paths"])
    wanted = SHARE * request_count / 2 / len(DIALECTS)
    before, read = target.trace(), len(target.server.said())
    url = f"{target.server.root}{dialect.prefix}/openapi.json"
    assert ask(url).json["openapi"].startswith("3.1")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", url, "--phases", "fuzzing"),
        *("--max-examples", str(max(1, round(wanted / operations)))),
        *("--checks", ",".join(CHECKS), "--seed", "1", "--no-color"),
        *("--mode", "all", "--suppress-health-check", "all", "--continue-on-failure"),
        *("--generation-database", "none", "--request-timeout", "20"),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, env=unmeasured()
    )
    seen = LINE.findall(target.server.said()[read:])
    statuses = Counter(int(status) for status, _ in seen)
    slowest = max(float(milliseconds) for _, milliseconds in seen) / 1000
    shown = json.dumps(dict(sorted(statuses.items())))
    figures.note(
        "fuzzing",
        f"{target.name}, schemathesis on {dialect.name}: {len(seen):,} requests ({shown}), "
        f"the slowest {slowest:.2f} s",
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert len(seen) >= wanted / 2
    assert {status for status in statuses if status >= 500} <= {501}
    assert slowest < 2
    assert target.trace() == before
