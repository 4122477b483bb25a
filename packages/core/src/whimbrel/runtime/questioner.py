"""Questioner: the one object that is asked what two states of a schema cannot tell; this one never prompts."""

from __future__ import annotations

from dataclasses import dataclass


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


class Questioner:
    """Decides what a comparison cannot: whether something was renamed.

    This one says no. A subclass that asks a person, or knows better, is given to
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
