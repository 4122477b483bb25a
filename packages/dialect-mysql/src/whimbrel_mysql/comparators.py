"""What this package adds to a comparison of models with a database: AUTO_INCREMENT, and the index of a foreign key.

Each is switched on and off by its name, as the subjects of autogenerate are: ``~whimbrel.autogenerate.autoincrement``.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Index, Table, UniqueConstraint

from whimbrel.operations import MigrateOperation
from whimbrel.operations.ops import AlterColumnOp, CreateIndexOp

_NAME: Final = "whimbrel.autogenerate."
_AUTOINCREMENT: Final = f"{_NAME}autoincrement"


def in_table(context: Any, pair: Any) -> list[MigrateOperation]:
    """Return what differs in a table that both sides have.

    :param context: the comparison, of the package that compares.
    :param pair: the table, on both sides.
    """
    if pair.same:
        return []
    found = _indexes_to_come(context, pair)
    if context.subjects.takes_part(_AUTOINCREMENT) and _has_another_key(pair):
        found += _counting(pair)
    return found


def _indexes_to_come(context: Any, pair: Any) -> list[MigrateOperation]:
    """Return the indexes that the server would make for foreign keys to come.

    It leaves them behind when the foreign key goes. An index that is created can be dropped: so the way back is one.

    https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html#foreign-keys-limits
    """
    if not context.subjects.takes_part(f"{_NAME}foreign_keys"):
        return []
    theirs, ours = pair.both()
    database, models = set(theirs.foreign_key_constraints), set(ours.foreign_key_constraints)
    context.impl.correct_for_autogen_foreignkeys(database, models)
    there = [*_indexed(theirs), *_indexed(ours)]
    names = {str(index.name).lower() for table in (theirs, ours) for index in table.indexes}
    found: list[MigrateOperation] = []
    for key in sorted(models, key=lambda item: str(item.name)):
        columns = [element.parent.name for element in key.elements]
        spelled = [name.lower() for name in columns]
        name = key.name if isinstance(key.name, str) else columns[0]
        if any(other[: len(spelled)] == spelled for other in there) or name.lower() in names:
            continue
        there.append(spelled)
        found.append(CreateIndexOp(name, pair.name, columns, schema=pair.schema))
    return found


def in_column(context: Any, table: Any, column: Any) -> list[MigrateOperation]:
    """Return what makes a column count, or no longer count, as the models have it.

    :param context: the comparison, of the package that compares.
    :param table: its table, on both sides.
    :param column: the column, on both sides.
    """
    counts = column.models.table.autoincrement_column is column.models
    if counts == (column.database.autoincrement is True) or _has_another_key(table):
        return []
    if not context.subjects.takes_part(_AUTOINCREMENT):
        return []
    change = AlterColumnOp(table.name, column.database.name, schema=table.schema)
    change.kw.update(autoincrement=counts, existing_autoincrement=not counts)
    return [change]


def _has_another_key(pair: Any) -> bool:
    theirs, ours = ([column.name for column in table.primary_key.columns] for table in pair.both())
    return bool(theirs != ours)


def _counting(pair: Any) -> list[MigrateOperation]:
    """Return what lets a column count no more before it loses its key, and another, or the same, once it has one.

    One that comes or goes together with its key needs nothing of that: it brings the key along.

    https://dev.mysql.com/doc/refman/8.4/en/create-table.html: "There can be only one AUTO_INCREMENT column per table,
    it must be indexed".
    """
    theirs, ours = pair.both()
    found: list[MigrateOperation] = []
    old = next((column for column in theirs.columns if column.autoincrement is True), None)
    new = ours.autoincrement_column
    if old is not None and (old.name in ours.columns or len(theirs.primary_key.columns) != 1):
        found.append(_altered(pair, old, counts=False))
    if new is not None and (new.name in theirs.columns or len(ours.primary_key.columns) != 1):
        found.append(_altered(pair, new, counts=True))
    return found


def _altered(pair: Any, column: Any, *, counts: bool) -> AlterColumnOp:
    return AlterColumnOp(
        pair.name,
        column.name,
        schema=pair.schema,
        existing_type=column.type,
        existing_nullable=False,
        existing_comment=column.comment,
        autoincrement=counts,
        existing_autoincrement=not counts,
    )


def _indexed(table: Table) -> list[list[str]]:
    """Return the columns of each index of a table, and of each key that is one."""
    keys: list[Any] = [item for item in table.constraints if isinstance(item, UniqueConstraint)]
    found = [[column.name.lower() for column in key.columns] for key in (*keys, table.primary_key)]
    return found + [_columns(index) for index in table.indexes]


def _columns(index: Index) -> list[str]:
    return [str(getattr(part, "name", "")).lower() for part in index.expressions]
