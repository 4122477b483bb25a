"""Renames: what was renamed in one comparison, by declaration or by the answer of who is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Dialect

from whimbrel.operations.ops import MigrateOperation
from whimbrel.runtime.questioner import Questioner, RenameOffer
from whimbrel_autogen.remarks import remark
from whimbrel_autogen.renames.declared import RENAMED_FROM, Declaration, chosen
from whimbrel_autogen.renames.names import NewNames
from whimbrel_autogen.renames.places import Path, Place

Settled = dict[Place, dict[str, str]]
"""The old names of what was renamed in each place, with the new ones."""


class Renames:
    """What was renamed, in one comparison.

    :param dialect: spells names.
    :param declared: what ``--rename`` says, ``old:new`` each.
    :param questioner: is asked about the rest; by default nobody is.
    :raises CommandError: a ``--rename`` is not ``old:new``.
    """

    def __init__(self, dialect: Dialect, declared: Sequence[str] = (), questioner: Questioner | None = None) -> None:
        self.names = NewNames(dialect)
        self.declarations = [Declaration(text) for text in declared]
        self._questioner = questioner or Questioner()

    def settle(self, places: Sequence[Place]) -> Settled:
        """Return what was renamed: what is declared, and what is answered about the rest that looks alike.

        :param places: all places of a kind.
        :raises CommandError: a declaration is contradictory, or fits several things.
        """
        found = chosen(places, self.declarations)
        for place in places:
            names = found[place]
            for new in place.come:
                if new not in names.values():
                    asked = (old for old in place.candidates(new, names) if self._is_renamed(place, old, new))
                    old = next(asked, None)
                    if old is not None:
                        names[old] = new
        return found

    def _is_renamed(self, place: Place, old: str, new: str) -> bool:
        offer = RenameOffer(place.kind, place.called(old), place.called(new), place.detail(new))
        return self._questioner.is_renamed(offer)

    def values(self, type_name: Path, database: Sequence[str], models: Sequence[str]) -> dict[str, str]:
        """Return which values of an enum type were renamed: old ones, with the new ones.

        :param type_name: what the type is called, behind its schema if that is not the connection's default.
        :param database: its values in the database, in their order.
        :param models: its values in the models.
        """
        paths = [type_name] if len(type_name) == 1 else [type_name, type_name[-1:]]
        place = Place("enum value", paths, database, models)
        return self.settle([place])[place]

    def now(self, schema: str | None, table: str, column: str) -> tuple[str, str]:
        """Return what a table and a column of the database are called once the renames are done.

        :param schema: the schema; ``None`` for the connection's default.
        :param table: the table.
        :param column: the column.
        """
        return self.names.of(schema, table, column)

    @property
    def unfit(self) -> dict[str, str]:
        """What was given with ``--rename`` and nothing came of, and why.

        :raises CommandError: one contradicts what there is.
        """
        problems = {declaration.text: declaration.problem for declaration in self.declarations}
        return {text: problem for text, problem in problems.items() if problem is not None}


def unsettled(settled: Settled) -> Iterator[tuple[Place, str, str]]:
    """Yield what looks like a rename and is not declared one, in each place: the old name and the new one."""
    for place, names in settled.items():
        met = set(names)
        for new in place.come:
            if new in names.values():
                continue
            for old in place.candidates(new, met)[:1]:
                met.add(old)
                yield place, old, new


def tell_of_loss(op: MigrateOperation, place: Place, old: str, new: str) -> None:
    """Say above a directive that drops something what is lost, and how to declare that it was renamed.

    :param op: the directive.
    :param place: where it is.
    :param old: what is dropped.
    :param new: what is added, and looks alike.
    """
    remark(op, f"All that {place.kind} {place.called(old)} holds is lost here. {how_to_declare(place, old, new)}")


def tell_of_likeness(op: MigrateOperation, place: Place, old: str, new: str) -> None:
    """Say above a directive that creates something what it looks like, where that is not dropped.

    :param op: the directive.
    :param place: where it is.
    :param old: what the models lack.
    :param new: what is added.
    """
    called = f"{place.kind} {place.called(old)}"
    remark(op, f"It looks like {called}, which the models lack, and begins empty. {how_to_declare(place, old, new)}")


def how_to_declare(place: Place, old: str, new: str) -> str:
    """Return how to say that something was renamed.

    :param place: where it is.
    :param old: its old name.
    :param new: its new name.
    """
    before, after = place.called(old), place.called(new)
    return (
        f"Is {after} the same {place.kind} under a new name? Then delete this revision, and declare the rename: "
        f'--rename {before}:{after}, or info={{"{RENAMED_FROM}": "{old}"}} in the models.'
    )
