"""ReflectedTable: all that a database says of one table, in the shapes of SQLAlchemy's Inspector, and its reading."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Inspector
from sqlalchemy.engine.interfaces import (
    ReflectedCheckConstraint,
    ReflectedColumn,
    ReflectedForeignKeyConstraint,
    ReflectedIndex,
    ReflectedPrimaryKeyConstraint,
    ReflectedUniqueConstraint,
)

T = TypeVar("T")

NO_PRIMARY_KEY: ReflectedPrimaryKeyConstraint = {"constrained_columns": [], "name": None}


@dataclass(slots=True)
class ReflectedTable:
    """What a database says of one table.

    :param schema: its schema; ``None`` for the connection's default.
    :param name: its name.
    :param columns: its columns, in their order.
    :param primary_key: its primary key; without columns where it has none.
    :param unique_constraints: its UNIQUE constraints.
    :param indexes: its indexes; those that carry a constraint have ``duplicates_constraint``.
    :param foreign_keys: its foreign keys; ``referred_schema`` is ``None`` for the connection's default.
    :param check_constraints: its CHECK constraints.
    :param comment: its comment.
    :param options: the dialect's options, such as ``mysql_engine``.
    :param facts: what else a dialect has read and wants to find again, by names of its own.
    :param opaque: why it cannot be compared, such as ``it is a virtual table``; then nothing but its name counts.
    """

    schema: str | None
    name: str
    columns: list[ReflectedColumn]
    primary_key: ReflectedPrimaryKeyConstraint = field(default_factory=lambda: NO_PRIMARY_KEY)
    unique_constraints: list[ReflectedUniqueConstraint] = field(default_factory=list)
    indexes: list[ReflectedIndex] = field(default_factory=list)
    foreign_keys: list[ReflectedForeignKeyConstraint] = field(default_factory=list)
    check_constraints: list[ReflectedCheckConstraint] = field(default_factory=list)
    comment: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    opaque: str | None = None


def read_tables(
    inspector: Inspector, schema: str | None, names: Collection[str], *, checks: bool
) -> Iterator[ReflectedTable]:
    """Read tables with SQLAlchemy's Inspector: on databases where that is set-based, in a constant number of queries.

    :param inspector: on the connection.
    :param schema: the schema; ``None`` for the connection's default.
    :param names: the tables in it.
    :param checks: whether to read CHECK constraints.
    """
    wanted = sorted(names)
    if not wanted:
        return

    def ask(method: Callable[..., Mapping[tuple[str | None, str], T]]) -> Mapping[tuple[str | None, str], T]:
        try:
            return method(schema=schema, filter_names=wanted)
        except NotImplementedError:  # a dialect that has no such thing: SQLite no comments, others no checks
            return {}

    columns = ask(inspector.get_multi_columns)
    keys = ask(inspector.get_multi_pk_constraint)
    uniques = ask(inspector.get_multi_unique_constraints)
    indexes = ask(inspector.get_multi_indexes)
    foreign = ask(inspector.get_multi_foreign_keys)
    found_checks = ask(inspector.get_multi_check_constraints) if checks else {}
    comments = ask(inspector.get_multi_table_comment)
    options = ask(inspector.get_multi_table_options)
    for name in wanted:
        key = (schema, name)
        if key not in columns:
            continue  # dropped since the names were read
        yield ReflectedTable(
            schema,
            name,
            columns[key],
            keys.get(key) or NO_PRIMARY_KEY,
            uniques.get(key) or [],
            indexes.get(key) or [],
            foreign.get(key) or [],
            found_checks.get(key) or [],
            (comments.get(key) or {"text": None})["text"],
            dict(options.get(key) or {}),
        )
