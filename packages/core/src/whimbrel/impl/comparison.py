"""ComparisonResult and Expressions: what is answered to, and asked about, two versions of one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from whimbrel.impl.reflected import ReflectedTable


@dataclass(frozen=True, slots=True)
class ComparisonResult:
    """The answer to whether two things are the same.

    :param status: ``equal``; ``different``; or ``skip``, where this database cannot tell.
    :param message: what differs, or why it cannot be told.
    """

    status: Literal["equal", "different", "skip"]
    message: str = ""

    @property
    def is_equal(self) -> bool:
        """Whether they are the same."""
        return self.status == "equal"

    @property
    def is_different(self) -> bool:
        """Whether they differ."""
        return self.status == "different"

    @property
    def is_skip(self) -> bool:
        """Whether it cannot be told."""
        return self.status == "skip"

    @classmethod
    def Equal(cls) -> ComparisonResult:  # the name by which people know it
        """Return that they are the same."""
        return cls("equal")

    @classmethod
    def Different(cls, reason: str | Sequence[str]) -> ComparisonResult:  # the name by which people know it
        """Return that they differ, and in what."""
        return cls("different", reason if isinstance(reason, str) else ", ".join(reason))

    @classmethod
    def Skip(cls, reason: str | Sequence[str]) -> ComparisonResult:  # the name by which people know it
        """Return that it cannot be told, and why."""
        return cls("skip", reason if isinstance(reason, str) else ", ".join(reason))


@dataclass(frozen=True, slots=True)
class Expressions:
    """Two spellings of one expression, which may mean the same.

    :param kind: ``default``, ``check``, ``index``, ``computed``, or ``constraint`` for one of a dialect's own.
    :param table: the table it is about, as the database has it.
    :param column: the column, where it is about one.
    :param database: the database's spelling.
    :param models: the models' spelling, as SQL text.
    """

    kind: Literal["default", "check", "index", "computed", "constraint"]
    table: ReflectedTable
    column: str | None
    database: str
    models: str
