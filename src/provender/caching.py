"""Functions whose results are cached, except for some arguments. Floor: errors.

Some arguments come from clients and may differ in every request. Caching their results would push
the useful results out of a cache of bounded size.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Cached(Generic[_Arguments, _Result]):
    """A function that caches the results of its last arguments, except if `unless` is true of them.

    `cache` is the function as wrapped by `functools.lru_cache`.
    """

    def __init__(
        self,
        function: Callable[_Arguments, _Result],
        size: int,
        unless: Callable[_Arguments, bool],
    ) -> None:
        self._function = function
        self._unless = unless
        self.cache: Any = lru_cache(maxsize=size)(function)
        update_wrapper(self, function)

    def __call__(self, *arguments: _Arguments.args, **options: _Arguments.kwargs) -> _Result:
        """Return the result of the function."""
        if self._unless(*arguments, **options):
            return self._function(*arguments, **options)
        found: _Result = self.cache(*arguments, **options)
        return found


def cached(
    size: int, *, unless: Callable[_Arguments, bool]
) -> Callable[[Callable[_Arguments, _Result]], Cached[_Arguments, _Result]]:
    """Return a decorator for functions whose arguments can be hashed.

    `size` is the number of results that are cached. If `unless` returns true for the arguments, the
    result is not cached.
    """
    return lambda function: Cached(function, size, unless)
