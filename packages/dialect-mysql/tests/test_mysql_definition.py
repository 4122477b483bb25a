"""MODIFY and CHANGE repeat the whole definition of a column: where it comes from, and what is lost otherwise."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Computed, DateTime, Enum, Identity, Integer, String, text

from testing.databases import Database
from testing.wings import Action, apply, catalog, operations, sql_of
from whimbrel.errors import CommandError, UnsupportedOperation

# A column with everything: it must come out of each change with all that the change did not name.
FULL = """
    CREATE TABLE t (
        id INTEGER PRIMARY KEY AUTO_INCREMENT COMMENT 'the key',
        name VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s 5% :x' COMMENT 'say "hi" % :y',
        mood ENUM('so','it''s') NOT NULL DEFAULT 'so',
        seen DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
        sum INTEGER UNSIGNED NOT NULL DEFAULT (1 + 2) COMMENT 'it''s % :z',
        said VARCHAR(20) DEFAULT (concat('it''s ', '% :x')),
        touched DATETIME NULL ON UPDATE CURRENT_TIMESTAMP,
        code BIT(3) NOT NULL DEFAULT b'101',
        n INTEGER,
        twice INTEGER GENERATED ALWAYS AS (n * 2) STORED COMMENT 'computed'
    )
"""


def table_text(database: Database) -> list[str]:
    with database.engine().connect() as connection:
        return [line.strip() for line in connection.execute(text("SHOW CREATE TABLE t")).one()[1].splitlines()]


@pytest.mark.parametrize(
    ("column", "changed", "back"),
    [
        ("id", {"comment": "another"}, {"comment": "the key"}),
        ("id", {"type_": sa.BigInteger()}, {"type_": Integer()}),
        ("name", {"nullable": True}, {"nullable": False}),
        ("name", {"comment": "another"}, {"comment": 'say "hi" % :y'}),
        ("name", {"comment": None, "new_column_name": "name"}, {"comment": 'say "hi" % :y'}),
        ("mood", {"nullable": True, "server_default": None}, {"nullable": False, "server_default": "so"}),
        ("seen", {"comment": "when"}, {"comment": None}),
        ("seen", {"nullable": False}, {"nullable": True}),
        ("sum", {"nullable": True}, {"nullable": False}),
        ("said", {"nullable": False}, {"nullable": True}),
        ("touched", {"comment": "when"}, {"comment": None}),
        ("code", {"comment": "a flag"}, {"comment": None}),
        ("n", {"comment": "a number"}, {"comment": None}),
        ("twice", {"comment": "another"}, {"comment": "computed"}),
    ],
)
def test_what_is_not_named_is_kept(
    mysql_database: Database, column: str, changed: dict[str, object], back: dict[str, object]
) -> None:
    apply(mysql_database, lambda op: op.execute(FULL))
    before = table_text(mysql_database)

    apply(mysql_database, lambda op: op.alter_column("t", column, **changed))
    after = table_text(mysql_database)
    differing = [index for index, lines in enumerate(zip(before, after, strict=True)) if lines[0] != lines[1]]
    assert [before[index].split()[0] for index in differing] == [f"`{column}`"]

    apply(mysql_database, lambda op: op.alter_column("t", column, **back))
    assert table_text(mysql_database) == before


def test_what_the_database_says_wins_over_what_is_said_to_exist(mysql_database: Database) -> None:
    """What is said to exist is for text; where it falls short of the truth, nothing is to be lost."""
    apply(mysql_database, lambda op: op.execute(FULL))
    before = table_text(mysql_database)
    stale = {"existing_type": String(9), "existing_server_default": None, "existing_comment": "old"}
    apply(mysql_database, lambda op: op.alter_column("t", "name", nullable=True, **stale))
    apply(mysql_database, lambda op: op.alter_column("t", "name", nullable=False, **stale))
    assert table_text(mysql_database) == before


def test_a_temporary_table_is_in_no_catalog(mysql_database: Database) -> None:
    with operations(mysql_database) as op:
        op.execute("CREATE TEMPORARY TABLE t (a VARCHAR(9) NOT NULL COMMENT 'ay')")
        op.alter_column("t", "a", type_=String(99))
        definition = op.get_bind().execute(text("SHOW CREATE TABLE t")).one()[1]
    assert "`a` varchar(99) NOT NULL COMMENT 'ay'" in definition


def test_a_name_in_other_case_finds_the_column(mysql_database: Database) -> None:
    apply(mysql_database, lambda op: op.execute(FULL))
    apply(mysql_database, lambda op: op.alter_column("t", "NAME", nullable=True))
    assert "column t.NAME VARCHAR(20) COLLATE latin1_bin null default 'it''s 5% :x' -- say \"hi\" % :y" in catalog(
        mysql_database
    )


def test_auto_increment_does_not_follow_a_type_that_cannot_count(mysql_database: Database) -> None:
    apply(mysql_database, lambda op: op.execute("CREATE TABLE t (id INTEGER PRIMARY KEY AUTO_INCREMENT)"))
    apply(mysql_database, lambda op: op.alter_column("t", "id", type_=String(36)))
    assert "column t.id VARCHAR(36) not null" in catalog(mysql_database)


@pytest.mark.parametrize("column", ["absent", "a"])
def test_what_is_not_there_is_the_servers_to_refuse(mysql_database: Database, column: str) -> None:
    table = "t" if column == "absent" else "absent"
    apply(mysql_database, lambda op: op.execute("CREATE TABLE t (id INTEGER)"))
    with pytest.raises(sa.exc.DBAPIError, match="absent"):
        apply(mysql_database, lambda op: op.alter_column(table, column, nullable=True, existing_type=Integer()))


# -- as text, where there is no database to ask -----------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
@pytest.mark.parametrize(
    ("change", "sql"),
    [
        (
            lambda op: op.alter_column("t", "x", nullable=False, existing_type=sa.Integer()),
            "ALTER TABLE t MODIFY x INTEGER NOT NULL;",
        ),
        (
            lambda op: op.alter_column("t", "x", type_=Enum("a", "b'c", "d%", name="e"), existing_nullable=False),
            "ALTER TABLE t MODIFY x ENUM('a','b''c','d%') NOT NULL;",
        ),
        (
            lambda op: op.alter_column("t", "x", type_=sa.BigInteger(), existing_autoincrement=True, nullable=False),
            "ALTER TABLE t MODIFY x BIGINT NOT NULL AUTO_INCREMENT;",
        ),
        (
            lambda op: op.alter_column("t", "x", type_=DateTime(), existing_server_default=text("now()")),
            "ALTER TABLE t MODIFY x DATETIME NULL DEFAULT now();",
        ),
        (
            lambda op: op.alter_column("t", "x", type_=String(36), server_default=text("uuid()"), nullable=False),
            "ALTER TABLE t MODIFY x VARCHAR(36) NOT NULL DEFAULT (uuid());",
        ),
        (
            lambda op: op.alter_column("t", "x", type_=sa.BigInteger(), existing_server_default=Computed("a+1")),
            "ALTER TABLE t MODIFY x BIGINT GENERATED ALWAYS AS (a+1);",
        ),
        (
            lambda op: op.alter_column("t", "x", type_=sa.JSON(), server_default=text("(json_array())"), schema="s"),
            "ALTER TABLE s.t MODIFY x JSON NULL DEFAULT (json_array());",
        ),
    ],
)
def test_text_repeats_what_it_is_told(dialect: str, change: Action, sql: str) -> None:
    assert sql_of(dialect, change) == sql


@pytest.mark.parametrize(
    ("existing", "type_", "ways"),
    [
        (Integer(), sa.UUID(), ["VARCHAR(100)", "UUID"]),
        (sa.UUID(), DateTime(), ["VARCHAR(100)", "DATETIME"]),
        (String(36), sa.UUID(), ["UUID"]),
        (sa.UUID(), sa.LargeBinary(), ["BLOB"]),
        (sa.UUID(), sa.UUID(), ["UUID"]),
        (sa.types.NullType(), sa.UUID(), ["UUID"]),
    ],
)
def test_what_is_no_text_becomes_a_uuid_by_way_of_text(
    existing: sa.types.TypeEngine[Any], type_: sa.types.TypeEngine[Any], ways: list[str]
) -> None:
    written = sql_of(
        "mariadb",
        lambda op: op.alter_column("t", "x", type_=type_, existing_type=existing, existing_nullable=False),
    )
    assert written.split("\n\n") == [f"ALTER TABLE t MODIFY x {way} NOT NULL;" for way in ways]


@pytest.mark.parametrize(
    ("change", "assumed"),
    [
        (lambda op: op.alter_column("t", "x", type_=Integer()), "it can hold NULL, has no default, has no comment"),
        (
            lambda op: op.alter_column("t", "x", comment="c", existing_type=Integer(), existing_server_default="5"),
            "it can hold NULL",
        ),
        (lambda op: op.alter_column("t", "x", type_=Integer(), nullable=True), None),
        (lambda op: op.alter_column("t", "x", type_=Integer(), existing_nullable=True), None),
        (lambda op: op.alter_column("t", "x", server_default="5"), None),
    ],
)
def test_text_says_what_it_takes_for_granted(
    change: Action, assumed: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    sql_of("mysql", change)
    assert [record.message for record in caplog.records] == (
        []
        if assumed is None
        else [
            "alter_column('t', 'x') repeats the whole definition of the column, and is not told all of it. It takes "
            f"for granted: {assumed}. Say what is so with existing_nullable, existing_server_default, "
            "existing_comment."
        ]
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda op: op.alter_column("t", "x", nullable=False),
        lambda op: op.alter_column("t", "x", comment="c"),
        lambda op: op.alter_column("t", "x", server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")),
    ],
)
def test_text_without_a_type_says_what_is_missing(change: Action) -> None:
    with pytest.raises(CommandError) as caught:
        sql_of("mysql", change)
    assert str(caught.value) == (
        "alter_column('t', 'x'): MySQL wants the column's whole definition repeated, and its type is not given.\n"
        "Give existing_type (and existing_nullable, existing_server_default, existing_comment, which are lost "
        "otherwise)."
    )


@pytest.mark.parametrize(
    ("new", "old", "message"),
    [
        (Computed("a + 1"), None, "cannot turn the plain column t.x into a virtual one"),
        (Computed("a + 1"), Computed("a", persisted=True), "cannot turn the stored column t.x into a virtual one"),
        (Computed("a + 1", persisted=True), Computed("a"), "cannot turn the virtual column t.x into a stored one"),
        (None, Computed("a + 1"), "cannot turn the virtual column t.x into a plain one"),
        (Identity(), None, "has no identity columns: t.x neither is one nor can become one"),
        (None, Identity(), "has no identity columns: t.x neither is one nor can become one"),
    ],
)
@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_virtual_columns_stay_what_they_are(
    dialect: str, new: Computed | Identity | None, old: Computed | Identity | None, message: str
) -> None:
    with pytest.raises(UnsupportedOperation, match=re.escape(f"{dialect} {message}")):
        sql_of(dialect, lambda op: op.alter_column("t", "x", server_default=new, existing_server_default=old))


GENERATED = {
    "another expression": ("v", Computed("n * 3"), "GENERATED ALWAYS AS (`n` * 3) VIRTUAL"),
    "another expression, stored": ("s", Computed("n * 3", persisted=True), "GENERATED ALWAYS AS (`n` * 3) STORED"),
    "stored becomes plain": ("s", None, "DEFAULT NULL"),
    "stored becomes plain, with a default": ("s", "5", "DEFAULT 5"),
    "plain becomes stored": ("p", Computed("n * 3", persisted=True), "GENERATED ALWAYS AS (`n` * 3) STORED"),
}


@pytest.mark.parametrize("name", GENERATED)
def test_what_computes_a_column_changes(mysql_database: Database, name: str) -> None:
    column, default, clause = GENERATED[name]
    with operations(mysql_database) as op:
        op.execute(
            "CREATE TABLE t (n INTEGER, p INTEGER DEFAULT 1 COMMENT 'kept', "
            "v INTEGER GENERATED ALWAYS AS (n * 2) VIRTUAL COMMENT 'kept', "
            "s INTEGER GENERATED ALWAYS AS (n * 2) STORED COMMENT 'kept')"
        )
        op.alter_column("t", column, server_default=default)
    (line,) = [line for line in table_text(mysql_database) if line.startswith(f"`{column}`")]
    assert line.rstrip(",") == f"`{column}` int(11) {clause} COMMENT 'kept'"


def test_servers_without_rename_column_get_change(mysql_database: Database) -> None:
    """MySQL before 8.0.3, MariaDB before 10.5.2."""
    apply(mysql_database, lambda op: op.execute(FULL))
    before = table_text(mysql_database)
    statements: list[str] = []
    with operations(mysql_database) as op:
        connection = op.get_bind()
        sa.event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
        connection.dialect.server_version_info = (5, 7, 44)
        op.alter_column("t", "sum", new_column_name="total")
    assert (
        statements[-1]
        == "ALTER TABLE t CHANGE sum total int(10) unsigned NOT NULL DEFAULT (1 + 2) COMMENT 'it''s %% :z'"
    )
    apply(mysql_database, lambda op: op.alter_column("t", "total", new_column_name="sum"))
    assert table_text(mysql_database) == before
