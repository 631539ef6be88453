"""The edits that a mutant can be: each changes what a module does, none what it says.

Docstrings, annotations, decorators, logging, and the text of errors are left alone, and so are
names that only these use (the words of a hint, the size of a cache).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

OPPOSITES: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip
BINDING = ("bind", "bound", "Operand", "Parameter", "operand", "parameter", "literal", "bindparam")
"""Calls whose first argument is a value that the database is given."""
LOGGING = ("debug", "info", "warning", "error", "exception", "getLogger")
SKIPPED = ("annotation", "returns", "decorator_list", "bases")
SAID = ("hint", "detail", "reason", "message")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: what kind, on which line, and the function that makes it in the tree."""

    kind: str
    line: int
    make: Callable[[], None]


def name_of(node: ast.expr) -> str:
    """Return the last name of what is called."""
    return getattr(node, "attr", None) or getattr(node, "id", None) or ""


class Words:
    """Which parts of a program only say something, and the names that only they use."""

    def __init__(self, trees: list[ast.Module], errors: frozenset[str]) -> None:
        self._errors = errors | {"error"}
        self.silent: frozenset[str] = frozenset()
        while True:  # a name that only words use makes words of its value, and so on
            live, quiet = set(), set()
            for tree in trees:
                self._names(tree, is_live=True, live=live, quiet=quiet)
            if (found := frozenset(quiet - live)) == self.silent:
                break
            self.silent = found

    def children(self, node: ast.AST) -> Iterator[tuple[ast.AST, bool]]:
        """Yield the nodes below a node, and whether they do something."""
        for field, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield child, not self._is_said(node, field, child)

    def _is_said(self, node: ast.AST, field: str, child: ast.AST) -> bool:
        if field in SKIPPED or (isinstance(node, ast.ClassDef) and field == "keywords"):
            return True
        if isinstance(child, ast.keyword) and child.arg in SAID:
            return True
        if isinstance(node, ast.Call) and field != "func":
            called = name_of(node.func)
            has_text = any(isinstance(getattr(n, "value", None), str) for n in ast.walk(child))
            return called in LOGGING or (called in self._errors and has_text)
        if isinstance(node, ast.Assign) and field == "value":
            return all(name_of(target) in self.silent for target in node.targets)
        if isinstance(node, ast.AnnAssign) and field == "value":
            return name_of(node.target) in self.silent
        return isinstance(node, ast.FunctionDef) and node.name in self.silent

    def _names(self, node: ast.AST, *, is_live: bool, live: set[str], quiet: set[str]) -> None:
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            (live if is_live else quiet).add(name_of(node))
        for child, does in self.children(node):
            self._names(child, is_live=is_live and does, live=live, quiet=quiet)


def edits(tree: ast.Module, words: Words) -> list[Edit]:
    """Return every edit of a module, in the order of its text; equal trees give equal lists."""
    return [edit for statement in tree.body for edit in _below(statement, words)]


def _below(node: ast.AST, words: Words) -> Iterator[Edit]:
    if isinstance(node, ast.Import | ast.ImportFrom) or _is_docstring(node):
        return
    if isinstance(node, ast.If) and name_of(node.test) == "TYPE_CHECKING":
        return
    for field in ("body", "orelse", "handlers", "finalbody"):
        block = getattr(node, field, None)
        if isinstance(block, list) and not isinstance(node, ast.ClassDef | ast.Module):
            yield from _removals(block)
    for kind, make in _changes(node):
        yield Edit(kind, getattr(node, "lineno", 0), make)
    for child, does in words.children(node):
        is_index = isinstance(node, ast.Subscript) and isinstance(child, ast.Tuple)
        if does and not is_index:
            yield from _below(child, words)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _removals(block: list[ast.stmt]) -> Iterator[Edit]:
    for index, item in enumerate(block):
        is_effect = isinstance(item, ast.Expr) and not isinstance(item.value, ast.Constant)
        is_stored = isinstance(item, ast.Assign) and not isinstance(item.targets[0], ast.Name)
        if is_effect or is_stored or isinstance(item, ast.Raise | ast.AugAssign | ast.Continue):
            new: ast.stmt = ast.copy_location(ast.Pass(), item)
            yield Edit("statement removed", item.lineno, _put(block, index, new))
        if isinstance(item, ast.Return) and item.value and ast.unparse(item.value) != "None":
            new = ast.copy_location(ast.Return(ast.Constant(None)), item)
            yield Edit("returns None", item.lineno, _put(block, index, new))


def _put(items: list, index: int, new: ast.AST) -> Callable[[], None]:
    return lambda: items.__setitem__(index, new)


def _set(node: ast.AST, field: str, value: object) -> Callable[[], None]:
    return lambda: setattr(node, field, value)


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the kinds of change of one node."""
    match node:
        case ast.Compare() | ast.BoolOp() | ast.BinOp():
            yield from _operators(node)
        case ast.Constant():
            yield from _constants(node)
        case ast.Tuple(elts=[_, _, *_], ctx=ast.Load()) | ast.List(elts=[_, _, *_]):
            for index in range(len(node.elts)):
                yield "element dropped", partial(node.elts.pop, index)
        case ast.Call():
            yield from _arguments(node)
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
            yield "not dropped", _set(node, field, value.operand)


def _operators(
    node: ast.Compare | ast.BoolOp | ast.BinOp,
) -> Iterator[tuple[str, Callable[[], None]]]:
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            yield "comparison", _put(node.ops, index, OPPOSITES[type(operator)]())
    elif isinstance(node, ast.BoolOp):
        yield "and/or", _set(node, "op", OPPOSITES[type(node.op)]())
    elif type(node.op) in OPPOSITES:
        sides = (node.left, node.right)
        if not any(isinstance(getattr(side, "value", None), str) for side in sides):
            yield "arithmetic", _set(node, "op", OPPOSITES[type(node.op)]())


def _constants(node: ast.Constant) -> Iterator[tuple[str, Callable[[], None]]]:
    if isinstance(node.value, bool):
        yield "true/false", _set(node, "value", not node.value)
    elif isinstance(node.value, int | float):
        yield "number", _set(node, "value", node.value + 1)
    elif isinstance(node.value, str):
        yield "string", _set(node, "value", node.value + "_")


def _arguments(node: ast.Call) -> Iterator[tuple[str, Callable[[], None]]]:
    given = node.args
    if name_of(node.func) in BINDING and given and not isinstance(given[0], ast.Constant):
        yield "bound value", _put(given, 0, ast.Constant(0))
    for index in range(len(given) - 1):
        left, right = given[index], given[index + 1]
        if type(left) is type(right) and ast.unparse(left) != ast.unparse(right):
            yield "arguments swapped", _set(node, "args", _swapped(given, index))


def _swapped(items: list[ast.expr], index: int) -> list[ast.expr]:
    return [*items[:index], items[index + 1], items[index], *items[index + 2 :]]
