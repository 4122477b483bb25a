"""What ALTER TABLE can do is left to it: only the rest makes a table anew."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Integer, String

from testing.databases import Database
from testing.sqlite import rows, script, text_of_table
from testing.wings import operations, sql_of
from whimbrel.errors import CommandError
from whimbrel.operations import Operations

START = """
CREATE TABLE o (id INTEGER PRIMARY KEY);
CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, b INT CHECK (b > 0), c INT UNIQUE, d INT, e INT, f INT REFERENCES o,
  g AS (d + 1), CHECK (e < 5));
CREATE INDEX ix_a ON t (a);
INSERT INTO t (a, b) VALUES (1, 1);
"""

NATIVE = {
    "rename": lambda batch: batch.alter_column("c", new_column_name="cc"),
    "add": lambda batch: batch.add_column(Column("x", String(5), server_default="y")),
    "add a reference": lambda batch: batch.add_column(Column("x", Integer, ForeignKey("o.id"))),
    "drop with its own CHECK": lambda batch: batch.drop_column("b"),
    "drop with its own index": lambda batch: (batch.drop_index("ix_a"), batch.drop_column("a")),
    "drop a computed column": lambda batch: batch.drop_column("g"),
    "indexes": lambda batch: (batch.drop_index("ix_a"), batch.create_index("ix_b", ["b"])),
    "nothing new": lambda batch: batch.alter_column("a", existing_type=Integer(), existing_nullable=True),
    "drop if it is there": lambda batch: batch.drop_column("absent", if_exists=True),
}
REBUILT = {
    "a type": lambda batch: batch.alter_column("a", type_=String(5)),
    "NOT NULL": lambda batch: batch.alter_column("a", nullable=False),
    "a default": lambda batch: batch.alter_column("a", server_default="5"),
    "a constraint": lambda batch: batch.create_unique_constraint("uq", ["a"]),
    "add UNIQUE": lambda batch: batch.add_column(Column("x", Integer, unique=True)),
    "add what is no constant": lambda batch: batch.add_column(Column("x", sa.DateTime, server_default=sa.func.now())),
    "add in its place": lambda batch: batch.add_column(Column("x", Integer), insert_after="id"),
    "add a reference with a default": lambda batch: batch.add_column(
        Column("x", Integer, ForeignKey("o.id", deferrable=True, initially="DEFERRED"), server_default=sa.text("NULL"))
    ),
    "drop UNIQUE": lambda batch: batch.drop_column("c"),
    "drop what a CHECK of the table uses": lambda batch: batch.drop_column("e"),
    "drop what is indexed": lambda batch: batch.drop_column("a"),
    "a rename among others": lambda batch: (
        batch.alter_column("c", new_column_name="cc"),
        batch.alter_column("a", nullable=False),
    ),
}


def statements(database: Database, block: object) -> list[str]:
    """Carry a block out and return the statements that it took."""
    script(database, START)
    seen: list[str] = []
    with operations(database) as op:
        sa.event.listen(op.get_bind(), "before_cursor_execute", lambda *found: seen.append(found[2]))
        with op.batch_alter_table("t") as batch:
            block(batch)  # type: ignore[operator]  # a lambda that returns whatever it returns
    return seen


@pytest.mark.parametrize("name", NATIVE)
def test_left_to_alter_table(sqlite_database: Database, name: str) -> None:
    assert not any("_whimbrel_tmp_t" in statement for statement in statements(sqlite_database, NATIVE[name]))


@pytest.mark.parametrize("name", REBUILT)
def test_made_anew(sqlite_database: Database, name: str) -> None:
    assert any("_whimbrel_tmp_t" in statement for statement in statements(sqlite_database, REBUILT[name]))
    assert rows(sqlite_database, "SELECT id FROM t") == [(1,)]


def test_a_computed_column_keeps_what_it_is_computed_from(sqlite_database: Database) -> None:
    with pytest.raises(CommandError, match="'g' is computed from column 'd'"):
        statements(sqlite_database, lambda batch: batch.drop_column("d"))
    assert "d INT" in text_of_table(sqlite_database, "t")


def test_as_text() -> None:
    """Where nobody can look into the database, what ALTER TABLE may be able to do is left to it."""

    def change(op: Operations) -> None:
        with op.batch_alter_table("t") as batch:
            batch.drop_column("a")
            batch.alter_column("b", new_column_name="c")

    assert sql_of("sqlite", change) == "ALTER TABLE t DROP COLUMN a;\n\nALTER TABLE t RENAME COLUMN b TO c;"


def test_a_table_made_anew_as_text() -> None:
    table = sa.Table("t", sa.MetaData(), Column("id", Integer, primary_key=True), Column("a", Integer))

    def change(op: Operations) -> None:
        with op.batch_alter_table("t", copy_from=table) as batch:
            batch.alter_column("a", nullable=False)

    assert sql_of("sqlite", change).splitlines() == [
        "-- t is made anew. Where this runs, PRAGMA foreign_keys has to be off, or rows that refer to",
        "-- t are deleted; and triggers of t go with the old table: create them again.",
        "",
        "PRAGMA legacy_alter_table = ON;",
        "",
        "CREATE TABLE _whimbrel_tmp_t (",
        "    id INTEGER NOT NULL,",
        "    a INTEGER NOT NULL,",
        "    PRIMARY KEY (id)",
        ");",
        "",
        "INSERT INTO _whimbrel_tmp_t (id, a) SELECT t.id AS id, t.a AS a",
        "FROM t;",
        "",
        "DROP TABLE t;",
        "",
        "ALTER TABLE _whimbrel_tmp_t RENAME TO t;",
        "",
        "PRAGMA legacy_alter_table = OFF;",
    ]
