"""From the bytes of a posted query to checked JSON. Floor: query."""

from __future__ import annotations

import copy
import json
import math
from typing import Any, NoReturn

from provender.errors import BadRequest, BodyTooLarge, LimitExceeded
from provender.settings import Limits

# Digits of an integer; doubles end at 309.
MOST_DIGITS = 400


def read_body(raw: bytes, limits: Limits) -> dict[str, Any]:
    """Return a posted JSON object in which every string and number can be bound.

    Raises:
        BodyTooLarge: more bytes than `limits.body_bytes`.
        LimitExceeded: nested more deeply than `limits.nesting`, or a list of more items than
            `limits.list_items`.
        BadRequest: not a JSON object, or with a string or number that databases cannot store.
    """
    if len(raw) > limits.body_bytes:
        raise BodyTooLarge(
            f"The body is larger than {limits.body_bytes} bytes (`limits.body_bytes`)."
        )
    try:
        body = json.loads(raw, parse_constant=_refuse_constant, parse_int=_integer)
    except RecursionError:
        raise _too_deep(limits) from None
    except ValueError as error:
        raise BadRequest(
            f"The body is not valid JSON: {error}.", hint='{"path": [{"entity_type": ""}]}'
        ) from error
    if not isinstance(body, dict):
        raise BadRequest("The body must be a JSON object.", hint='{"path": [{"entity_type": ""}]}')
    _check_all(body, limits)
    return body


def read_document(text: str, limits: Limits, name: str) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON value of a key of a query string, checked as a posted body is.

    Raises:
        LimitExceeded: nested too deeply, or a list of too many items.
        BadRequest: no JSON, or with a string or number that databases cannot store.
    """
    try:
        document = json.loads(text, parse_constant=_refuse_constant, parse_int=_integer)
    except RecursionError:
        raise _too_deep(limits) from None
    except ValueError as error:
        raise BadRequest(f"`{name}` is not valid JSON: {error}.") from error
    _check_all(document, limits)
    return document


def _check_all(document: Any, limits: Limits) -> None:  # noqa: ANN401 - JSON
    """Refuse what databases cannot store, with its place in the message."""
    try:
        _check(document, limits, 0)
    except BadRequest as error:
        raise located(error, error.place) from error


def located(error: BadRequest, place: tuple[str | int, ...]) -> BadRequest:
    """Return an error whose message has its place, a JSON pointer (RFC 6901)."""
    escaped = (str(segment).replace("~", "~0").replace("/", "~1") for segment in place)
    pointer = "".join(f"/{segment}" for segment in escaped)
    where = f" At `{pointer}`." if pointer else ""
    found = copy.copy(error)
    found.message = f"{error.message}{where}"
    found.args, found.place = (found.message,), place
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"an integer has more than {MOST_DIGITS} digits")
    return int(digits)


def _too_deep(limits: Limits) -> LimitExceeded:
    return LimitExceeded(f"The query is nested more than {limits.nesting} deep (`limits.nesting`).")


def _check(value: Any, limits: Limits, depth: int) -> None:  # noqa: ANN401 - JSON
    """Refuse values that databases cannot store, with their place."""
    if depth > limits.nesting:
        raise _too_deep(limits)
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise BadRequest("A number is too large.")
    elif isinstance(value, list) and len(value) > limits.list_items:
        raise LimitExceeded(
            f"A list has {len(value)} items, more than `limits.list_items` ({limits.list_items})."
        )
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            _check(key, limits, depth + 1)
            try:
                _check(item, limits, depth + 1)
            except BadRequest as error:
                error.under(key)
                raise


def _check_text(text: str) -> None:
    if "\0" in text:
        raise BadRequest("A string or key holds a NUL character.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadRequest("A string or key holds half of a surrogate pair.") from None
