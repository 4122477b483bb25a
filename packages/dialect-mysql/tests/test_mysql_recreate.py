"""A table made anew on MySQL or MariaDB: nothing that belongs to it is lost, or it is named and nothing is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.wings import apply, dedent, sql_of
from whimbrel.errors import UnsupportedOperation
from whimbrel.operations import BatchOperations, Operations

Changes = Callable[[BatchOperations], object]

START = [
    "CREATE TABLE owner (id int PRIMARY KEY)",
    "INSERT INTO owner VALUES (1)",
    """
    CREATE TABLE t (
        id int AUTO_INCREMENT PRIMARY KEY,
        a int NOT NULL DEFAULT 5 COMMENT 'it''s',
        b varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT '50%',
        size enum('s', 'l') DEFAULT 's',
        seen timestamp DEFAULT current_timestamp ON UPDATE current_timestamp,
        twice int GENERATED ALWAYS AS (a * 2) STORED,
        parent int, owner_id int,
        UNIQUE KEY uq (a, b), KEY ix (b(5)), KEY fk_owner (owner_id), KEY fk_self (parent),
        CONSTRAINT fk_self FOREIGN KEY (parent) REFERENCES t (id) ON DELETE CASCADE,
        CONSTRAINT fk_owner FOREIGN KEY (owner_id) REFERENCES owner (id),
        CONSTRAINT ck CHECK (a <> 7 OR b <> ':x')
    ) AUTO_INCREMENT = 50 COMMENT = 'a table' ROW_FORMAT = DYNAMIC
    """,
    "INSERT INTO t (a, b, owner_id) VALUES (1, 'one', 1), (2, 'two', 1)",
    "UPDATE t SET id = 0, parent = NULL WHERE a = 1",
    "UPDATE t SET parent = 0 WHERE a = 2",
]


@pytest.fixture
def database(mysql_database: Database) -> Database:
    execute(mysql_database, *START)
    return mysql_database


def execute(database: Database, *statements: str) -> None:
    with database.engine().begin() as connection:
        for sql in statements:
            connection.exec_driver_sql(sql, None, {"no_parameters": True})


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    with database.engine().begin() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def recreate(database: Database, changes: Changes, **settings: Any) -> None:
    def action(op: Operations) -> None:
        with op.batch_alter_table("t", recreate="always", **settings) as batch:
            changes(batch)

    apply(database, action)


def definition(database: Database, table: str = "t") -> list[str]:
    """Return the lines of SHOW CREATE TABLE; keys, whose order says nothing, in that of their text."""
    return sorted(line.rstrip(",") for line in rows(database, f"SHOW CREATE TABLE {table}")[0][1].splitlines())


def test_a_table_made_anew_is_what_it_was(database: Database) -> None:
    before = definition(database), rows(database, "SELECT * FROM t ORDER BY id")
    recreate(database, lambda batch: None)
    assert (definition(database), rows(database, "SELECT * FROM t ORDER BY id")) == before
    execute(database, "INSERT INTO t (a) VALUES (99)")
    assert rows(database, "SELECT id FROM t WHERE a = 99") == [(52,)]
    assert rows(database, "SHOW TABLES") == [("owner",), ("t",)]


def test_partitions_and_full_text_stay(database: Database) -> None:
    execute(database, "ALTER TABLE t ADD FULLTEXT KEY words (b)")
    before = definition(database)
    recreate(database, lambda batch: None)
    assert definition(database) == before
    execute(database, "ALTER TABLE t DROP KEY words, DROP KEY uq, DROP FOREIGN KEY fk_self, DROP FOREIGN KEY fk_owner")
    execute(database, "ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 3")
    before = definition(database)
    recreate(database, lambda batch: None)
    assert definition(database) == before


def test_changes_and_a_key_that_brings_an_index_of_its_name(database: Database) -> None:
    def changes(batch: BatchOperations) -> None:
        batch.alter_column("b", new_column_name="B %", type_=sa.String(30))
        batch.add_column(sa.Column("other_id", sa.Integer, server_default="1"), insert_after="id")
        batch.create_foreign_key("fk_other", "owner", ["other_id"], ["id"])
        batch.drop_constraint("uq", type_="unique")
        batch.drop_column("seen")

    recreate(database, changes)
    assert rows(database, "SELECT * FROM t ORDER BY id") == [
        (0, 1, 1, "one", "s", 2, None, 1),
        (51, 1, 2, "two", "s", 4, 0, 1),
    ]
    lines = definition(database)
    assert "  KEY `fk_other` (`other_id`)" in lines
    assert "  KEY `ix` (`B %`(5))" in lines
    assert not [line for line in lines if "whimbrel" in line or "`uq`" in line or "seen" in line]


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("CREATE TRIGGER touched BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1", "trigger touched"),
        (
            "CREATE TABLE child (t_id int, CONSTRAINT fk_child FOREIGN KEY (t_id) REFERENCES t (id))",
            "fk_child of table",
        ),
        ("ALTER TABLE t ADD FULLTEXT KEY words (b) COMMENT 'full'", "FULLTEXT KEY `words`"),
        ("ALTER TABLE t ADD COLUMN v int CHECK (v > 3)", "`v` int(11) DEFAULT NULL CHECK (`v` > 3)"),
    ],
)
def test_what_cannot_be_carried_over_is_named_and_nothing_is_done(sql: str, named: str, database: Database) -> None:
    if "CHECK" in sql and "MariaDB" not in str(rows(database, "SELECT version()")):
        pytest.skip("MySQL makes a constraint of the table of it")
    execute(database, sql)
    before = definition(database)
    with pytest.raises(UnsupportedOperation) as raised:
        recreate(database, lambda batch: batch.alter_column("a", nullable=True))
    assert str(raised.value).startswith("Table t cannot be made anew without losing this:\n  ")
    assert named in str(raised.value)
    assert "can change a table as it is: leave out recreate" in str(raised.value)
    assert definition(database) == before
    assert not [name for (name,) in rows(database, "SHOW TABLES") if "whimbrel" in name]


@pytest.mark.parametrize(
    "changes",
    [
        lambda batch: batch.alter_column("parent", nullable=False),
        lambda batch: batch.alter_column("parent", type_=sa.String(10)),  # no foreign key to a number
        lambda batch: batch.alter_column("b", type_=sa.String(2)),  # not cut off
        lambda batch: batch.create_foreign_key("fk_wrong", "owner", ["a"], ["id"]),
    ],
)
def test_what_fails_leaves_all_as_it_was(changes: Changes, database: Database) -> None:
    before = definition(database), rows(database, "SELECT * FROM t ORDER BY id")
    with pytest.raises(sa.exc.DBAPIError):
        recreate(database, changes)
    assert (definition(database), rows(database, "SELECT * FROM t ORDER BY id")) == before
    assert rows(database, "SHOW TABLES") == [("owner",), ("t",)]


def test_as_text() -> None:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent", sa.Integer, sa.ForeignKey("t.id", name="fk_self")),
        sa.Index("ix", "parent"),
    )

    def action(op: Operations) -> None:
        with op.batch_alter_table("t", recreate="always", copy_from=table) as batch:
            batch.alter_column("parent", new_column_name="boss")

    assert sql_of("mysql", action) == dedent("""
        CREATE TABLE _whimbrel_tmp_t (
            id INTEGER NOT NULL AUTO_INCREMENT,
            boss INTEGER,
            PRIMARY KEY (id)
        );

        LOCK TABLES t WRITE, _whimbrel_tmp_t WRITE;

        SET @whimbrel_sql_mode = @@sql_mode, sql_mode = concat(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO');

        INSERT INTO _whimbrel_tmp_t (id, boss) SELECT t.id AS id, t.parent AS boss
        FROM t;

        SET sql_mode = @whimbrel_sql_mode;

        CREATE INDEX ix ON _whimbrel_tmp_t (boss);

        DROP TABLE t;

        ALTER TABLE _whimbrel_tmp_t RENAME TO t;

        UNLOCK TABLES;

        SET @whimbrel_checks = @@foreign_key_checks, foreign_key_checks = 0;

        ALTER TABLE t ADD CONSTRAINT fk_self FOREIGN KEY(boss) REFERENCES t (id);

        SET foreign_key_checks = @whimbrel_checks;
    """)


@pytest.mark.parametrize(("was", "becomes"), [(sa.Integer(), sa.UUID()), (sa.UUID(), sa.Date())])
def test_what_is_no_text_becomes_a_uuid_by_way_of_text(
    mysql_database: Database, was: sa.types.TypeEngine[Any], becomes: sa.types.TypeEngine[Any]
) -> None:
    """MariaDB converts NULL alone, and refuses the statement even of an empty table."""
    apply(mysql_database, lambda op: op.create_table("u", sa.Column("x", was)))
    execute(mysql_database, "INSERT INTO u VALUES (NULL)")
    apply(mysql_database, lambda op: batch(op, becomes))
    assert rows(mysql_database, "SELECT x FROM u") == [(None,)]


def batch(op: Operations, type_: sa.types.TypeEngine[Any]) -> None:
    with op.batch_alter_table("u", recreate="always") as changed:
        changed.alter_column("x", type_=type_)
