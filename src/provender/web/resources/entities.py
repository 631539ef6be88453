"""Computers, groups and users. Floor: web."""

from __future__ import annotations

from typing import ClassVar

from provender.translators.base import (
    BaseTranslator,
    ComputerTranslator,
    GroupTranslator,
    UserTranslator,
)
from provender.web.resources.base import BaseResource


class Computer(BaseResource):
    """Answers the routes of computers."""

    translator: ClassVar[type[BaseTranslator]] = ComputerTranslator


class Group(BaseResource):
    """Answers the routes of groups."""

    translator: ClassVar[type[BaseTranslator]] = GroupTranslator


class User(BaseResource):
    """Answers the routes of users."""

    translator: ClassVar[type[BaseTranslator]] = UserTranslator
