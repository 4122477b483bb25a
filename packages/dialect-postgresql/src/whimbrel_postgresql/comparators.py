"""What this package adds to a comparison of models with a database: enum types, sequences, and what tables hide.

Each is switched on and off by its name, as the subjects of autogenerate are: ``~whimbrel.autogenerate.enums``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Column, PrimaryKeyConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.types import NullType, TypeEngine

from whimbrel.ddl import plain_text
from whimbrel.impl.comparison import Expressions
from whimbrel.operations import MigrateOperation
from whimbrel.operations.ops import AlterColumnOp, CreatePrimaryKeyOp, DropConstraintOp
from whimbrel_postgresql.compare import key_options
from whimbrel_postgresql.conversion import using
from whimbrel_postgresql.counting import AlterCountingOp
from whimbrel_postgresql.enum_comparison import compare_enums
from whimbrel_postgresql.operations import CreateExcludeConstraintOp
from whimbrel_postgresql.sequence_comparison import compare_sequences
from whimbrel_postgresql.storage_comparison import compare_storage
from whimbrel_postgresql.sweep import COUNTING, EXCLUSIONS

_NAME: Final = "whimbrel.autogenerate."


def in_schema(context: Any, schema: str | None, tables: Sequence[Any]) -> list[MigrateOperation]:
    """Return what differs in a schema beside its tables.

    :param context: the comparison, of the package that compares.
    :param schema: the schema; ``None`` for the connection's default.
    :param tables: its tables on both sides, as pairs.
    """
    found: list[MigrateOperation] = []
    if context.subjects.takes_part(f"{_NAME}enums"):
        found += compare_enums(context, schema, tables)
    if context.subjects.takes_part(f"{_NAME}sequences"):
        found += compare_sequences(context, schema, tables)
    if context.subjects.takes_part(f"{_NAME}exclusions"):
        for pair in tables:
            if pair.models is None:
                found += (_create(pair, name, facts).reverse() for name, facts in _exclusions(pair).items())
    return found


def in_table(context: Any, pair: Any) -> list[MigrateOperation]:
    """Return what differs in a table that both sides have.

    :param context: the comparison, of the package that compares.
    :param pair: the table on both sides.
    """
    found: list[MigrateOperation] = []
    if context.subjects.takes_part(f"{_NAME}exclusions"):
        found += _compare_exclusions(context, pair)
    if context.subjects.takes_part(f"{_NAME}primary_keys"):
        found += _compare_key_options(context, pair)
    if context.subjects.takes_part(f"{_NAME}defaults") and context.opts.get("compare_server_default", False):
        found += _compare_counting(context, pair)
    return found + compare_storage(context, pair)


def in_column(context: Any, pair: Any, column: Any) -> list[MigrateOperation]:
    """Return what has to be said of a column that changes: how its values become another type, and that it counts.

    A default goes with the type: PostgreSQL would have to be told how to convert that too.

    :param context: the comparison, of the package that compares.
    :param pair: the table on both sides.
    :param column: the column on both sides.
    """
    theirs, ours = column
    change = AlterColumnOp(pair.name, theirs.name, schema=pair.schema)
    new_type = _has_new_type(context, theirs, ours)
    conversion = using(theirs, ours, context.dialect) if new_type else None
    if conversion is not None:
        change.kw["postgresql_using"] = conversion
        if theirs.server_default is not None and ours.server_default is not None:
            change.modify_server_default = ours.server_default
    if theirs.name in pair.reflected.facts.get(COUNTING, {}) and (new_type or _is_filled_otherwise(context, ours)):
        change.kw["existing_autoincrement"] = True
        if _is_filled_otherwise(context, ours) or _stops(theirs, ours):
            change.kw["autoincrement"] = False  # not by that sequence any more
    return [change] if change.kw else []


def _is_filled_otherwise(context: Any, ours: Column[Any]) -> bool:
    """Return whether the models' column has an identity, or a default that takes part, in the place of a sequence."""
    if ours.identity is not None:
        return True
    default = context.impl.spell_default(ours) if context.opts.get("compare_server_default", False) else None
    return default is not None and "nextval(" not in default


def _stops(theirs: Column[Any], ours: Column[Any]) -> bool:
    """Return whether a column of the primary key counts by itself, and is to do so no more."""
    return theirs.autoincrement is True and ours.table.autoincrement_column is not ours


def _has_new_type(context: Any, theirs: Column[Any], ours: Column[Any]) -> bool:
    by_itself = context.opts.get("compare_type", True) is True and not hasattr(ours.type, "compare_against_backend")
    known = by_itself and not _is_unknown(theirs.type, ours.type)
    return known and bool(context.impl.compare_type(theirs, ours))


def _is_unknown(*types: TypeEngine[Any]) -> bool:
    return any(isinstance(type_, NullType) for type_ in types)


# -- exclusion constraints --------------------------------------------------------------------------------------------


def _exclusions(pair: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = pair.reflected.facts.get(EXCLUSIONS, {})
    return found


def _compare_exclusions(context: Any, pair: Any) -> Iterator[MigrateOperation]:
    database = dict(_exclusions(pair))
    models = [item for item in pair.models.constraints if isinstance(item, ExcludeConstraint)]
    for item in sorted(models, key=lambda item: str(item.name)):
        name = _partner(context, pair, item, database)
        facts = database.pop(name) if name is not None else None
        if facts is None:
            yield CreateExcludeConstraintOp.from_constraint(item)
        elif not _is_same(context, pair, item, facts):
            assert name is not None
            yield _create(pair, name, facts).reverse()
            yield CreateExcludeConstraintOp.from_constraint(item)
    for name, facts in database.items():
        yield _create(pair, name, facts).reverse()


def _partner(context: Any, pair: Any, item: ExcludeConstraint, database: dict[str, dict[str, Any]]) -> str | None:
    """Return which of the database's constraints a models' one is: by name, or, without one, the one that is alike."""
    if item.name is not None:
        name = _unquoted(context, context.dialect.identifier_preparer.format_constraint(item))
        return name if name in database else None
    return next((name for name, facts in database.items() if _is_same(context, pair, item, facts)), None)


def _is_same(context: Any, pair: Any, item: ExcludeConstraint, facts: dict[str, Any]) -> bool:
    words = context.impl.spell_exclusion(item)
    same: bool = words == facts["words"] or context.is_same(
        Expressions("constraint", pair.reflected, None, facts["words"], words)
    )
    return same


def _unquoted(context: Any, name: str) -> str:
    preparer = context.dialect.identifier_preparer
    return name[1:-1].replace('""', '"') if name.startswith(preparer.initial_quote) else name


def _create(pair: Any, constraint_name: str, facts: dict[str, Any]) -> CreateExcludeConstraintOp:
    """Return what creates a constraint that the database has."""
    said = {key: facts[key] for key in ("deferrable", "initially", "ops") if facts.get(key)}
    return CreateExcludeConstraintOp(
        constraint_name,
        pair.name,
        [(name if name is not None else plain_text(sql), by) for name, sql, by in facts["elements"]],
        where=facts["where"],
        schema=pair.schema,
        using=facts["using"],
        **said,
    )


# -- primary keys -----------------------------------------------------------------------------------------------------


def _compare_key_options(context: Any, pair: Any) -> Iterator[MigrateOperation]:
    """Yield what makes a primary key anew that has the right columns, and is looked at at another time, say."""
    ours: PrimaryKeyConstraint = pair.models.primary_key
    theirs = pair.reflected.primary_key
    if not theirs["constrained_columns"] or theirs["constrained_columns"] != [column.name for column in ours.columns]:
        return
    if theirs.get("dialect_options") or ours.deferrable or ours.dialect_kwargs:
        database = pair.database.primary_key
        if key_options(database) != key_options(ours):
            yield DropConstraintOp.from_constraint(database)
            yield CreatePrimaryKeyOp.from_constraint(ours)


# -- SERIAL -----------------------------------------------------------------------------------------------------------


def _compare_counting(context: Any, pair: Any) -> Iterator[MigrateOperation]:
    """Yield what gives a sequence of its own to a column that counts in the models only, or takes it away."""
    column = pair.models.autoincrement_column
    counts = pair.reflected.facts.get(COUNTING, {})
    by_name = {info["name"]: info for info in pair.reflected.columns}
    if column is not None and column.server_default is None and column.default is None:
        info = by_name.get(column.name)
        # A default goes, as the models have none; one that counts by a sequence of somebody else's stays.
        counts_elsewhere = info is not None and "nextval(" in (info["default"] or "")
        if info is not None and column.name not in counts and "identity" not in info and not counts_elsewhere:
            yield _counting(pair, column.name, info, True)
    for name in counts:
        info = by_name[name]
        ours = pair.models.columns.get(name)
        if ours is None or ours is column or info["autoincrement"] is not True or ours.server_default is not None:
            continue
        if not _has_new_type(context, pair.database.columns[name], ours):
            yield _counting(pair, name, info, False)


def _counting(pair: Any, name: str, info: Any, counts: bool) -> AlterCountingOp:
    return AlterCountingOp(pair.name, name, counts, existing_type=info["type"], schema=pair.schema)
