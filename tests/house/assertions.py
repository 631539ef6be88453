"""What a test asserts whatever the data, and what it replaces: read from its text.

An assertion in a loop runs for nothing where the loop does not.
"""

from __future__ import annotations

import ast

CHECKING = ("raises", "warns")
"""Blocks of pytest that fail by themselves."""
WRAPPING = ("enumerate", "zip", "sorted", "reversed", "list", "tuple")
"""Calls that have items if what they take has."""

OURS, VERSION = "provender", "__version__"

Names = frozenset[str]


def functions_that_test(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return the test functions of a module."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [node for node in functions if node.name.startswith("test_")]


def failing(trees: list[ast.Module]) -> Names:
    """Return the names of the functions that assert or raise, or call one that does."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    helpers = [node for node in functions if not node.name.startswith("test_")]
    found: Names = frozenset()
    while new := {node.name for node in helpers if can_fail(node, found)} - found:
        found |= new
    return found


def can_fail(function: ast.FunctionDef, helpers: Names) -> bool:
    """Tell whether a function asserts or raises, by itself or by one of the helpers."""
    return any(
        is_check(node) or isinstance(node, ast.Raise) or is_call(node, helpers)
        for node in ast.walk(function)
    )


def can_pass_unasked(test: ast.FunctionDef, known: Names) -> bool:
    """Tell whether a test asserts, but nothing where its loops do not run.

    `known` are the names of its module that have items.
    """
    return any(map(is_check, ast.walk(test))) and not surely_asserts(test.body, known)


def surely_asserts(body: list[ast.stmt], known: Names) -> bool:
    """Tell whether an assertion runs whatever the data; `known` names have items."""
    known = written_out(body, known)
    return any(_surely(node, known) for node in body)


def _surely(node: ast.stmt, known: Names) -> bool:
    match node:
        case ast.Assert(test=ast.Call(func=ast.Name(id="all"), args=[items])):
            found = has_items(items, known)
        case ast.Assert() | ast.With() if is_check(node):
            found = True
        case ast.If(body=body, orelse=orelse):
            found = surely_asserts(body, known) and surely_asserts(orelse, known)
        case ast.For(iter=items, body=body):
            found = has_items(items, known) and surely_asserts(body, known)
        case ast.With(body=body):
            found = surely_asserts(body, known)
        case ast.Try(body=body, orelse=orelse, finalbody=final):
            found = any(surely_asserts(block, known) for block in (body, orelse, final))
        case _:
            found = False
    return found


def is_check(node: ast.AST) -> bool:
    """Tell whether a statement is an assertion."""
    if isinstance(node, ast.With):
        return any(is_call(item.context_expr, frozenset(CHECKING)) for item in node.items)
    return isinstance(node, ast.Assert)


def is_call(node: ast.AST, names: Names) -> bool:
    """Tell whether an expression is a call of something by one of these names."""
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name in names
    return False


def written_out(body: list[ast.stmt], known: Names = frozenset()) -> Names:
    """Return the names that these statements give to what has at least one item."""
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if has_items(value, known):
                known |= {name}
    return known


def has_items(node: ast.expr, known: Names) -> bool:
    """Tell whether a loop over an expression runs at least once, as far as the text shows."""
    match node:
        case ast.Name(id=name):
            found = name in known
        case ast.Starred(value=value):
            found = has_items(value, known)
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            found = any(not isinstance(i, ast.Starred) or has_items(i, known) for i in items)
        case ast.Dict(keys=items):
            found = bool(items)
        case ast.Constant(value=value):
            found = bool(value)
        case ast.GeneratorExp(generators=sources) | ast.ListComp(generators=sources):
            found = all(has_items(of.iter, known) and not of.ifs for of in sources)
        case ast.Call():
            found = _call_has_items(node, known)
        case _:
            found = False
    return found


def _call_has_items(node: ast.Call, known: Names) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr="items" | "keys" | "values")):
            return has_items(value, known)
        case ast.Call(func=ast.Name(id="range"), args=[*_, last]):
            return has_items(last, known)
        case ast.Call(func=ast.Name(id=name), args=items):
            return name in WRAPPING and all(has_items(item, known) for item in items)
    return False


def looks_inside(tree: ast.Module) -> list[str]:
    """Return what a module imports of ours that is private, and what of ours it replaces."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    ours = [
        alias
        for node in imports
        for alias in node.names
        if (getattr(node, "module", "") or alias.name).partition(".")[0] == OURS
    ]
    names = {alias.asname or alias.name for alias in ours}
    private = [alias.name for alias in ours if alias.name.startswith("_") and alias.name != VERSION]
    calls = [node for node in ast.walk(tree) if is_call(node, frozenset({"setattr"}))]
    targets = [call.args[0] for call in calls if call.args]
    return private + [
        text for text in map(shown, targets) if text.partition(".")[0] in names | {OURS}
    ]


def shown(node: ast.expr) -> str:
    """Return what is named: by an expression, or by a string."""
    return node.value if isinstance(node, ast.Constant) else ast.unparse(node)
