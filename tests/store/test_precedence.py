"""Who sends much gives way to who is answered now."""

from __future__ import annotations

import threading

from provender.store.precedence import Precedence


def test_without_other_requests_nobody_waits():
    precedence = Precedence()
    precedence.begin("a")
    precedence.end("a")
    precedence.end("a")
    precedence.give_way(1e6)


def test_a_step_waits_for_all_that_are_answered():
    precedence, passed = Precedence(), threading.Event()
    precedence.begin("a")
    precedence.begin("b")

    def step():
        precedence.give_way(1e6)
        passed.set()

    thread = threading.Thread(target=step)
    thread.start()
    precedence.end("a")
    assert not passed.wait(0.05)
    precedence.end("b")
    thread.join()
    assert passed.is_set()


def test_a_step_does_not_wait_for_ever():
    precedence = Precedence()
    precedence.begin("a")
    precedence.give_way(0.001)
    precedence.forget()
    precedence.give_way(1e6)
