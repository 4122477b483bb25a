"""What SQLite's ALTER TABLE cannot do is refused beforehand, in a message that names the way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Computed, DateTime, Integer, String, UniqueConstraint, func, text

from testing.databases import Database
from testing.wings import Action, apply, catalog, operations, sql_of
from whimbrel.errors import UnsupportedOperation
from whimbrel.impl import DefaultImpl
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext


def start(op: Operations) -> None:
    op.create_table("empty", Column("id", Integer, primary_key=True))
    op.create_table("t", Column("id", Integer, primary_key=True), Column("a", Integer), Column("b", Integer))
    op.create_index("ix_t_a", "t", ["a"])
    op.bulk_insert(sa.table("t", sa.column("id"), sa.column("a")), [{"id": 1, "a": 5}])


# -- adding a column: never -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (lambda: Column("x", Integer, primary_key=True), "it is a PRIMARY KEY"),
        (lambda: Column("x", Integer, unique=True), "it is UNIQUE"),
    ],
)
@pytest.mark.parametrize("as_text", [True, False])
def test_columns_that_cannot_be_added(
    sqlite_database: Database, column: Callable[[], Column[int]], reason: str, as_text: bool
) -> None:
    def change(op: Operations) -> None:
        op.add_column("empty", column())

    apply(sqlite_database, start)
    before = catalog(sqlite_database)
    with pytest.raises(UnsupportedOperation) as caught:
        sql_of("sqlite", change) if as_text else apply(sqlite_database, change)
    assert str(caught.value) == (
        f"SQLite cannot add column 'x' to table 'empty': {reason}.\n"
        "Use batch mode:\n"
        "    with op.batch_alter_table('empty') as batch:\n"
        "        batch.add_column('x', ...)"
    )
    assert catalog(sqlite_database) == before


# -- adding a column: only to an empty table --------------------------------------------------------------------------

NEEDS_EMPTY = {
    "NOT NULL": (
        lambda: Column("x", Integer, nullable=False),
        "it is NOT NULL and has no default for the rows that are there",
    ),
    "NOT NULL DEFAULT NULL": (
        lambda: Column("x", Integer, server_default=text("(null)"), nullable=False),
        "it is NOT NULL and has no default for the rows that are there",
    ),
    "DEFAULT CURRENT_TIMESTAMP": (
        lambda: Column("x", DateTime, server_default=func.now()),
        "its default CURRENT_TIMESTAMP is no constant",
    ),
    "DEFAULT expression": (
        lambda: Column("x", Integer, server_default=text("(abs(1))")),
        "its default (abs(1)) is no constant",
    ),
    "STORED": (lambda: Column("x", Integer, Computed("a + 1", persisted=True)), "it is computed and STORED"),
}


@pytest.mark.parametrize("name", NEEDS_EMPTY)
def test_columns_for_empty_tables(sqlite_database: Database, name: str) -> None:
    column, reason = NEEDS_EMPTY[name]
    apply(sqlite_database, start)
    with pytest.raises(UnsupportedOperation) as caught:
        apply(sqlite_database, lambda op: op.add_column("t", column()))
    assert caught.value.message == (f"SQLite cannot add column 'x' to table 't': {reason}, and the table has rows.")
    if name != "STORED":  # which computes from a column of t
        apply(sqlite_database, lambda op: op.add_column("empty", column()))
    apply(sqlite_database, lambda op: (op.execute("DELETE FROM t"), op.add_column("t", column())))


@pytest.mark.parametrize("name", NEEDS_EMPTY)
def test_sqlite_itself_refuses_them(sqlite_database: Database, name: str) -> None:
    """The rules above are SQLite's: without our refusal, its own, at the same place."""
    apply(sqlite_database, start)
    sql = sql_of("sqlite", lambda op: op.add_column("t", NEEDS_EMPTY[name][0]()))
    with pytest.raises(sa.exc.OperationalError, match=r"(?i)cannot add"):
        apply(sqlite_database, lambda op: op.execute(sql))


@pytest.mark.parametrize(
    "default",
    ["'it''s'", "5", "-5", "+5", "(5)", "(-5)", "((5))", "1.5e-3", "x'00ff'", "0x1F", "TRUE", "false", "NULL", "('a')"],
)
def test_constant_defaults_are_added_to_tables_with_rows(sqlite_database: Database, default: str) -> None:
    apply(sqlite_database, start)
    apply(sqlite_database, lambda op: op.add_column("t", Column("x", Integer, server_default=text(default))))
    nullable = default == "NULL"
    apply(
        sqlite_database,
        lambda op: op.add_column("t", Column("y", Integer, server_default=text(default), nullable=nullable)),
    )
    with sqlite_database.engine().connect() as connection:
        x, y = connection.execute(text("SELECT x, y FROM t")).one()
    assert x == y


def test_a_virtual_computed_column_is_added_to_a_table_with_rows(sqlite_database: Database) -> None:
    apply(sqlite_database, start)
    apply(sqlite_database, lambda op: op.add_column("t", Column("x", Integer, Computed("a + 1"))))
    with sqlite_database.engine().connect() as connection:
        assert connection.execute(text("SELECT x FROM t")).scalar_one() == 6


# -- the other verbs --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        (lambda op: op.alter_column("t", "a", type_=String(5)), "type_=..."),
        (lambda op: op.alter_column("t", "a", nullable=False), "nullable=..."),
        (lambda op: op.alter_column("t", "a", server_default="5"), "server_default=..."),
        (lambda op: op.alter_column("t", "a", server_default=None), "server_default=..."),
        (
            lambda op: op.alter_column("t", "a", type_=String(5), nullable=False, new_column_name="c"),
            "nullable=..., type_=...",
        ),
    ],
)
@pytest.mark.parametrize("as_text", [True, False])
def test_alter_column_names_batch_mode(sqlite_database: Database, change: Action, asked: str, as_text: bool) -> None:
    apply(sqlite_database, start)
    before = catalog(sqlite_database)
    with pytest.raises(UnsupportedOperation) as caught:
        sql_of("sqlite", change) if as_text else apply(sqlite_database, change)
    assert str(caught.value) == (
        f"SQLite's ALTER TABLE cannot do alter_column('t', 'a', {asked}).\n"
        "Use batch mode:\n"
        "    with op.batch_alter_table('t') as batch:\n"
        f"        batch.alter_column('a', {asked})"
    )
    assert (caught.value.dialect, caught.value.operation) == ("sqlite", "alter_column")
    assert catalog(sqlite_database) == before


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("id", 'cannot drop PRIMARY KEY column: "id"'),
        ("a", "error in index ix_t_a after drop column: no such column: a"),
    ],
)
def test_drop_column_in_use_says_by_what(sqlite_database: Database, column: str, reason: str) -> None:
    apply(sqlite_database, start)
    with pytest.raises(UnsupportedOperation) as caught:
        apply(sqlite_database, lambda op: op.drop_column("t", column))
    assert str(caught.value) == (
        f"SQLite cannot drop column {column!r} of table 't': {reason}.\n"
        "Drop what uses it first, or rebuild the table. Use batch mode:\n"
        "    with op.batch_alter_table('t') as batch:\n"
        f"        batch.drop_column({column!r})"
    )


def test_drop_column_that_is_not_there_is_the_databases_to_refuse(sqlite_database: Database) -> None:
    apply(sqlite_database, start)
    with pytest.raises(sa.exc.OperationalError, match="no such column"):
        apply(sqlite_database, lambda op: op.drop_column("t", "absent"))


def test_old_sqlite(sqlite_database: Database) -> None:
    apply(sqlite_database, start)
    with operations(sqlite_database) as op:
        op.get_bind().dialect.server_version_info = (3, 34, 1)
        with pytest.raises(UnsupportedOperation, match=r"SQLite 3\.34\.1 knows no .* drop_column; 3\.35 does"):
            op.drop_column("t", "b")
        op.get_bind().dialect.server_version_info = (3, 24, 0)
        with pytest.raises(UnsupportedOperation, match=r"SQLite 3\.24\.0 knows no .* alter_column; 3\.25 does"):
            op.alter_column("t", "b", new_column_name="c")


def test_if_exists_looks_into_the_database(sqlite_database: Database) -> None:
    apply(sqlite_database, start)
    before = catalog(sqlite_database)
    apply(sqlite_database, lambda op: op.add_column("t", Column("A", Integer), if_not_exists=True))
    apply(sqlite_database, lambda op: op.drop_column("t", "absent", if_exists=True))
    assert catalog(sqlite_database) == before

    apply(sqlite_database, lambda op: op.add_column("t", Column("x", Integer), if_not_exists=True))
    apply(sqlite_database, lambda op: op.drop_column("t", "x", if_exists=True))
    assert catalog(sqlite_database) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda op: op.add_column("t", Column("a", Integer), if_not_exists=True),
        lambda op: op.drop_column("t", "a", if_exists=True),
    ],
)
def test_if_exists_of_a_column_has_no_text(change: Action) -> None:
    with pytest.raises(UnsupportedOperation, match="SQLite has no SQL for"):
        sql_of("sqlite", change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda impl, const: impl.add_constraint(const), "SQLite cannot add constraint 'uq' of table 't'"),
        (lambda impl, const: impl.drop_constraint(const), "SQLite cannot drop constraint 'uq' of table 't'"),
    ],
)
def test_constraints_name_batch_mode(change: Callable[[DefaultImpl, UniqueConstraint], None], message: str) -> None:
    unique = UniqueConstraint("a", name="uq")
    sa.Table("t", sa.MetaData(), Column("a", Integer), unique)
    impl = MigrationContext.configure(dialect_name="sqlite", opts={"as_sql": True}).impl
    with pytest.raises(UnsupportedOperation, match=message) as caught:
        change(impl, unique)
    assert "with op.batch_alter_table('t') as batch:" in str(caught.value)
