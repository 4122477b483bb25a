"""Statements that wait for a lock, or take long: how long, what is said of it, and when it is tried again."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.holding import wait_until
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import MigrationFailed
from whimbrel.impl.patience import Blocker, names_in, shown

BOOK = 'op.create_table("book", sa.Column("id", sa.Integer), sa.Column("title", sa.String(50)))'
ALTER = 'op.add_column("book", sa.Column("pages", sa.Integer))'
SECRET = "hunter2"
READS = f"SELECT id FROM book WHERE title = '{SECRET}'"


@contextmanager
def held(database: Database, statement: str = READS) -> Iterator[sa.Connection]:
    """Have a transaction open in which *statement* was executed."""
    with database.engine().connect() as connection:
        connection.execute(sa.text(statement)).close()
        yield connection


def session_of(connection: sa.Connection) -> str:
    if connection.dialect.name == "postgresql":
        return f"server process {connection.execute(sa.text('SELECT pg_backend_pid()')).scalar_one()}"
    return f"connection {connection.execute(sa.text('SELECT CONNECTION_ID()')).scalar_one()}"


def prepared(database: Database, folder: Path, second: str = ALTER, header: str = "") -> Project:
    """Return a project whose first revision, which has been run, makes a table; *second* is the next one."""
    project = Project(folder, database.url)
    project.add("a1", upgrade=BOOK)
    path = project.add("b2", "a1", upgrade=second, downgrade="pass")
    if header:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("\n\n\ndef upgrade", f"\n{header}\n\n\ndef upgrade", 1), encoding="utf-8")
    command.upgrade(project.config(), "a1")
    return project


def heads(database: Database) -> list[str]:
    with database.engine().connect() as connection:
        return sorted(connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars())


def outcomes(database: Database) -> list[tuple[str, str]]:
    with database.engine().connect() as connection:
        rows = connection.execute(sa.text("SELECT revision, outcome FROM whimbrel_history ORDER BY started, position"))
        return [(row[0], row[1]) for row in rows]


@pytest.fixture(params=["postgresql", "mysql"])
def server(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    return database


# -- a lock ------------------------------------------------------------------------------------------------------------


def test_a_lock_that_somebody_holds_is_waited_for_no_longer_than_said(server: Database, tmp_path: Path) -> None:
    project = prepared(server, tmp_path)
    with held(server) as holder:
        with pytest.raises(MigrationFailed) as caught:
            command.upgrade(project.config(lock_timeout="1s", retries="0"), "head")
        told = str(caught.value)
        assert session_of(holder) in told
        assert re.search(r"transaction open for \d+ s", told)
        assert re.search(r"query begun \d+ s ago", told) or server.name == "mysql"
        assert re.search(r"end it:  (SELECT pg_terminate_backend|KILL)", told)
        assert SECRET not in told
    assert heads(server) == ["a1"]
    assert outcomes(server)[-1] == ("b2", "failed")
    command.upgrade(project.config(lock_timeout="1s"), "head")
    assert heads(server) == ["b2"]


def test_a_reader_is_not_blamed_where_readers_do_no_harm(postgresql_database: Database, tmp_path: Path) -> None:
    project = prepared(postgresql_database, tmp_path, 'op.create_index("ix_book", "book", ["id"])')
    with held(postgresql_database) as reader, held(postgresql_database, "UPDATE book SET id = 1") as writer:
        with pytest.raises(MigrationFailed) as caught:
            command.upgrade(project.config(lock_timeout="200ms", retries="0"), "head")
        assert session_of(writer) in str(caught.value)
        assert session_of(reader) not in str(caught.value)


def test_what_was_cleanly_rolled_back_is_tried_again(
    postgresql_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = postgresql_database
    second = f'op.create_table("t_b2", sa.Column("id", sa.Integer))\n{ALTER}'
    project = prepared(database, tmp_path, second)
    errors: list[BaseException] = []

    def upgrade() -> None:
        try:
            command.upgrade(project.config(lock_timeout="200ms", retries="20"), "head")
        except BaseException as error:
            errors.append(error)

    def tries() -> list[logging.LogRecord]:
        return [record for record in caplog.records if "again in" in record.getMessage()]

    with held(database) as holder:
        session = session_of(holder)
        run = threading.Thread(target=upgrade)
        run.start()
        wait_until(lambda: len(tries()) >= 2 or errors)
    run.join(60)
    assert not errors
    assert heads(database) == ["b2"]
    first, second_try = tries()[:2]
    assert first.levelno == logging.WARNING
    assert f"In the way: {session}" in first.getMessage()
    assert "\n" not in first.getMessage()
    assert SECRET not in first.getMessage()
    assert "(1 of 20)" in first.getMessage()
    assert "(2 of 20)" in second_try.getMessage()
    assert outcomes(database) == [("a1", "done"), *[("b2", "failed")] * len(tries()), ("b2", "done")]


def test_it_is_tried_as_often_as_said(
    postgresql_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project = prepared(postgresql_database, tmp_path)
    with held(postgresql_database), pytest.raises(MigrationFailed, match=r"Tried 2 times\."):
        command.upgrade(project.config(lock_timeout="50ms", retries="1"), "head")
    assert caplog.text.count("again in") == 1
    assert heads(postgresql_database) == ["a1"]


NOT_CLEAN = {
    "a block outside of transactions": f"""
        with op.get_context().autocommit_block():
            op.execute("SELECT 1")
        {ALTER}""",
    "a mistake": 'op.execute("SELECT * FROM there_is_no_such_table")',
}


@pytest.mark.parametrize("second", NOT_CLEAN.values(), ids=NOT_CLEAN.keys())
def test_what_may_have_left_something_is_not_tried_again(
    postgresql_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, second: str
) -> None:
    project = prepared(postgresql_database, tmp_path, second)
    with held(postgresql_database), pytest.raises(MigrationFailed):
        command.upgrade(project.config(lock_timeout="50ms", retries="3"), "head")
    assert "again in" not in caplog.text


def test_one_transaction_for_all_is_not_tried_again(
    postgresql_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project = prepared(postgresql_database, tmp_path)
    config = project.config(lock_timeout="50ms", retries="3", transaction_per_migration="false")
    with held(postgresql_database), pytest.raises(MigrationFailed):
        command.upgrade(config, "head")
    assert "again in" not in caplog.text


def test_mysql_is_not_tried_again_and_the_message_says_how_to_go_on(
    mysql_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = mysql_database
    project = prepared(database, tmp_path, f'op.create_table("t_b2", sa.Column("id", sa.Integer))\n{ALTER}')
    config = project.config(lock_timeout="1s", retries="3")
    with held(database), pytest.raises(MigrationFailed, match="it goes on behind what is done"):
        command.upgrade(config, "head")
    assert "again in" not in caplog.text
    command.upgrade(config, "head")
    assert heads(database) == ["b2"]


def test_an_sqlite_file_that_is_being_written_is_waited_for_no_longer_than_said(
    sqlite_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = sqlite_database
    second = f'op.get_bind().info["seen"] = op.get_bind().exec_driver_sql("PRAGMA busy_timeout").scalar()\n{ALTER}'
    project = prepared(database, tmp_path, second, header='lock_timeout = "70ms"')
    engine = database.engine()
    with engine.connect() as connection, database.engine().connect() as other:
        before = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
        connection.rollback()
        config = project.config(lock_timeout="50ms", retries="1", history="false")
        config.attributes["connection"] = connection
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(MigrationFailed, match=r"database is locked[\s\S]*Tried 2 times"):
            command.upgrade(config, "head")
        assert caplog.text.count("again in") == 1
        assert connection.info["seen"] == 70
        other.rollback()
        command.upgrade(config, "head")
        assert not connection.in_transaction()
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == before
    assert heads(database) == ["b2"]


# -- what is set, and for how long -------------------------------------------------------------------------------------

SHOW = {
    "postgresql": "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')",
    "mysql": "SELECT @@lock_wait_timeout, @@innodb_lock_wait_timeout, @@max_statement_time",
}
LIMITS = {
    "postgresql": ["2s|1min", "5s|1min", "0|90s", "2s|1min"],
    "mysql": ["2|2|60.0", "5|5|60.0", "31536000|31536000|90.0", "2|2|60.0"],
}
HEADERS = {"c3": 'lock_timeout = "5s"', "d4": "lock_timeout = 0\nstatement_timeout = 90"}


def is_mysql_proper(database: Database) -> bool:
    if database.name != "mysql":
        return False
    with database.engine().connect() as connection:
        return "mariadb" not in str(connection.exec_driver_sql("SELECT version()").scalar()).lower()


@pytest.mark.parametrize("per_revision", ["true", "false"])
def test_each_revision_has_its_own_limits_and_afterwards_all_is_as_before(
    server: Database, tmp_path: Path, per_revision: str
) -> None:
    if is_mysql_proper(server):
        pytest.skip("MySQL has no max_statement_time")
    project = Project(tmp_path, server.url)
    look = f"""
        bind = op.get_bind()
        row = bind.exec_driver_sql("{SHOW[server.name]}").one()
        bind.info.setdefault("seen", []).append("|".join(str(value) for value in row))
    """
    for before, name in zip([None, "b2", "c3", "d4"], ["b2", "c3", "d4", "e5"], strict=True):
        path = project.add(name, before, upgrade=look)
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("\n\n\ndef u", f"\n{HEADERS.get(name, '')}\n\n\ndef u", 1), encoding="utf-8")
    with server.engine().connect() as connection:
        before_run = connection.exec_driver_sql(SHOW[server.name]).one()
        connection.rollback()
        config = project.config(
            lock_timeout="2s", statement_timeout="60s", transaction_per_migration=per_revision, run_lock="off"
        )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        assert not connection.in_transaction()
        seen = [value.replace("1min30s", "90s") for value in connection.info["seen"]]
        assert seen == LIMITS[server.name]
        assert connection.exec_driver_sql(SHOW[server.name]).one() == before_run


def test_limits_count_in_and_behind_a_block_outside_of_transactions(
    postgresql_database: Database, tmp_path: Path
) -> None:
    look = f'seen.append(op.get_bind().exec_driver_sql("{SHOW["postgresql"]}").one()[0])'
    project = Project(tmp_path, postgresql_database.url)
    project.add(
        "a1",
        upgrade=f"""
        seen = op.get_bind().info.setdefault("seen", [])
        {look}
        with op.get_context().autocommit_block():
            {look}
        {look}""",
    )
    with postgresql_database.engine().connect() as connection:
        config = project.config(lock_timeout="2s")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        assert connection.info["seen"] == ["2s", "2s", "2s"]
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "0"


def test_a_block_outside_of_transactions_that_fails_leaves_no_limit_behind(
    postgresql_database: Database, tmp_path: Path
) -> None:
    project = prepared(postgresql_database, tmp_path, ALTER, header="transactional = False")
    with postgresql_database.engine().connect() as connection:
        config = project.config(lock_timeout="100ms")
        config.attributes["connection"] = connection
        with held(postgresql_database), pytest.raises(MigrationFailed):
            command.upgrade(config, "head")
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "0"


def test_nothing_is_sent_where_nothing_is_set(database: Database, tmp_path: Path) -> None:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    project = Project(tmp_path, database.url)
    project.line("a1", "b2", "c3", upgrade="pass", downgrade="pass")
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        for _ in range(2):
            sent.clear()
            command.upgrade(project.config(run_lock="off"), "head")
            without = len(sent)
            assert not re.search("timeout|max_statement_time", "\n".join(sent))
            command.downgrade(project.config(run_lock="off"), "base")
        sent.clear()
        command.upgrade(project.config(run_lock="off", lock_timeout="5s"), "head")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    of_limits = [statement for statement in sent if "timeout" in statement]
    # PostgreSQL: to look, to set, to set back, for each revision; elsewhere once for all of them.
    assert len(of_limits) == (9 if database.name == "postgresql" else 3)
    assert len(sent) - len(of_limits) == without


# -- statements that take long -----------------------------------------------------------------------------------------

SLOW = {
    "postgresql": "SELECT pg_sleep(30)",
    "mysql": "SELECT SLEEP(30) FROM book",
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO book SELECT i, 'x' FROM n "
    "WHERE i < 0",
}


def test_a_statement_that_takes_too_long_is_ended(database: Database, tmp_path: Path) -> None:
    project = prepared(database, tmp_path, f'op.execute("{SLOW[database.name]}")')
    with database.engine().begin() as connection:
        connection.execute(sa.text("INSERT INTO book (id) VALUES (1)"))
    with pytest.raises(MigrationFailed) as caught:
        command.upgrade(project.config(statement_timeout="300ms", retries="3"), "head")
    assert 'statement_timeout = "10min"' in str(caught.value)
    assert heads(database) == ["a1"]


def test_a_revision_may_have_more_time_than_others(sqlite_database: Database, tmp_path: Path) -> None:
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT count(*) FROM n"
    project = prepared(
        sqlite_database, tmp_path, f'assert op.get_bind().exec_driver_sql("{count}").scalar()', "statement_timeout = 0"
    )
    command.upgrade(project.config(statement_timeout="1ms"), "head")
    assert heads(sqlite_database) == ["b2"]


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (None, None),
        ("", None),
        ("SELECT * FROM book", "SELECT * FROM book"),
        ("UPDATE account SET password = 'hunter2' WHERE id = 7", "UPDATE account SET password = ..."),
        ("SELECT *\nFROM card\nWHERE number = 4111111111111111", "SELECT * FROM card WHERE number = ?"),
        ("SELECT $tag$hunter2$tag$", "SELECT ..."),
        (f"SELECT {'a' * 200}", f"SELECT {'a' * 93} ..."),
    ],
)
def test_statements_of_others_are_shown_without_values(statement: str | None, expected: str | None) -> None:
    assert shown(statement) == expected


def test_names_are_found_in_a_statement_however_they_are_quoted() -> None:
    assert names_in('ALTER TABLE shop."my ""book""" ADD x') == ["ALTER", "TABLE", "shop", 'my "book"', "ADD", "x"]
    assert names_in("DROP TABLE `a``b`") == ["DROP", "TABLE", "a`b"]


def test_a_session_is_told_with_what_is_known_of_it() -> None:
    assert str(Blocker("connection 7")) == "connection 7"
    full = Blocker("connection 7", "Sleep", "shop", 92.4, 80.0, "SELECT * FROM book")
    assert str(full) == (
        "connection 7 ('shop', Sleep, transaction open for 92 s, query begun 80 s ago): SELECT * FROM book"
    )
