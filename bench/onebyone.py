"""What the peer is asked where Provender takes a template: each node by itself. Floor: bench."""

from __future__ import annotations

import http.client
import json
from itertools import chain

from bench.clients import Answer, Burst, Client
from bench.question import PREFIX, Question
from bench.samples import Request
from bench.servers import Server


def one_by_one(server: Server, question: Question, listed: Request) -> Burst:
    """Return what it took to list nodes and to ask every path of a question for each of them.

    `seconds` has one entry, the sum of all latencies. The burst ends at the first failure.
    """
    found, seconds, cpu = Burst(), 0.0, server.cpu_seconds()
    with Client(server) as client:
        first = client.ask(listed)
        paths = [path.format(uuid=uuid) for uuid in _uuids(first) for path in question.each]
        answers = chain([first], (client.ask(Request(PREFIX + path)) for path in paths))
        for answer in answers:
            seconds += answer.seconds
            if found.has_failed(listed, answer):
                return found
    found.seconds.append(seconds)
    found.cpu = server.cpu_seconds() - cpu
    return found


def _uuids(answer: Answer) -> list[str]:
    if answer.status >= http.client.BAD_REQUEST:
        return []
    return [node["uuid"] for node in json.loads(answer.body)["data"]["nodes"]]
