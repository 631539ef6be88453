from __future__ import annotations

import subprocess
import sys

import pytest

from provender.schema import types
from provender.schema.types import EntryPoint, FullType, StoredTypes

UPF = "data.core.upf.UpfData."
PLUGIN = "data.pseudo.upf.UpfData."


def test_names_of_types_need_no_database_library():
    code = "import sys, provender.schema.types; print({'sqlalchemy', 'psycopg2'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    ("stored", "modern"),
    [
        (UPF, UPF),
        ("data.upf.UpfData.", UPF),
        ("data.dict.Dict.", "data.core.dict.Dict."),
        ("data.array.bands.BandsData.", "data.core.array.bands.BandsData."),
        (PLUGIN, PLUGIN),
        ("process.data.upf.UpfData.", "process.data.upf.UpfData."),
        ("", ""),
    ],
)
def test_old_types_are_known_with_core(stored, modern):
    assert types.modern(stored) == modern


@pytest.mark.parametrize(
    ("name", "longer"),
    [
        ("data.int.Int.", "data.core.int.Int."),
        ("data.%", "data.core.%"),
        ("process.data.", "process.data."),
    ],
)
def test_core_follows_data(name, longer):
    assert types.with_core(name) == longer


def test_every_type_of_before_aiida_1_is_known_today():
    today = types.OLD_NODE_TYPES.values()
    assert len(today) == 9
    assert all(name in types.SHIPPED or name.startswith(types.PROCESS) for name in today)


def test_the_old_name_of_codes_is_every_code():
    found = types.stored_types("code.Code.")
    assert found == StoredTypes(("code.Code.",), ("data.core.code.", "data.code."))


@pytest.mark.parametrize(
    ("process_type", "found"),
    [
        (
            "aiida.calculations:core.arithmetic.add",
            EntryPoint("aiida.calculations", "core.arithmetic.add"),
        ),
        ("aiida.workflows:x", EntryPoint("aiida.workflows", "x")),
        ("aiida.calculations:a:b", None),
        ("aiida.unknown:x", None),
        ("aiida.calculations:", None),
        ("aiida.calculations", None),
        ("package.module.Class", None),
        ("", None),
    ],
)
def test_entry_points(process_type, found):
    assert types.read_entry_point(process_type) == found


@pytest.mark.parametrize("halves", [("data.core.int.Int.", ""), ("process.%", "%"), ("", "")])
def test_full_types_come_back_as_they_were(halves):
    assert types.read_full_type(types.full_type(*halves)) == FullType(*halves)


def test_absent_halves_are_empty():
    assert types.full_type(None) == types.full_type(None, None) == "|"
    assert types.full_type("data.core.int.Int.") == "data.core.int.Int.|"


@pytest.mark.parametrize("text", ["", "data.core.int.Int.", "a|b|c", "||"])
def test_a_full_type_has_one_bar(text):
    assert types.read_full_type(text) is None


@pytest.mark.parametrize(
    ("text", "is_pattern"),
    [("data.core.%|", True), ("a|b%", True), ("a|b", False), ("|", False)],
)
def test_patterns_are_told_from_types(text, is_pattern):
    found = types.read_full_type(text)
    assert found is not None
    assert found.is_pattern is is_pattern
