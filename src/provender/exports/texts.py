"""Texts of a store, made fit for a file. Floor: exports."""

from __future__ import annotations


def well_formed(text: str) -> str:
    """Return a text that has a form in UTF-8: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def one_line(text: str) -> str:
    """Return a text with a blank for each line break and other character that cannot be seen."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
