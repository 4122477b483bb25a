"""Statements of PostgreSQL that refuse a transaction: which they are, and what the catalog tells of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import MigrationFailed
from whimbrel_postgresql.resuming import PostgresqlResuming

BEFORE = (
    "CREATE TABLE t (id int PRIMARY KEY, x int)",
    "CREATE INDEX i ON t (x)",
    "CREATE TABLE parts (id int) PARTITION BY LIST (id)",
    "CREATE TABLE part PARTITION OF parts FOR VALUES IN (1)",
    "CREATE TYPE mood AS ENUM ('calm')",
    "CREATE MATERIALIZED VIEW m AS SELECT 1 AS x",
)
REFUSE = (
    "VACUUM t",
    "REINDEX INDEX CONCURRENTLY i",
    "REINDEX (VERBOSE) TABLE CONCURRENTLY t",
    "REINDEX SCHEMA public",
    "REINDEX TABLE parts",
    "CLUSTER",
    "CREATE INDEX CONCURRENTLY j ON t (x)",
    "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS j ON t (x)",
    "DROP INDEX CONCURRENTLY i",
    "DROP INDEX CONCURRENTLY IF EXISTS i",
    "CREATE DATABASE whimbrel_never_made",
    "DROP DATABASE IF EXISTS whimbrel_never_made",
    "CREATE TABLESPACE whimbrel_never_made LOCATION '/nowhere'",
    "ALTER SYSTEM SET work_mem = '4MB'",
    "ALTER DATABASE postgres SET TABLESPACE pg_default",
    "ALTER TABLE parts DETACH PARTITION part CONCURRENTLY",
)
ALLOW = (
    "CREATE TABLE u (id int)",
    "ALTER TABLE t ADD COLUMN y int",
    "ALTER TABLE parts DETACH PARTITION part",
    "ALTER TYPE mood ADD VALUE 'glad'",
    "CREATE INDEX j ON t (x)",
    "DROP INDEX i",
    "TRUNCATE t",
    "ANALYZE t",
    "CHECKPOINT",
    "REFRESH MATERIALIZED VIEW m",
    "CREATE STATISTICS s ON id, x FROM t",
    "CREATE SCHEMA elsewhere",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "COMMENT ON TABLE t IS 'VACUUM'",
    "ALTER DATABASE postgres SET work_mem = '4MB'",
    "GRANT SELECT ON t TO PUBLIC",
    "INSERT INTO t VALUES (1, 1)",
)


@pytest.fixture
def connection(postgresql_database: Database):
    with postgresql_database.engine().connect() as connection:
        for text in BEFORE:
            connection.exec_driver_sql(text)
        connection.commit()
        yield connection


def test_each_statement_that_is_taken_for_refusing_refuses(connection: sa.Connection) -> None:
    impl = PostgresqlResuming()
    for statement in REFUSE:
        assert impl.refuses_transaction(statement), statement
        connection.exec_driver_sql("SELECT 1")
        with pytest.raises(sa.exc.DBAPIError) as caught:
            connection.exec_driver_sql(statement)
        assert impl.refused_transaction(caught.value.orig), statement
        connection.rollback()


def test_each_other_statement_works_in_a_transaction(connection: sa.Connection) -> None:
    for statement in ALLOW:
        assert not PostgresqlResuming().refuses_transaction(statement), statement
        connection.exec_driver_sql(statement)
        connection.rollback()


@pytest.mark.parametrize(
    ("statement", "states"),
    [
        ("CREATE INDEX CONCURRENTLY j ON public.t (x)", ("absent", "CREATE INDEX j ON public.t USING btree (x)")),
        ('CREATE INDEX CONCURRENTLY "J j" ON t (x)', ("absent", 'CREATE INDEX "J j" ON public.t USING btree (x)')),
        ("DROP INDEX CONCURRENTLY i", ("there", "absent")),
        ("DROP INDEX CONCURRENTLY IF EXISTS public.i", ("there", "absent")),
    ],
)
def test_what_the_catalog_tells(connection: sa.Connection, statement: str, states: tuple[str, str]) -> None:
    impl = PostgresqlResuming()
    before = impl.state_of(connection, statement)
    connection.rollback()
    connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement)
    assert (before, impl.state_of(connection, statement)) == states


def test_an_index_that_is_left_invalid_counts_as_not_there_and_a_dropped_one_as_there(
    connection: sa.Connection,
) -> None:
    impl = PostgresqlResuming()
    connection.exec_driver_sql("INSERT INTO t VALUES (1, 1), (2, 1)")
    connection.commit()
    connection.execution_options(isolation_level="AUTOCOMMIT")
    create = "CREATE UNIQUE INDEX CONCURRENTLY j ON t (x)"
    with pytest.raises(sa.exc.DBAPIError):
        connection.exec_driver_sql(create)
    assert impl.state_of(connection, create) == "invalid"
    assert impl.state_of(connection, "DROP INDEX CONCURRENTLY j") == "there"
    impl.clear_remains(connection, create)
    assert impl.state_of(connection, create) == "absent"


INDEXED = """
op.create_table("t", sa.Column("x", sa.Integer))
op.execute("INSERT INTO t VALUES (1), (1)")
with op.get_context().autocommit_block():
    {0}
    op.create_index("j", "t", ["x"], unique=True, postgresql_concurrently=True)
"""


def test_an_index_that_could_not_be_built_leaves_no_remains_and_is_built_when_the_rows_are_mended(
    postgresql_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1", upgrade=INDEXED.format("pass"))
    with pytest.raises(MigrationFailed, match="could not create unique index"):
        command.upgrade(project.config(), "head")
    assert sa.inspect(postgresql_database.engine()).get_indexes("t") == []
    project.add("a1", upgrade=INDEXED.format('op.execute("DELETE FROM t")'))
    command.upgrade(project.config(), "head")
    (index,) = sa.inspect(postgresql_database.engine()).get_indexes("t")
    assert index["name"] == "j"


def test_a_statement_that_was_not_known_to_refuse_a_transaction_is_executed_without(
    postgresql_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PostgresqlResuming, "refuses_transaction", lambda _self, _statement: False)
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1", upgrade='with op.get_context().autocommit_block():\n    op.execute("VACUUM")')
    command.upgrade(project.config(), "head")
    with postgresql_database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM whimbrel_journal")).scalar() == 0
