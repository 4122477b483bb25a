"""Records of what ran: in the step's own transaction where it is done, after the rollback where it failed."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.config import Config
from whimbrel.errors import EditedRevisions, MigrationFailed
from whimbrel.runtime.history import history_table, who
from whimbrel.script.checksum import checksum

FAILS = 'op.execute("SELECT * FROM there_is_no_such_table")'
ONE_FOR_ALL = """
from whimbrel import context
with context.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()
"""


def records(database: Database, *columns: str) -> list[tuple[object, ...]]:
    names = columns or ("revision", "direction", "outcome")
    with database.engine().connect() as connection:
        table = sa.table("whimbrel_history", *map(sa.column, {*names, "run", "position"}))
        found = connection.execute(
            sa.select(*(table.c[name] for name in names)).order_by(table.c.run, table.c.position)
        )
        return [tuple(row) for row in found]


def printed(project: Project, run: Callable[[Config], None]) -> str:
    config = project.config()
    config.stdout = io.StringIO()
    run(config)
    return config.stdout.getvalue()


def test_pains_row_21_each_step_is_recorded_with_who_and_when(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1")
    project.add("b2", "a1")
    config = project.config(application_name="the shop")
    command.upgrade(config, "head")
    command.downgrade(config, "a1")
    command.stamp(config, "b2")
    assert records(database) == [
        ("a1", "upgrade", "done"),
        ("b2", "upgrade", "done"),
        ("b2", "downgrade", "done"),
        ("b2", "stamp", "done"),
    ]
    facts = records(database, "executed_by", "application", "error_class", "error_message")
    assert set(facts) == {(who(), "the shop", None, None)}
    runs = [run for (run,) in records(database, "run")]
    assert runs[0] == runs[1]
    assert len(set(runs)) == 3
    for started, finished, seconds in records(database, "started", "finished", "seconds"):
        assert None not in (started, finished)
        assert isinstance(seconds, float)
        assert 0 <= seconds < 60
    sums = records(database, "checksum", "text_checksum")
    assert sums[1] == sums[2] != sums[0]
    assert sums[3] == (None, None)


def test_a_failure_is_recorded_although_everything_else_is_rolled_back(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1")
    project.add("b2", "a1", upgrade=FAILS)
    project.add("c3", "b2")
    with pytest.raises(MigrationFailed):
        command.upgrade(project.config(), "head")
    assert records(database) == [("a1", "upgrade", "done"), ("b2", "upgrade", "failed")]
    (_, _), (kind, message) = records(database, "error_class", "error_message")
    assert kind in {"ProgrammingError", "OperationalError"}
    assert "there_is_no_such_table" in str(message)
    project.add("b2", "a1")
    command.upgrade(project.config(), "head")
    assert [outcome for _, _, outcome in records(database)] == ["done", "failed", "done", "done"]


def test_a_failure_is_recorded_where_one_transaction_encloses_the_run(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url, env=ONE_FOR_ALL)
    project.add("a1")
    project.add("b2", "a1", upgrade=FAILS)
    with pytest.raises(MigrationFailed):
        command.upgrade(project.config(), "head")
    found = records(database)
    assert found[-1] == ("b2", "upgrade", "failed")
    if database.name != "mysql":  # where a rollback undoes a1, its record goes too
        assert found == [("b2", "upgrade", "failed")]


def test_a_failure_is_recorded_over_a_new_connection_where_the_server_ended_the_old_one(
    postgresql_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1", upgrade='op.execute("SELECT pg_terminate_backend(pg_backend_pid())")')
    with pytest.raises(MigrationFailed):
        command.upgrade(project.config(), "head")
    assert records(postgresql_database) == [("a1", "upgrade", "failed")]


def test_no_password_is_recorded(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1", upgrade="""raise RuntimeError("cannot reach postgresql://me:s3cr3t@db/x password=s3cr3t")""")
    with pytest.raises(MigrationFailed):
        command.upgrade(project.config(), "head")
    assert "s3cr3t" not in repr(records(database, "error_message", "error_class", "executed_by"))
    assert "cannot reach" in repr(records(database, "error_message"))


def test_name_and_schema_can_be_chosen_and_records_switched_off(postgresql_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1")
    with postgresql_database.engine().begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA audit"))
    command.upgrade(project.config(history="false"), "head")
    inspector = sa.inspect(postgresql_database.engine())
    assert "whimbrel_history" not in inspector.get_table_names()
    command.downgrade(project.config(history_table="ran", history_schema="audit"), "base")
    inspector = sa.inspect(postgresql_database.engine())
    assert inspector.get_table_names("audit") == ["ran"]
    assert "whimbrel_history" not in inspector.get_table_names()


def test_sql_as_text_records_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.add("a1")
    text = printed(project, lambda config: command.upgrade(config, "head", sql=True))
    assert "whimbrel_version" in text
    assert "whimbrel_history" not in text


def test_repair_closes_the_record_of_a_run_that_was_killed(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1")
    project.add("b2", "a1", upgrade=f"import time; open({str(tmp_path / 'there')!r}, 'w').close(); time.sleep(60)")
    project.add("c3", "b2")
    (tmp_path / "whimbrel.toml").write_text(f"script_location = {str(project.migrations)!r}\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "whimbrel", "upgrade", "head"],
        cwd=tmp_path,
        env={**os.environ, "WHIMBREL_DATABASE_URL": database.url},
    )
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "there").exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    killed = [("a1", "upgrade", "done"), ("b2", "upgrade", "running")]
    assert records(database) == [*killed, ("c3", "upgrade", "planned")]
    shown = json.loads(printed(project, lambda config: command.log(config, as_json=True)))
    assert [(item["revision"], item["direction"], item["outcome"]) for item in reversed(shown)] == killed
    assert printed(project, command.repair).startswith("Closed: upgrade b2, begun 2")
    assert records(database) == [("a1", "upgrade", "done"), ("b2", "upgrade", "interrupted")]
    assert printed(project, command.repair) == "Nothing to repair.\n"


def test_a_run_that_somebody_took_for_dead_records_its_steps_all_the_same(
    sqlite_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.add("a1", upgrade="""op.execute("DELETE FROM whimbrel_history WHERE outcome = 'planned'")""")
    project.add("b2", "a1")
    project.add("c3", "b2")
    command.upgrade(project.config(), "head")
    assert records(sqlite_database) == [(name, "upgrade", "done") for name in ("a1", "b2", "c3")]


def test_an_edited_file_is_told_refused_or_accepted(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project = Project(tmp_path, database.url)
    path = project.add("a1")
    command.upgrade(project.config(), "head")
    path.write_text("# a comment\n" + path.read_text())
    command.upgrade(project.config(checksums="strict"), "head")
    assert not caplog.records
    path.write_text(path.read_text().replace("t_a1", "t_a2"))
    with pytest.raises(EditedRevisions) as caught:
        command.upgrade(project.config(checksums="strict"), "head")
    assert caught.value.revisions == ("a1",)
    assert str(path) in caught.value.message
    assert "whimbrel repair" in str(caught.value)
    command.upgrade(project.config(checksums="off"), "head")
    assert not caplog.records
    command.upgrade(project.config(), "head")
    assert [str(path) in record.getMessage() for record in caplog.records] == [True]
    said = printed(project, lambda config: command.repair(config, as_json=True))
    assert json.loads(said) == {"accepted": ["a1"], "closed": [], "marked": [], "unfinished": []}
    command.upgrade(project.config(checksums="strict"), "head")
    assert records(database)[-1] == ("a1", "repair", "done")


def test_a_file_may_be_edited_once_its_revision_was_taken_back(sqlite_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite_database.url)
    path = project.add("a1")
    strict = {"checksums": "strict"}
    command.upgrade(project.config(**strict), "head")
    command.downgrade(project.config(**strict), "base")
    path.write_text(path.read_text().replace("t_a1", "t_a2"))
    command.upgrade(project.config(**strict), "head")
    assert "t_a2" in sa.inspect(sqlite_database.engine()).get_table_names()


def test_a_run_costs_one_statement_a_step_and_one_commit_for_its_records(
    postgresql_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, postgresql_database.url)
    revisions = ["a1", "b2", "c3", "d4"]
    for down, revision in zip([None, *revisions], revisions, strict=False):
        project.add(revision, down)
    counts = {}
    for history in (False, True):
        command.downgrade(project.config(), "base")
        counts[history] = counted(postgresql_database, project, history)
    before = 2  # whether the table is there, and all steps at once
    assert counts[True][0] - counts[False][0] == before + len(revisions)
    assert counts[True][1] - counts[False][1] == 1


def test_files_applied_once_are_not_parsed_again_for_another_database(
    new_database: Callable[[str], Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = new_database("sqlite"), new_database("sqlite")
    project = Project(tmp_path, first.url)
    project.add("a1")
    path = project.add("b2", "a1")
    command.upgrade(project.config(), "head")
    path.write_text(path.read_text() + "# a remark\n")
    parsed: list[bytes] = []
    monkeypatch.setattr("whimbrel.script.checksums.checksum", lambda source: parsed.append(source) or checksum(source))
    elsewhere = project.config()
    elsewhere.set_main_option("sqlalchemy.url", second.url)
    command.upgrade(elsewhere, "head")
    assert parsed == [path.read_bytes()]
    assert [meaning for (meaning,) in records(first, "checksum")] == [
        meaning for (meaning,) in records(second, "checksum")
    ]


def counted(database: Database, project: Project, history: bool) -> tuple[int, int]:
    """Run all there is, and return how many statements and commits that took."""
    engine = database.engine()
    statements: list[str] = []
    commits: list[int] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    sa.event.listen(engine, "commit", lambda connection: commits.append(1))
    with engine.connect() as connection:
        config = project.config(history=str(history).lower(), checksums="off", run_lock="off")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return len(statements), len(commits)


def two_tables(folder: Path, database: Database) -> tuple[Project, Config, Config]:
    """Two histories over one schema, whose revisions have the same ids."""
    first, second = Project(folder / "first", database.url), Project(folder / "second", database.url)
    for project, table in ((first, "author"), (second, "book")):
        project.add("a1", upgrade=f'op.create_table("{table}", sa.Column("id", sa.Integer))')
    return second, first.config(version_table="of_authors"), second.config(version_table="of_books")


def test_two_version_tables_in_one_schema_have_records_of_their_own(database: Database, tmp_path: Path) -> None:
    second, authors, books = two_tables(tmp_path, database)
    for config in (authors, books):
        command.upgrade(config, "head")
        config.stdout = io.StringIO()
        command.log(config, as_json=True)
    for config in (authors, books):
        assert isinstance(config.stdout, io.StringIO)
        assert [item["revision"] for item in json.loads(config.stdout.getvalue())] == ["a1"]

    # Neither is the other's file an edited one, nor is its step that runs one that was interrupted.
    with database.engine().begin() as connection:
        connection.execute(sa.text("UPDATE whimbrel_history SET outcome = 'running' WHERE scope = 'of_authors'"))
    second.add("b2", "a1")
    strict = second.config(version_table="of_books", checksums="strict")
    command.upgrade(strict, "head")
    command.repair(strict)
    with database.engine().connect() as connection:
        outcomes = connection.execute(sa.text("SELECT outcome FROM whimbrel_history WHERE scope = 'of_authors'"))
        assert outcomes.scalars().all() == ["running"]


def test_a_file_edited_before_another_history_moved_on_is_told_by_a_run_with_nothing_to_do(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    second, authors, books = two_tables(tmp_path, database)
    command.upgrade(books, "head")
    path = next(second.versions.glob("*.py"))
    path.write_text(path.read_text().replace('"book"', '"magazine"'))
    now = time.time() - 3600
    os.utime(path, (now, now))
    with database.engine().begin() as connection:  # two hours ago, an hour before the file was edited
        before = datetime.now(UTC).replace(tzinfo=None) - timedelta(hours=2)
        connection.execute(history_table("whimbrel_history", None).update().values(started=before))
    command.upgrade(authors, "head")
    caplog.clear()
    command.upgrade(books, "head")
    assert [str(path) in record.getMessage() for record in caplog.records] == [True]
