"""A dry run leaves nothing, and refuses what would: compared by all tables, their definitions and their rows."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.cli.main import main
from whimbrel.errors import CommandError, MigrationFailed, RunLockTimeout

LEAVES = {
    "commit": ("op.get_bind().commit()", "commits, or rolls back, by itself"),
    "rollback": ("op.get_bind().rollback()", "commits, or rolls back, by itself"),
    "text": ('op.execute("COMMIT")', "executes 'COMMIT' by itself"),
    "text in text": ('op.get_bind().exec_driver_sql("-- done\\ncommit;")', "by itself"),
    "autocommit block": ("with op.get_context().autocommit_block():\n    pass", r"autocommit_block\(\) leaves"),
}
OWN_TRANSACTION = """
from whimbrel import context
with context.connect() as connection, connection.begin():
    context.configure(connection=connection)
    context.run_migrations()
"""
HEARS = """
import sqlalchemy as sa
from whimbrel import context

def heard(**given):
    raise AssertionError("nobody hears of a dry run")

with context.connect() as connection:
    context.configure(connection=connection, on_version_apply=heard)
    with context.begin_transaction():
        context.run_migrations()
"""


def dump(database: Database) -> list[str]:
    engine = database.engine()
    inspector = sa.inspect(engine)
    lines = []
    with engine.connect() as connection:
        for name in sorted(inspector.get_table_names()):
            columns = inspector.get_columns(name)
            lines.append(f"{name} {[(column['name'], str(column['type'])) for column in columns]}")
            lines += [f"{name} {sorted(index['name'] or '' for index in inspector.get_indexes(name))}"]
            rows = connection.execute(sa.select(sa.text("*")).select_from(sa.table(name)))
            lines += sorted(f"{name} {row}" for row in rows)
    return lines


@pytest.fixture(params=["sqlite", "postgresql"])
def rolled_back(request: pytest.FixtureRequest) -> Database:
    """Each database whose DDL can be rolled back."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.mark.parametrize("env", [None, OWN_TRANSACTION, HEARS], ids=["built-in", "transaction of env.py", "callback"])
def test_nothing_is_left(rolled_back: Database, tmp_path: Path, env: str | None) -> None:
    project = Project(tmp_path, rolled_back.url)
    project.add("a1")
    project.add("b2", "a1", upgrade='op.add_column("t_a1", sa.Column("n", sa.Integer))\nop.execute("DELETE FROM t_a1")')
    project.add("c3", "b2")
    command.upgrade(project.config(), "a1")
    with rolled_back.engine().begin() as connection:
        connection.execute(sa.text("INSERT INTO t_a1 VALUES (7)"))
    before = dump(rolled_back)
    if env is not None:
        (project.migrations / "env.py").write_text(env)
    for run in (command.upgrade, command.downgrade):
        config = project.config()
        config.stdout = io.StringIO()
        run(config, "head" if run is command.upgrade else "base", dry_run=True)
        assert config.stdout.getvalue() == "Rolled back: this was a dry run, and the database is as it was.\n"
        assert dump(rolled_back) == before


def test_nothing_is_left_in_an_empty_database(rolled_back: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, rolled_back.url)
    project.line("a1", "b2")
    command.upgrade(project.config(), "head", dry_run=True)
    assert dump(rolled_back) == []


def test_a_database_at_its_head_gets_nothing_either(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    command.upgrade(project.config(), "heads", dry_run=True)
    assert dump(database) == []


def test_a_failure_is_told_and_leaves_nothing(rolled_back: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, rolled_back.url)
    project.add("a1")
    project.add("b2", "a1", upgrade='op.execute("SELECT * FROM there_is_no_such_table")')
    with pytest.raises(MigrationFailed, match="there_is_no_such_table") as caught:
        command.upgrade(project.config(), "head", dry_run=True)
    assert caught.value.remedy is not None
    assert caught.value.remedy.endswith("This was a dry run: the database is as it was before.")
    assert dump(rolled_back) == []


DEFERRED = """
op.create_table("author", sa.Column("id", sa.Integer, primary_key=True))
op.create_table(
    "book",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("author", sa.Integer, sa.ForeignKey("author.id", deferrable=True, initially="DEFERRED")),
)
op.execute("INSERT INTO book VALUES (1, 7)")
"""
AUTHOR = 'op.execute("INSERT INTO author VALUES (7)")'
ENFORCED = """
import sqlalchemy as sa
from whimbrel import context

with context.connect() as connection:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    connection.commit()  # or it would be handed over inside a transaction
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.mark.parametrize("per_migration", ["true", "false"])
def test_what_a_commit_would_be_refused_for(rolled_back: Database, tmp_path: Path, per_migration: str) -> None:
    project = Project(tmp_path, rolled_back.url, ENFORCED)
    project.add("a1", upgrade=DEFERRED)
    project.add("b2", "a1", upgrade=AUTHOR)
    project.add("c3", "b2", upgrade='op.execute("INSERT INTO book VALUES (2, 8)")')

    def run(target: str, dry_run: bool) -> str:
        try:
            command.upgrade(project.config(transaction_per_migration=per_migration), target, dry_run=dry_run)
        except CommandError as error:
            return error.message
        return "well"

    # A revision that leaves a book without author, which the next one mends, is refused if it is committed by itself.
    refused = "Foreign keys would be violated" if rolled_back.name == "sqlite" else "would refuse to commit this"
    if per_migration == "true":
        assert refused in run("b2", dry_run=True)
    else:
        assert run("b2", dry_run=True) == "well"
        assert refused in run("c3", dry_run=True)
    assert dump(rolled_back) == []
    real = run("b2", dry_run=False)
    assert (real == "well") == (per_migration == "false")


def test_what_is_deferred_stays_so_for_the_rest_of_the_run(postgresql_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1", upgrade=f"{DEFERRED}{AUTHOR}")
    # First the book, then its author.
    later = 'op.execute("INSERT INTO book VALUES (2, 8)")\nop.execute("INSERT INTO author VALUES (8)")'
    project.add("b2", "a1", upgrade=later)
    command.upgrade(project.config(), "head", dry_run=True)
    assert dump(postgresql_database) == []


@pytest.mark.parametrize("way", LEAVES)
def test_what_would_leave_the_transaction_is_refused(rolled_back: Database, tmp_path: Path, way: str) -> None:
    body, told = LEAVES[way]
    project = Project(tmp_path, rolled_back.url)
    project.add("a1", upgrade=f'op.create_table("half", sa.Column("id", sa.Integer))\n{body}')
    with pytest.raises(MigrationFailed, match=told):
        command.upgrade(project.config(), "head", dry_run=True)
    assert dump(rolled_back) == []


def test_a_word_in_a_literal_or_a_function_ends_nothing(postgresql_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add(
        "a1",
        upgrade="""
op.execute("CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN; COMMIT; END $$ -- COMMIT".replace("BEGIN;", "BEGIN"))
op.execute("SELECT '; COMMIT'")
op.execute("SAVEPOINT here")
op.execute("ROLLBACK TO here")
with op.get_bind().begin_nested():
    op.execute("SELECT 1")
""",
    )
    command.upgrade(project.config(), "head", dry_run=True)
    assert dump(postgresql_database) == []


def test_it_is_refused_where_ddl_is_committed_and_names_the_revisions(mysql_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, mysql_database.url)
    project.line("a1", "b2")
    with pytest.raises(CommandError, match="commits with each CREATE, ALTER and DROP") as caught:
        command.upgrade(project.config(), "head", dry_run=True)
    assert "of a1, b2." in caught.value.message
    assert dump(mysql_database) == []


def test_a_revision_without_a_transaction_is_refused_before_any_runs(rolled_back: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, rolled_back.url)
    project.add("a1", upgrade='raise AssertionError("nothing may run")')
    path = project.add("b2", "a1")
    path.write_text(path.read_text() + "\ntransactional = False\n")
    with pytest.raises(CommandError, match=r"\(transactional = False\)") as caught:
        command.upgrade(project.config(), "head", dry_run=True)
    assert f"b2 ({path})" in caught.value.message
    assert dump(rolled_back) == []


def test_other_runs_are_kept_away_meanwhile(rolled_back: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, rolled_back.url)
    body = """
from whimbrel import command
from whimbrel.config import Config
op.get_context().config.attributes["inner"]()
"""
    project.add("a1", upgrade=body)
    refused: list[RunLockTimeout] = []

    def inner() -> None:
        with pytest.raises(RunLockTimeout) as caught:
            command.upgrade(project.config(lock_wait="100ms"), "head")
        refused.append(caught.value)

    config = project.config()
    config.attributes["inner"] = inner
    command.upgrade(config, "head", dry_run=True)
    assert len(refused) == 1
    assert dump(rolled_back) == []


def test_sql_and_a_dry_run_are_two_things(sqlite_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.add("a1")
    with pytest.raises(CommandError, match="Choose one of them"):
        command.upgrade(project.config(), "head", sql=True, dry_run=True)


def test_the_command_line(
    sqlite_database: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.line("a1")
    ini = f"[whimbrel]\nscript_location = {project.migrations}\nsqlalchemy.url = {project.url}\n"
    (tmp_path / "whimbrel.ini").write_text(ini)
    monkeypatch.chdir(tmp_path)
    assert main(["upgrade", "--dry-run", "head"]) == 0
    out, _ = capsys.readouterr()
    assert out == "Rolled back: this was a dry run, and the database is as it was.\n"
    assert "Running upgrade  -> a1, revision a1" in caplog.text
    assert dump(sqlite_database) == []
