"""Computers, groups and users. Floor: web."""

from __future__ import annotations

from typing import ClassVar

from provender.translators.base import BaseTranslator
from provender.translators.entities import ComputerTranslator, GroupTranslator, UserTranslator
from provender.web.resources.base import BaseResource


class Computer(BaseResource):
    """Answers the routes of computers."""

    translator: ClassVar[BaseTranslator] = ComputerTranslator()


class Group(BaseResource):
    """Answers the routes of groups."""

    translator: ClassVar[BaseTranslator] = GroupTranslator()


class User(BaseResource):
    """Answers the routes of users."""

    translator: ClassVar[BaseTranslator] = UserTranslator()
