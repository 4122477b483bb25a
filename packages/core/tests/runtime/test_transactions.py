"""Where a run commits: around each revision, around the run, and what a failure leaves."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import CommandError, MigrationFailed
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext

FAILS = """
op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
op.execute("INSERT INTO half VALUES (1)")
op.execute("SELECT * FROM there_is_no_such_table")
"""
ONE_FOR_ALL = """
from whimbrel import context
with context.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()
"""


def tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine()).get_table_names())


def rows(database: Database) -> list[str]:
    with database.engine().connect() as connection:
        return sorted(connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars())


def test_a_revision_that_fails_half_way_leaves_nothing_where_ddl_is_transactional(
    database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1")
    path = project.add("b2", "a1", upgrade=FAILS)
    with pytest.raises(MigrationFailed) as caught:
        command.upgrade(project.config(), "head")
    # a1 is committed, b2 is not: nothing of it on PostgreSQL and SQLite.
    assert rows(database) == ["a1"]
    left = {"half"} if database.name == "mysql" else set()
    assert tables(database) == database.bookkeeping | {"t_a1"} | left
    error = caught.value
    assert (error.revision, error.path, error.direction) == ("b2", str(path), "upgrade")
    assert error.line is not None
    assert "there_is_no_such_table" in path.read_text().splitlines()[error.line - 1]
    assert f"{path}:{error.line}" in error.message
    told = "stays" if database.name == "mysql" else "as it was before"
    assert told in str(error)


def test_one_transaction_for_the_whole_run_when_env_py_asks_for_it(
    postgresql_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, postgresql_database.url, env=ONE_FOR_ALL)
    project.add("a1")
    project.add("b2", "a1", upgrade=FAILS)
    with pytest.raises(MigrationFailed):
        command.upgrade(project.config(), "head")
    assert tables(postgresql_database) == {"whimbrel_history"}


def test_one_transaction_for_the_whole_run_by_setting(sqlite_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.add("a1")
    project.add("b2", "a1", upgrade=FAILS)
    with pytest.raises(MigrationFailed):
        command.upgrade(project.config(transaction_per_migration="false"), "head")
    assert tables(sqlite_database) == {"whimbrel_history"}


def test_a_downgrade_that_fails_leaves_the_revision_applied(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1")
    project.add("b2", "a1", downgrade='raise RuntimeError("no way back")')
    command.upgrade(project.config(), "head")
    with pytest.raises(MigrationFailed, match="RuntimeError: no way back") as caught:
        command.downgrade(project.config(), "base")
    assert caught.value.direction == "downgrade"
    assert rows(database) == ["b2"]
    assert tables(database) == database.bookkeeping | {"t_a1", "t_b2"}


def test_an_autocommit_block_runs_outside_of_any_transaction(postgresql_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add(
        "a1",
        upgrade="""
        op.create_table("t", sa.Column("x", sa.Integer))
        with op.get_context().autocommit_block():
            op.execute("CREATE INDEX CONCURRENTLY ix_x ON t (x)")
        op.add_column("t", sa.Column("y", sa.Integer))
        """,
    )
    command.upgrade(project.config(), "head")
    inspector = sa.inspect(postgresql_database.engine())
    assert [index["name"] for index in inspector.get_indexes("t")] == ["ix_x"]
    assert [column["name"] for column in inspector.get_columns("t")] == ["x", "y"]
    assert rows(postgresql_database) == ["a1"]


def test_after_an_autocommit_block_the_rest_of_the_revision_is_a_transaction_again(
    postgresql_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add(
        "a1",
        upgrade="""
        op.create_table("kept", sa.Column("x", sa.Integer))
        with op.get_context().autocommit_block():
            op.execute("CREATE TABLE kept_too (x INTEGER)")
        op.create_table("undone", sa.Column("x", sa.Integer))
        raise RuntimeError("after the block")
        """,
    )
    with pytest.raises(MigrationFailed):
        command.upgrade(project.config(), "head")
    assert tables(postgresql_database) >= {"kept", "kept_too"}
    assert "undone" not in tables(postgresql_database)


def test_a_transaction_of_the_caller_is_left_to_the_caller(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1", upgrade='op.execute("INSERT INTO marks VALUES (1)")')
    with database.engine().begin() as connection:
        connection.execute(sa.text("CREATE TABLE marks (x INTEGER)"))
    config = project.config()
    with database.engine().connect() as connection:
        transaction = connection.begin()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        assert connection.execute(sa.text("SELECT count(*) FROM marks")).scalar_one() == 1
        transaction.rollback()
    with database.engine().connect() as connection:
        # MySQL commits by itself when the version table is created.
        assert connection.execute(sa.text("SELECT count(*) FROM marks")).scalar_one() == 0


def test_a_failure_inside_the_callers_transaction_says_who_rolls_back(
    postgresql_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1", upgrade=FAILS)
    config = project.config()
    with postgresql_database.engine().connect() as connection:
        connection.begin()
        config.attributes["connection"] = connection
        with pytest.raises(MigrationFailed, match="The transaction is the caller's"):
            command.upgrade(config, "head")
        connection.rollback()


def test_autocommit_inside_the_callers_transaction_is_refused(postgresql_database: Database) -> None:
    with postgresql_database.engine().begin() as connection:
        context = MigrationContext.configure(connection)
        with (
            pytest.raises(CommandError, match="handed over inside a transaction"),
            context.autocommit_block(),
        ):
            pytest.fail("the block must not be entered")


def test_what_upgrade_writes_is_committed_before_the_next_revision_begins(database: Database, tmp_path: Path) -> None:
    seen = tmp_path / "seen.txt"
    look = f"""
    import pathlib
    other = sa.create_engine({database.url!r}, poolclass=sa.NullPool)
    with other.connect() as connection:
        found = connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars().all()
    pathlib.Path({str(seen)!r}).write_text(",".join(found))
    """
    project = Project(tmp_path, database.url)
    project.add("a1")
    project.add("b2", "a1", upgrade=look)
    command.upgrade(project.config(), "head")
    assert seen.read_text() == "a1"


def test_what_env_py_does_before_the_first_revision_is_kept(postgresql_database: Database, tmp_path: Path) -> None:
    env = """
    from whimbrel import context
    with context.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.execute("CREATE SCHEMA tenant")
            context.execute("SET search_path TO tenant")
            context.run_migrations()
            context.execute("CREATE TABLE afterwards (x INTEGER)")
    """
    project = Project(tmp_path, postgresql_database.url, env=env)
    project.line("a1", "b2")
    command.upgrade(project.config(), "head")
    found = sa.inspect(postgresql_database.engine()).get_table_names(schema="tenant")
    assert set(found) == {"whimbrel_version", "whimbrel_history", "t_a1", "t_b2", "afterwards"}


def test_operations_alone_in_application_code_are_one_transaction(database: Database) -> None:
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection)
        with context.begin_transaction():
            Operations(context).create_table("kept", sa.Column("x", sa.Integer))
        with contextlib.suppress(ZeroDivisionError), context.begin_transaction():
            Operations(context).create_table("undone", sa.Column("x", sa.Integer))
            _ = 1 / 0
    assert tables(database) == {"kept"} | ({"undone"} if database.name == "mysql" else set())
