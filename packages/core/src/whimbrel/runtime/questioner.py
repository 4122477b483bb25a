"""Questioner: the one object that is asked what two states of a schema cannot tell; this one never prompts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RenameOffer:
    """Something that the models lack and something that the database lacks, which look alike.

    :param kind: ``table``, ``column``, ``enum value``, or what else a package compares.
    :param old: its name in the database, with what it is in: ``users.nick``.
    :param new: its name in the models: ``users.nickname``.
    :param detail: what both are, such as a column's type; empty where the names say all.
    """

    kind: str
    old: str
    new: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class MissingValue:
    """A column that is to be NOT NULL, in a table whose rows may have no value for it.

    :param column: its name, behind that of its table.
    :param type: its type, as the database spells it.
    :param is_new: whether the column is added; else it is there, and may hold NULL.
    """

    column: str
    type: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class ValueAnswer:
    """What becomes of rows without a value.

    :param how: ``steps``: the script has a place to say it, and stops where there are rows; ``value``: they get *sql*
        once; ``server_default``: the column gets *sql* as its default (one that is added only); ``leave``: nothing.
    :param sql: an SQL expression.
    """

    how: Literal["steps", "value", "server_default", "leave"]
    sql: str = ""


class Questioner:
    """Decides what a comparison cannot: whether something was renamed, what a new column is in rows that are there.

    This one says no, and nothing. A subclass that asks a person, or knows better, is given to
    :func:`whimbrel.command.revision` as *questioner*.

    Example::

        class Prefixes(Questioner):
            def is_renamed(self, offer):
                return offer.kind == "table" and offer.new == f"shop_{offer.old}"
    """

    def is_renamed(self, offer: RenameOffer) -> bool:
        """Return whether both are one thing, under its old and its new name.

        Asked only about what nobody has declared to be a rename, or not to be one.

        :param offer: what looks like a rename.
        """
        return False

    def missing_value(self, missing: MissingValue) -> ValueAnswer:
        """Return what becomes of the rows that have no value for a column.

        Asked only where the models have no ``default`` that a script could say.

        :param missing: the column.
        """
        return ValueAnswer("steps")

    def may_be_lost(self, losses: Sequence[str]) -> bool:
        """Return whether a downgrade of a protected database may lose what it would.

        :param losses: what that is, a sentence each.
        """
        return False
