"""Computers, groups and users. Floor: translators."""

from __future__ import annotations

from provender.translators.base import BaseTranslator


class ComputerTranslator(BaseTranslator):
    """Translates requests for computers."""


class GroupTranslator(BaseTranslator):
    """Translates requests for groups."""


class UserTranslator(BaseTranslator):
    """Translates requests for users, whose e-mail addresses no answer ever shows."""
