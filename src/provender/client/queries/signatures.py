"""Signatures and texts of methods that take the options of a route. Floor: client.

Completion and `help` show them; types are checked by `Unpack` of the same class.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from inspect import Parameter
from typing import Any, TypeVar, get_type_hints

Method = TypeVar("Method", bound=Callable[..., Any])


def takes(options: type) -> Callable[[Method], Method]:
    """Show the options of a route in the signature and the text of a method.

    `options` is a `TypedDict` whose keys are annotated with a text each.
    """
    hints = get_type_hints(options, include_extras=True)
    kinds = get_type_hints(options)
    lines = [f"    {name}: {hint.__metadata__[0]}" for name, hint in hints.items()]

    def shown(method: Method) -> Method:
        signature = inspect.signature(method)
        own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
        more = [
            Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=kinds[name])
            for name in hints
        ]
        text = inspect.cleandoc(method.__doc__ or "")
        method.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined]  # what `inspect` reads
        method.__doc__ = "\n".join([text, "", "Options:", *lines])
        return method

    return shown
