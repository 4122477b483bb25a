"""Making a table anew on MySQL and MariaDB, with all that belongs to it, or not at all.

DDL is committed at once here, so a look at what could get lost comes first, and what fails is cleared away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from sqlalchemy import ForeignKeyConstraint, Index, Table, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable, DropTable

from whimbrel.ddl.quoting import quoted_table
from whimbrel.errors import UnsupportedOperation
from whimbrel.impl import DefaultImpl
from whimbrel.impl.rebuild import add_foreign_keys, copy_rows, create_temporary, take_foreign_keys
from whimbrel.operations.construct import referred_to
from whimbrel.operations.directives.indexes import CreateIndexOp, index_in
from whimbrel.operations.recreate import TableRebuild
from whimbrel_mysql.ddl import ShowCreateTable
from whimbrel_mysql.server import Server

_USERS: Final = text(
    """
    SELECT DISTINCT concat('foreign key ', constraint_name, ' of table ', table_schema, '.', table_name)
    FROM information_schema.key_column_usage
    WHERE referenced_table_schema = coalesce(:schema, database()) AND referenced_table_name = :table
      AND NOT (table_schema = referenced_table_schema AND table_name = referenced_table_name)
    UNION
    SELECT concat('trigger ', trigger_name) FROM information_schema.triggers
    WHERE event_object_schema = coalesce(:schema, database()) AND event_object_table = :table
    ORDER BY 1
    """
)

_COUNTER: Final = re.compile(r" AUTO_INCREMENT=(\d+)")


REFLECTED: Final = "whimbrel_mysql_reflected"
"""Under this key, ``info`` of a table says that it was read from the database."""


def rebuild_table(impl: DefaultImpl, rebuild: TableRebuild) -> None:
    """Make a table anew while nobody writes into it.

    A server that dies after the old table is dropped, and before the new one has its name, leaves the rows in the table
    of the temporary name.

    https://dev.mysql.com/doc/refman/8.4/en/lock-tables.html

    :param impl: the Impl of the run.
    :param rebuild: what is to be done.
    :raises UnsupportedOperation: something that belongs to the table cannot be carried over; nothing has been done.
    """
    counter = _look(impl, rebuild) if impl.connection is not None and not impl.as_sql else None
    temporary = rebuild.temporary_table()
    take_foreign_keys(temporary)  # a name of theirs can be had but once in a database
    create_temporary(impl, rebuild, temporary)
    spelt = [quoted_table(impl.dialect, table) for table in (rebuild.old, temporary)]
    with _cleared_away(impl, temporary):
        checking = [] if impl.as_sql else list(_try_foreign_keys(impl, rebuild))
        impl.execute(f"LOCK TABLES {spelt[0]} WRITE, {spelt[1]} WRITE")
        with _zeros_kept(impl):
            copy_rows(impl, rebuild, temporary)
        for index in rebuild.indexes:
            impl.create_index(_on(temporary, index))
        _drop_tried(impl, temporary, checking)
        if counter is not None:
            impl.execute(f"ALTER TABLE {spelt[1]} AUTO_INCREMENT = {counter}")
        impl.execute(DropTable(rebuild.old))
    impl.rename_table(rebuild.temporary_name, rebuild.new.name, schema=rebuild.new.schema)
    impl.execute("UNLOCK TABLES")
    impl.execute("SET @whimbrel_checks = @@foreign_key_checks, foreign_key_checks = 0")  # all rows are checked already
    try:
        add_foreign_keys(impl, rebuild.new)
    finally:
        impl.execute("SET foreign_key_checks = @whimbrel_checks")


def _try_foreign_keys(impl: DefaultImpl, rebuild: TableRebuild) -> Iterator[ForeignKeyConstraint]:
    """Give the table under construction its foreign keys under other names, so that what is wrong with them shows.

    Those that refer to the table itself are tried only: rows would have to come in their order.

    :return: those that stay while rows are copied.
    """
    trial = rebuild.temporary_table()
    keys = (item for item in trial._sorted_constraints if isinstance(item, ForeignKeyConstraint))
    for number, key in enumerate(keys):
        key.name = f"{rebuild.temporary_name[:50]}_{number}"
        impl.add_constraint(key)
        if referred_to(key.elements[0])[:2] == (trial.schema, trial.name):
            impl.drop_constraint(key)
        else:
            yield key


def _drop_tried(impl: DefaultImpl, temporary: Table, keys: list[ForeignKeyConstraint]) -> None:
    """Drop foreign keys that have been tried, and the index that each of them brought along if there was no other."""
    for key in keys:
        impl.drop_constraint(key)
    if keys:
        assert impl.connection is not None
        indexes = inspect(impl.connection).get_indexes(temporary.name, schema=temporary.schema)
        there = {index["name"] for index in indexes}
        for key in keys:
            if key.name in there:
                impl.drop_index(Index(str(key.name), *(temporary.columns[name] for name in key.column_keys)))


def _look(impl: DefaultImpl, rebuild: TableRebuild) -> int | None:
    """Return where the table counts on from, if it counts.

    :raises UnsupportedOperation: something that belongs to the table would get lost.
    """
    assert impl.connection is not None
    old = rebuild.old
    where = {"schema": old.schema, "table": old.name}
    obstacles = list(impl.connection.execute(_USERS, where).scalars())
    said = _show_create_table(impl, old)
    if old.info.get(REFLECTED):
        obstacles += _not_understood(impl, rebuild, said)
    if obstacles:
        listed = "\n".join(f"  {obstacle}" for obstacle in obstacles)
        name = Server(impl.dialect, impl.connection).name
        raise UnsupportedOperation(
            f"Table {old.name} cannot be made anew without losing this:\n{listed}",
            f'{name} can change a table as it is: leave out recreate="always". Or '
            "drop what is in the way before the block, with op.execute(), and create it again after it.",
            dialect=impl.dialect.name,
            operation="batch_alter_table",
        )
    counter = _COUNTER.search(said.rsplit("\n)", 1)[-1])
    return int(counter[1]) if counter is not None else None


def _not_understood(impl: DefaultImpl, rebuild: TableRebuild, said: str) -> list[str]:
    """Return the lines of a table's definition that would not come out alike if it were created from what was read.

    They are found by trying. Not with a TEMPORARY table, which can have neither partitions nor full-text indexes.
    """
    trial = replace(rebuild, new=rebuild.old, typed_anew=frozenset()).temporary_table()
    take_foreign_keys(trial)
    try:
        impl.execute(CreateTable(trial))
    except DBAPIError as error:
        return [f"its definition, which was not understood: {error.orig}"]
    try:
        for index in sorted(rebuild.old.indexes, key=lambda index: str(index.name)):
            impl.create_index(_on(trial, index))
        came_out = _lines(_show_create_table(impl, trial))
    finally:
        impl.execute(DropTable(trial))
    return [line for line in _lines(said) if line not in came_out]


def _lines(create_table: str) -> list[str]:
    """Return what a definition says, one line for each thing: without its name, foreign keys and counter."""
    lines = [line.strip().rstrip(",") for line in _COUNTER.sub("", create_table).splitlines()[1:]]
    return [line for line in lines if " FOREIGN KEY (" not in line]


def _show_create_table(impl: DefaultImpl, table: Table) -> str:
    assert impl.connection is not None
    sql = ShowCreateTable(table.name, table.schema)
    return str(impl.connection.execute(sql).one()[1])


def _on(table: Table, index: Index) -> Index:
    """Return an index like *index* on another table with its columns."""
    op = CreateIndexOp.from_index(index)
    return index_in(table, op.index_name, op.columns, unique=op.unique, **op.kw)


@contextmanager
def _zeros_kept(impl: DefaultImpl) -> Iterator[None]:
    """Copy a 0 in an AUTO_INCREMENT column as 0: it would get the next number.

    https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sqlmode_no_auto_value_on_zero
    """
    impl.execute("SET @whimbrel_sql_mode = @@sql_mode, sql_mode = concat(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')")
    try:
        yield
    finally:
        impl.execute("SET sql_mode = @whimbrel_sql_mode")


@contextmanager
def _cleared_away(impl: DefaultImpl, temporary: Table) -> Iterator[None]:
    """Give the locks back and drop the table under construction if its making fails, as no rollback does."""
    try:
        yield
    except BaseException:
        impl.execute("UNLOCK TABLES")
        impl.execute(DropTable(temporary))
        raise
