"""A table reflected for a batch has what SQLAlchemy's own reflection misses, and knows where each piece stands."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects import sqlite

from testing.databases import Database
from testing.sqlite import script, text_of_table
from testing.wings import apply, operations
from whimbrel.operations import Operations
from whimbrel_sqlite.types import type_of

START = """
CREATE TABLE other (x INT, y INT, PRIMARY KEY (y, x));
CREATE TABLE t (
  id INTEGER CONSTRAINT pk PRIMARY KEY AUTOINCREMENT,
  a TEXT COLLATE NOCASE DEFAULT (lower('X')) CHECK (a <> ':b 50%'),
  b INT UNIQUE CONSTRAINT bigger CHECK (b > 1) REFERENCES t ON DELETE SET NULL MATCH FULL DEFERRABLE INITIALLY DEFERRED,
  c AS (b * 2) STORED, d AS (b),
  CHECK (b < 9), CONSTRAINT uq UNIQUE (b, a), FOREIGN KEY (a, b) REFERENCES other ON UPDATE CASCADE
);
CREATE UNIQUE INDEX ix ON t (a DESC, lower(a), b) WHERE b > 5;
"""


def reflected(database: Database, *arguments: Any, **keywords: Any) -> Table:
    """Return the table, and see that nothing warns."""
    with operations(database) as op, warnings.catch_warnings():
        warnings.simplefilter("error")
        return op.get_context().impl.reflect_for_batch("t", None, arguments, keywords)


def test_all_of_it_is_there(sqlite_database: Database) -> None:
    script(sqlite_database, START)
    table = reflected(sqlite_database)
    assert table.dialect_options["sqlite"]["autoincrement"] is True
    assert (table.primary_key.name, table.primary_key.columns.keys()) == ("pk", ["id"])
    assert table.c.a.type.collation == "NOCASE"
    assert str(table.c.a.server_default.arg) == "(lower('X'))"  # type: ignore[union-attr]  # it is a DefaultClause
    computed = [
        (column.name, str(column.computed.sqltext), column.computed.persisted) for column in table.c if column.computed
    ]
    assert computed == [("c", "b * 2", True), ("d", "b", False)]
    checks = [(item.name, item.sqltext.text) for item in table._sorted_constraints if isinstance(item, CheckConstraint)]
    assert checks == [(None, "a <> '\\:b 50%'"), ("bigger", "b > 1"), (None, "b < 9")]
    uniques = [item for item in table._sorted_constraints if isinstance(item, UniqueConstraint)]
    assert [(item.name, item.columns.keys()) for item in uniques] == [(None, ["b"]), ("uq", ["b", "a"])]
    keys = [item for item in table._sorted_constraints if isinstance(item, ForeignKeyConstraint)]
    assert [[element.target_fullname for element in key.elements] for key in keys] == [["t.id"], ["other.y", "other.x"]]
    assert (keys[0].ondelete, keys[0].match, keys[0].deferrable, keys[0].initially) == (
        "SET NULL",
        "FULL",
        True,
        "DEFERRED",
    )
    assert keys[1].onupdate == "CASCADE"
    (index,) = table.indexes
    assert [str(item) for item in index.expressions] == ["a DESC", "lower(a)", "t.b"]
    assert (index.unique, str(index.dialect_options["sqlite"]["where"])) == (True, "b > 5")


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("", None),
        ("INT", "INTEGER"),
        ("integer ( 11 )", "INTEGER"),
        ("VARCHAR(20)", "VARCHAR(20)"),
        ("varying character(9)", "TEXT(9)"),
        ("NUMERIC(10, 2)", "NUMERIC(10, 2)"),
        ("DOUBLE PRECISION", "REAL"),
        ("Double  Quick", "REAL"),
        ("FANCY", "NUMERIC"),
        ("LONGBLOB", None),
        ("POINT", "INTEGER"),
        ("DATETIME", "DATETIME"),
        ('"odd type"', "NUMERIC"),
    ],
)
def test_any_name_is_a_type(text: str, spelt: str | None) -> None:
    found = type_of(text, sqlite.dialect())
    assert isinstance(found, sa.types.NullType) if spelt is None else found.compile(sqlite.dialect()) == spelt


def test_listeners_hear_of_columns(sqlite_database: Database) -> None:
    script(sqlite_database, START)

    def hear(inspector: sa.Inspector, table: Table, column: Any) -> None:
        if column["name"] == "b":
            column["type"] = sa.BigInteger()

    table = reflected(sqlite_database, listeners=[("column_reflect", hear)])
    assert isinstance(table.c.b.type, sa.BigInteger)


def test_what_the_caller_says_is_not_there_twice(sqlite_database: Database) -> None:
    script(sqlite_database, START)
    table = reflected(
        sqlite_database,
        Column("b", Boolean),
        UniqueConstraint("b", name="uq_b"),
        CheckConstraint("b<9", name="ck_b"),
        ForeignKeyConstraint(["b"], ["t.id"], name="fk_b"),
    )
    assert isinstance(table.c.b.type, Boolean)
    names = {str(item.name) for item in table.constraints}
    assert names == {"pk", "None", "bigger", "uq_b", "ck_b", "fk_b", "uq"}
    assert len(table.constraints) == 8


def test_what_the_caller_names_can_be_dropped(sqlite_database: Database) -> None:
    script(sqlite_database, "CREATE TABLE t (a INT UNIQUE CHECK (a > 0), b INT)")

    def change(op: Operations) -> None:
        with op.batch_alter_table("t", reflect_args=[CheckConstraint("a > 0", name="ck")]) as batch:
            batch.drop_constraint("ck")

    apply(sqlite_database, change)
    assert text_of_table(sqlite_database, "t") == 'CREATE TABLE "t" (a INT UNIQUE, b INT)'


@pytest.mark.parametrize("create", ["CREATE TEMP TABLE t (b TEXT NOT NULL)", "CREATE TABLE T (b TEXT NOT NULL)"])
def test_the_table_is_the_one_that_sqlite_finds(sqlite_database: Database, create: str) -> None:
    if "TEMP" in create:
        script(sqlite_database, "CREATE TABLE t (a INT)")
    with operations(sqlite_database) as op:
        op.execute(create)
        with op.batch_alter_table("t") as batch:
            batch.alter_column("b", nullable=True)
        found = (
            op.get_bind().exec_driver_sql("SELECT name FROM pragma_table_info('t') WHERE NOT \"notnull\"").fetchall()
        )
        assert found == [("b",)]
