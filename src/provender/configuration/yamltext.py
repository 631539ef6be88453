"""YAML, strict, and with the place of every mistake. Floor: settings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import yaml

from provender.errors import ConfigurationError

# A thousand profiles hold ten thousand.
MOST_VALUES = 100_000
MERGE = "tag:yaml.org,2002:merge"
STRING = "tag:yaml.org,2002:str"
HINTS = {
    r"'\t'": "YAML is indented with blanks, never with tabs.",
    "mapping values are not allowed": "A value that holds `: ` needs quotes around it.",
    "'%'": "A value that begins with a special character needs quotes around it.",
    "'@'": "A value that begins with a special character needs quotes around it.",
    "'`'": "A value that begins with a special character needs quotes around it.",
}
"""What helps, by a part of the parser's words."""


def parse(text: str | bytes, source: str, *, is_of_profiles: bool = False) -> object:
    """Return what a YAML text holds; names in mappings are strings.

    Args:
        text: the text, or its bytes in UTF-8.
        source: where it stands, for the message: "The configuration file x.yaml".
        is_of_profiles: whether the text holds profiles, and not settings, among them `profiles`.
            The second of two profiles of one name is kept under a `Repeated`.

    Raises:
        ConfigurationError: not YAML, or a name that stands twice; the message names the place.
    """
    try:
        loader = _Loader(_decoded(text), is_of_profiles=is_of_profiles)
        try:
            node = loader.get_single_node()
            if _weight(node, {}) > MOST_VALUES:
                raise ValueError("its aliases (`*name`) stand for too many values")
            return loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except _RepeatedError as error:
        raise ConfigurationError(f"{source} {error}.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = _reason(error)
        hint = next((hint for part, hint in HINTS.items() if part in reason), None)
        raise ConfigurationError(f"{source} is not valid YAML: {reason}.", hint=hint) from error


def _weight(node: yaml.Node | None, known: dict[int, int]) -> int:
    """Return how many values a node stands for, each alias counted as what it repeats.

    Raises:
        RecursionError: it holds itself.
    """
    if not isinstance(node, yaml.CollectionNode):
        return 1
    if id(node) not in known:
        parts = node.value if isinstance(node, yaml.SequenceNode) else chain(*node.value)
        known[id(node)] = 1 + sum(_weight(part, known) for part in parts)
    return known[id(node)]


def _decoded(text: str | bytes) -> str:
    """Return a text; raises `ValueError` at the first character that YAML may not hold."""
    try:
        decoded = text if isinstance(text, str) else text.decode("utf-8")
    except UnicodeDecodeError as error:
        byte, line = error.object[error.start], error.object.count(b"\n", 0, error.start) + 1
        raise ValueError(f"the byte 0x{byte:02x} is not UTF-8 (line {line})") from error
    wrong = yaml.reader.Reader.NON_PRINTABLE.search(decoded)
    if wrong:
        line = decoded.count("\n", 0, wrong.start()) + 1
        raise ValueError(f"the character #x{ord(wrong[0]):04x} is not allowed (line {line})")
    return decoded


class _RepeatedError(Exception):
    """A name that stands twice in a mapping; YAML would take the last one and say nothing."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__(f"names `{name}` twice (line {line})")


@dataclass(frozen=True, slots=True)
class Repeated:
    """The name of a profile that stands in the text before: the key of the second one."""

    name: str
    line: int


class _Loader(yaml.SafeLoader):
    """YAML's safe loader, which leaves names as they are written, also `1.10` and `on`.

    It refuses names that stand twice; those of profiles it keeps.
    """

    def __init__(self, text: str, *, is_of_profiles: bool) -> None:
        super().__init__(text)
        self._is_of_profiles = is_of_profiles
        self._profiles: yaml.Node | None = None

    def construct_document(self, node: yaml.Node) -> Any:  # noqa: ANN401 - what a file holds
        """Return the content of the text."""
        if self._is_of_profiles:
            self._profiles = node
        elif isinstance(node, yaml.MappingNode):
            named = (value for key, value in node.value if key.value == "profiles")
            self._profiles = next(named, None)
        return super().construct_document(node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping."""
        seen, again = set[object](), []
        for pair in node.value:
            key = pair[0]
            if not isinstance(key, yaml.ScalarNode) or key.tag == MERGE:
                continue
            if key.value in seen and node is not self._profiles:
                raise _RepeatedError(key.value, key.start_mark.line + 1)
            if key.value in seen:
                again.append(pair)
            seen.add(key.value)
        node.value = [pair for pair in node.value if pair not in again]
        self.flatten_mapping(node)
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                key.tag = STRING
        found = super().construct_mapping(node, deep)
        for key, value in again:
            found[Repeated(key.value, key.start_mark.line + 1)] = self.construct_object(value, deep)
        return found

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401 - any value
        """Return a value; one that Python cannot hold is an error with a place."""
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(
                None, None, str(error), node.start_mark
            ) from error


def _reason(error: Exception) -> str:
    """Return the words of the parser with line and column, counted from 1."""
    if isinstance(error, yaml.MarkedYAMLError):
        parts = [
            f"{words}{_place(mark)}".replace("'<stream end>'", "the end")
            for words, mark in (
                (error.problem, error.problem_mark),
                (error.context, error.context_mark),
            )
            if words
        ]
        return ", ".join(parts)
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error)


def _place(mark: yaml.Mark | None) -> str:
    return "" if mark is None else f" (line {mark.line + 1}, column {mark.column + 1})"
