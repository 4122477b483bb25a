"""Pair and TablePair: one thing as the database has it and as the models have it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import Table

from whimbrel.impl import ReflectedTable

T = TypeVar("T")

MODELS_COLUMN = "models_column"
"""In the ``info`` of a directive that alters a column: the column as the models have it."""


class Pair(NamedTuple, Generic[T]):
    """One object as the database has it and as the models have it.

    :param database: what was reflected; ``None`` where the database lacks it.
    :param models: what the metadata says; ``None`` where the models lack it.
    """

    database: T | None
    models: T | None


class TablePair:
    """One table as the database has it and as the models have it.

    :param schema: its schema; ``None`` for the connection's default.
    :param name: its name.
    :param reflected: what the database says of it, what is to be renamed under its new name (``context.renames`` knows
        the old one); ``None`` where it lacks the table.
    :param models: the models' table; ``None`` where they lack it.
    :param build: makes a Table of what was reflected.
    :param same: whether both sides are known to be the same; then a comparison may be spared.
    :param same_columns: names of the columns that are known to be the same; they are spared likewise.
    """

    def __init__(
        self,
        schema: str | None,
        name: str,
        reflected: ReflectedTable | None,
        models: Table | None,
        build: Callable[[ReflectedTable], Table],
        same: bool = False,
        same_columns: frozenset[str] = frozenset(),
    ) -> None:
        self.schema = schema
        self.name = name
        self.reflected = reflected
        self.models = models
        self.same = same
        self.same_columns = same_columns
        self._build = build

    @cached_property
    def database(self) -> Table | None:
        """The database's table, made when it is first asked for: of thousands, few are."""
        return None if self.reflected is None else self._build(self.reflected)

    def both(self) -> tuple[Table, Table]:
        """Return both tables, the database's first; only for one that both sides have."""
        assert self.database is not None
        assert self.models is not None
        return self.database, self.models

    def __repr__(self) -> str:
        return f"TablePair({'.'.join(filter(None, (self.schema, self.name)))})"
