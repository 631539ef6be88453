"""Digests of JSON, alike here and in the tests."""

from __future__ import annotations

import hashlib
import json

LARGEST = 2**53


def digest(value):
    """Return a digest of JSON in which the order of keys and the form of numbers mean nothing."""
    text = json.dumps(numbers(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def numbers(value):
    """Return JSON in which whole numbers are integers."""
    if isinstance(value, dict):
        return {key: numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [numbers(item) for item in value]
    is_whole = isinstance(value, float) and abs(value) < LARGEST and value.is_integer()
    return int(value) if is_whole else value
