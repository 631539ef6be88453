"""Strings from a store, as a file can hold them. Floor: exports."""

from __future__ import annotations


def well_formed(text: str) -> str:
    """Return a string that can be written as UTF-8: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def one_line(text: str) -> str:
    """Return a string with a space for each line break and other unprintable character."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
