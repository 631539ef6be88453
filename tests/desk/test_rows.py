"""The row of a process: whatever its attributes hold, and alike on every backend."""

from __future__ import annotations

import pytest

from provender.query.plan import planning
from provender.query.plan.views import whole_vocabulary
from provender.schema.entities import NODE
from provender.translators import inquiry
from provender.translators.inquiry import Inquiry
from provender.translators.processes import rows

UUID = "cda14b00-82b5-443f-b152-62a831206992"
LABEL, FINISHED, ZERO = '"PwCalculation"', '"finished"', "0"


class Rows(Inquiry):
    """The rows of all processes of a store, by uuid."""

    def read(self, session):
        question = {
            "path": [{"entity_type": "", "tag": "node"}],
            "filters": {"node": {"node_type": {"like": "process.%"}}},
            "project": {"node": rows.COLUMNS},
        }
        found = session.rows(planning.check(question, {"node": whole_vocabulary(NODE)}))
        return found, rows.read_companions(session, found)

    def present(self, raw):
        found, companions = raw
        made = [(values[1], rows.row_of(values, companions, "/{}".format)) for values in found]
        assert not any(row.notes for _, row in made)
        return {uuid: row.record for uuid, row in made}


def all_rows(served):
    stores = served.app.extensions["provender"].stores
    return inquiry.answer(Rows(), stores.get())


def test_every_process_has_a_row(on_each):
    found = all_rows(on_each)
    assert len(found) > 20
    for uuid, row in found.items():
        assert row["url"] == f"/{uuid}"
        assert row["is_running"] == (row["process_state"] in ("created", "waiting", "running"))
        assert set(row["user"]) == {"id", "name"}
        assert row["computer"] is None or set(row["computer"]) == {"uuid", "label"}
        assert row["parent"] is None or row["parent"] in found
    assert any(row["parent"] for row in found.values())
    assert any(row["computer"] for row in found.values())
    assert any(row["exit_status"] for row in found.values())


def without_pks(found):
    names = {uuid: row["user"] and row["user"]["name"] for uuid, row in found.items()}
    return {uuid: {**row, "user": names[uuid]} for uuid, row in found.items()}


def test_rows_are_alike_on_every_backend(on_archive, on_postgres, on_sqlite):
    expected = without_pks(all_rows(on_postgres))
    assert without_pks(all_rows(on_archive)) == expected
    assert without_pks(all_rows(on_sqlite)) == expected


def row(*attributes, pk=5, uuid=UUID, user=None, computer=None, companions=None):
    values = (pk, uuid, user, computer, *attributes)
    return rows.row_of(values, companions or rows.Companions(), "http://x/{}".format)


def test_a_row_shows_what_attributes_say():
    found = row(LABEL, '"waiting"', "null", None, "true")
    assert not found.notes
    assert found.record == {
        "process_label": "PwCalculation",
        "process_state": "waiting",
        "is_running": True,
        "exit_status": None,
        "exit_message": None,
        "paused": True,
        "user": None,
        "computer": None,
        "parent": None,
        "url": f"http://x/{UUID}",
    }


def test_a_process_without_state_is_not_running():
    assert row(LABEL, None, None, None, None).record["is_running"] is False


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        *(("410", 410), ("410.0", 410), ("-1", -1), (" 3 ", 3), ("0", 0), ("4.1e2", 410)),
        *((text, None) for text in ("1.5", "1e400", "9" * 5001, "-", '"410"', "true", "[1]")),
    ],
)
def test_an_exit_status_is_an_integer(stored, shown):
    found = row(LABEL, FINISHED, stored, None, None)
    assert found.record["exit_status"] == shown
    assert [note.field for note in found.notes] == (["exit_status"] if shown is None else [])


@pytest.mark.parametrize("stored", ["12", "[" * 100_000 + "]" * 100_000, '{"a": 1}', "true"])
def test_what_is_no_string_is_null_with_a_note(stored):
    found = row(stored, stored, ZERO, stored, '"yes"')
    shown = ("process_label", "process_state", "exit_message")
    assert [found.record[name] for name in shown] == [None, None, None]
    assert found.record["paused"] is False
    assert [note.field for note in found.notes] == [*shown, "paused"]
    assert {note.uuid for note in found.notes} == {UUID}


def test_half_of_a_surrogate_pair_is_a_question_mark():
    assert row(LABEL, FINISHED, ZERO, '"a\\ud800"', None).record["exit_message"] == "a?"


def test_a_user_that_is_gone_has_no_name():
    companions = rows.Companions(users={2: "Ada Lovelace"})
    assert row(*[None] * 5, user=2, companions=companions).record["user"] == {
        "id": 2,
        "name": "Ada Lovelace",
    }
    assert row(*[None] * 5, user=3).record["user"] == {"id": 3, "name": None}


def test_without_a_uuid_there_is_no_address():
    assert row(*[None] * 5, uuid=None).record["url"] is None
