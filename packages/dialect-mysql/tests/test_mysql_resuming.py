"""What the catalog of MySQL and MariaDB tells of a statement that may or may not have been executed."""

from __future__ import annotations

import pytest

from testing.databases import Database
from whimbrel_mysql.resuming import MySQLResuming

BEFORE = (
    "CREATE TABLE t (id INT PRIMARY KEY, x INT)",
    "CREATE TABLE `odd ``name` (id INT)",
    "CREATE VIEW v AS SELECT 1 AS x",
    "CREATE INDEX here ON t (x)",
)
TOLD = (
    "CREATE TABLE u (id INT)",
    "CREATE TABLE IF NOT EXISTS u AS SELECT 1 AS x",
    "ALTER TABLE t ADD COLUMN y INT",
    "ALTER TABLE `odd ``name` ADD COLUMN y INT",
    "ALTER TABLE t COMMENT 'of TABLE other'",
    "ALTER TABLE t RENAME TO u",
    "RENAME TABLE t TO u",
    "CREATE INDEX i ON t (x)",
    "CREATE UNIQUE INDEX `i` ON `t` (x)",
    "DROP INDEX here ON t",
    "DROP TABLE t",
    "DROP VIEW v",
    "CREATE OR REPLACE VIEW v AS SELECT 2 AS x",
    "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.x = 1",
    "CREATE PROCEDURE p() SELECT 1",
)
NOT_TOLD = ("DROP TABLE t, u", "RENAME TABLE t TO u, v TO w", "CALL p()", "EXECUTE prepared", "CREATE USER somebody")


@pytest.mark.parametrize("statement", TOLD)
def test_the_catalog_is_another_one_afterwards(mysql_database: Database, statement: str) -> None:
    impl = MySQLResuming()
    with mysql_database.engine(isolation_level="AUTOCOMMIT").connect() as connection:
        for text in BEFORE:
            connection.exec_driver_sql(text)
        before = impl.state_of(connection, statement)
        assert before is not None
        assert impl.state_of(connection, statement) == before
        connection.exec_driver_sql(statement)
        assert impl.state_of(connection, statement) != before


@pytest.mark.parametrize("statement", NOT_TOLD)
def test_what_it_cannot_tell(mysql_database: Database, statement: str) -> None:
    with mysql_database.engine().connect() as connection:
        assert MySQLResuming().state_of(connection, statement) is None
    assert not MySQLResuming().may_repeat(statement)


def test_a_row_more_is_no_other_table(mysql_database: Database) -> None:
    impl = MySQLResuming()
    with mysql_database.engine(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT)")
        before = impl.state_of(connection, "ALTER TABLE t ADD x INT")
        connection.exec_driver_sql("INSERT INTO t VALUES (), ()")
        assert impl.state_of(connection, "ALTER TABLE t ADD x INT") == before


def test_whether_a_session_is_at_work(mysql_database: Database) -> None:
    impl = MySQLResuming()
    engine = mysql_database.engine()
    with engine.connect() as connection, engine.connect() as other:
        session = impl.session(other)
        assert session is not None
        assert not impl.is_at_work(connection, session)
