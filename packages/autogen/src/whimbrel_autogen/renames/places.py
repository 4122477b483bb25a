"""Place: one list of names, such as the columns of a table, as the database has it and as the models have it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

Path = tuple[str, ...]


def _anything(old: str, new: str) -> bool:
    return True


def _nothing(name: str) -> str:
    return ""


@dataclass(eq=False, slots=True)
class Place:
    """The names of one kind that one thing has.

    :param kind: what they name: ``table``, ``column``, ``enum value``.
    :param paths: how the thing itself may be called: ``("users",)``, ``("app", "users")``; messages use the first.
    :param database: the names in the database, in their order.
    :param models: the names in the models, in their order.
    :param declared: the models' names that are said to have had another name before, with that one.
    :param alike: whether a name that the models lack and one that the database lacks may be of one thing.
    :param detail: what a name of the models is, for a question.
    """

    kind: str
    paths: Sequence[Path]
    database: Sequence[str]
    models: Sequence[str]
    declared: Mapping[str, str] = field(default_factory=dict)
    alike: Callable[[str, str], bool] = _anything
    detail: Callable[[str], str] = _nothing

    @property
    def gone(self) -> list[str]:
        """The names that the models lack."""
        return _without(self.database, self.models)

    @property
    def come(self) -> list[str]:
        """The names that the database lacks."""
        return _without(self.models, self.database)

    def called(self, name: str) -> str:
        """Return a name with what it is in, as messages and ``--rename`` have it."""
        return ".".join((*self.paths[0], name))

    def has(self, path: Path) -> str | None:
        """Return the name that a path would mean here; ``None`` if it means another place.

        :param path: a name, behind the names of what it is in or not.
        """
        *within, name = path
        return name if not within or tuple(within) in self.paths else None

    def candidates(self, new: str, taken: Collection[str]) -> list[str]:
        """Return what *new* may have been called before, the likeliest first.

        That is what stands next to the same name in both lists; among several, what reads most alike.

        :param new: a name that the database lacks.
        :param taken: names that are known to have become something else.
        """
        found = [old for old in self.gone if old not in taken and self.alike(old, new)]
        ours = _neighbours(self.models, new)
        return sorted(
            found,
            key=lambda old: (
                not any(a == b for a, b in zip(_neighbours(self.database, old), ours, strict=True)),
                -SequenceMatcher(None, old, new).ratio(),
            ),
        )


def _without(names: Sequence[str], others: Sequence[str]) -> list[str]:
    known = set(others)
    return [name for name in names if name not in known]


def _neighbours(names: Sequence[str], name: str) -> tuple[str | None, str | None]:
    place = names.index(name)
    return names[place - 1] if place else None, names[place + 1] if place + 1 < len(names) else None
