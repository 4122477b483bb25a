"""A revision that failed or was killed half-way: what a person reads, and each way out."""

from __future__ import annotations

import io
import json
import logging
import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.killing import killed_at
from testing.projects import Project
from whimbrel import command
from whimbrel.config import Config
from whimbrel.errors import CommandError, MigrationFailed, UnfinishedRevision

REFUSED = """
op.create_table("book", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), sa.Column("x", sa.Integer))
op.execute("INSERT INTO book VALUES (1, 1), (2, 1)")
op.create_unique_constraint("u", "book", ["x"])
op.add_column("book", sa.Column("y", sa.Integer))
"""
MENDED = REFUSED.replace("op.create_unique", 'op.execute("UPDATE book SET x = id")\nop.create_unique')
BACK = """
op.drop_column("book", "y")
op.drop_column("book", "no_such_column")
op.drop_table("book")
"""
BLOCK = """
op.create_table("book", sa.Column("id", sa.Integer, primary_key=True))
with op.get_context().autocommit_block():
    op.create_index("by_id", "book", ["id"])
    op.execute("nonsense")
"""


def entries(database: Database) -> list[tuple[int, str]]:
    with database.engine().connect() as connection:
        rows = connection.execute(sa.text("SELECT position, statement FROM whimbrel_journal ORDER BY position"))
        return [(row.position, row.statement.split()[0]) for row in rows]


def outcomes(database: Database) -> list[tuple[str, ...]]:
    with database.engine().connect() as connection:
        rows = connection.execute(
            sa.text("SELECT revision, direction, outcome FROM whimbrel_history ORDER BY run, position")
        )
        return [tuple(row) for row in rows]


def columns(database: Database, table: str = "book") -> set[str]:
    return {column["name"] for column in sa.inspect(database.engine()).get_columns(table)}


def said(config: Config) -> str:
    stream = config.stdout
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def quiet(project: Project) -> Config:
    config = project.config()
    config.stdout = io.StringIO()
    return config


@pytest.fixture
def refused(mysql_database: Database, tmp_path: Path) -> Project:
    """A project whose revision b2 was refused at its third statement: rows are there twice."""
    project = Project(tmp_path, mysql_database.url)
    project.add("a1")
    project.add("b2", "a1", upgrade=REFUSED, downgrade=BACK)
    with pytest.raises(MigrationFailed, match="Duplicate entry") as caught:
        command.upgrade(project.config(), "head")
    assert "What it had done before stays, and is noted." in str(caught.value)
    assert entries(mysql_database) == [(0, "CREATE"), (1, "INSERT")]  # the refused one is struck
    return project


def test_pains_row_7_a_refused_statement_is_mended_and_the_upgrade_goes_on_behind_what_is_done(
    refused: Project, mysql_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(MigrationFailed, match="Duplicate entry"):
        command.upgrade(refused.config(), "head")  # and not that the table is there already
    refused.add("b2", "a1", upgrade=MENDED, downgrade=BACK)
    command.upgrade(refused.config(), "head")
    assert "Revision b2 was interrupted in upgrade(), after 2 of its statements: going on behind them." in caplog.text
    assert columns(mysql_database) == {"id", "x", "y"}
    assert entries(mysql_database) == []
    with mysql_database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT id, x FROM book ORDER BY id")).all() == [(1, 1), (2, 2)]
        assert connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars().all() == ["b2"]


def test_a_script_that_does_something_else_stops_and_lists_what_is_done_and_left(
    refused: Project, mysql_database: Database
) -> None:
    path = refused.add("b2", "a1", upgrade=MENDED.replace("(1, 1), (2, 1)", "(1, 1)"))
    with pytest.raises(UnfinishedRevision) as caught:
        command.upgrade(refused.config(), "head")
    error = caught.value
    assert (error.revision, error.direction) == ("b2", "upgrade")
    assert [text.split()[0] for text in error.done] == ["CREATE", "INSERT"]
    assert [text.split()[0] for text in error.left] == ["INSERT", "UPDATE", "ALTER", "ALTER"]
    told = str(error)
    for part in (
        "Its statement 2 was\n    INSERT INTO book VALUES (1, 1), (2, 1)\n",
        "and is now\n    INSERT INTO book VALUES (1, 1)\n",
        str(path),
        "whimbrel resume",
        "whimbrel repair --mark-applied b2",
        "whimbrel repair --mark-rolled-back b2",
    ):
        assert part in told
    assert columns(mysql_database) == {"id", "x"}  # nothing was executed on the way
    assert entries(mysql_database) == [(0, "CREATE"), (1, "INSERT")]


def test_what_is_done_is_not_left_though_it_stands_at_another_place_now(refused: Project) -> None:
    """Whoever does by hand what is left does not meet it."""
    refused.add("b2", "a1", upgrade='op.execute("DO 0")\n' + MENDED)
    with pytest.raises(UnfinishedRevision) as caught:
        command.upgrade(refused.config(), "head")
    assert [text.split()[0] for text in caught.value.done] == ["CREATE", "INSERT"]
    assert [text.split()[0] for text in caught.value.left] == ["DO", "UPDATE", "ALTER", "ALTER"]


def test_a_script_that_does_less_stops(refused: Project) -> None:
    refused.add("b2", "a1", upgrade="pass")
    with pytest.raises(UnfinishedRevision, match="does less now"):
        command.upgrade(refused.config(), "head")


def test_nothing_else_runs_before_it_is_finished(refused: Project) -> None:
    for run in (
        lambda: command.downgrade(refused.config(), "base"),
        lambda: command.stamp(refused.config(), "b2"),
        lambda: command.upgrade(refused.config(), "a1"),  # would have nothing to do
    ):
        with pytest.raises(UnfinishedRevision, match="has to be finished before anything else runs"):
            run()


def test_current_tells_of_it(refused: Project, mysql_database: Database) -> None:
    config = quiet(refused)
    command.current(config, verbose=True)
    assert "Revision b2 was interrupted in upgrade(), at its statement 2. To finish it:  whimbrel resume" in said(
        config
    )
    config = quiet(refused)
    command.current(config, as_json=True)
    (facts,) = json.loads(said(config))
    assert facts["rows"] == ["a1"]
    assert (facts["unfinished"]["revision"], facts["unfinished"]["direction"]) == ("b2", "upgrade")
    assert len(facts["unfinished"]["done"]) == 2
    config = quiet(refused)
    command.repair(config, mark_rolled_back="b2")
    assert "Marked as not begun: upgrade b2" in said(config)
    config = quiet(refused)
    command.current(config, as_json=True)
    assert json.loads(said(config))[0]["unfinished"] is None


def test_resume_finishes_that_revision_and_nothing_else(refused: Project, mysql_database: Database) -> None:
    refused.add("b2", "a1", upgrade=MENDED, downgrade=BACK)
    refused.add("c3", "b2")
    config = quiet(refused)
    command.resume(config)
    assert outcomes(mysql_database)[-1] == ("b2", "upgrade", "done")
    assert "t_c3" not in sa.inspect(mysql_database.engine()).get_table_names()
    command.resume(config)
    assert said(config) == "Finished: upgrade b2\nNothing was interrupted.\n"


def test_a_downgrade_is_resumed_downwards(refused: Project, mysql_database: Database) -> None:
    refused.add("b2", "a1", upgrade=MENDED, downgrade=BACK)
    command.upgrade(refused.config(), "head")
    with pytest.raises(MigrationFailed, match="no_such_column"):
        command.downgrade(refused.config(), "base")
    with pytest.raises(UnfinishedRevision):
        command.upgrade(refused.config(), "head")  # the version table says that there is nothing to do
    refused.add("b2", "a1", upgrade=MENDED, downgrade=BACK.replace('op.drop_column("book", "no_such_column")\n', ""))
    command.resume(quiet(refused))
    assert sa.inspect(mysql_database.engine()).get_table_names().count("book") == 0
    assert outcomes(mysql_database)[-1] == ("b2", "downgrade", "done")
    with mysql_database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars().all() == ["a1"]


def test_a_downgrade_whose_first_statement_is_refused_has_done_nothing(
    mysql_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, mysql_database.url)
    project.add("a1", upgrade="pass", downgrade='op.drop_table("nowhere")')
    command.upgrade(project.config(), "head")
    with pytest.raises(MigrationFailed) as caught:
        command.downgrade(project.config(), "base")
    assert "\nNothing that downgrade() did is left in the database. Run the same command again" in str(caught.value)


def test_marked_as_applied_the_row_moves_and_the_records_say_so(refused: Project, mysql_database: Database) -> None:
    config = quiet(refused)
    command.repair(config, mark_applied="b2", as_json=True)
    assert json.loads(said(config)) == {"accepted": [], "closed": [], "marked": ["b2"], "unfinished": []}
    assert outcomes(mysql_database)[-1] == ("b2", "upgrade", "done")
    assert entries(mysql_database) == []
    command.upgrade(refused.config(), "head")  # nothing to do, nothing unfinished
    with mysql_database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars().all() == ["b2"]


def test_repair_without_a_mark_says_what_it_leaves(refused: Project, mysql_database: Database) -> None:
    config = quiet(refused)
    command.repair(config)
    assert said(config).startswith(
        "Revision b2 was interrupted in upgrade(), and stays so. To finish it:  whimbrel resume\n"
    )
    for_programs = quiet(refused)
    command.repair(for_programs, as_json=True)
    assert json.loads(said(for_programs))["unfinished"] == ["b2"]
    assert entries(mysql_database) == [(0, "CREATE"), (1, "INSERT")]


def test_repair_refuses_another_revision_and_where_nothing_was_interrupted(refused: Project) -> None:
    with pytest.raises(CommandError, match="Revision b2 was interrupted, in upgrade\\(\\), and not a1"):
        command.repair(quiet(refused), mark_applied="a1")
    command.repair(quiet(refused), mark_rolled_back="b2")
    for mark in ("mark_applied", "mark_rolled_back"):
        with pytest.raises(CommandError, match="Nothing was interrupted"):
            command.repair(quiet(refused), **{mark: "b2"})
    with pytest.raises(CommandError, match="say the opposite"):
        command.repair(quiet(refused), mark_applied="b2", mark_rolled_back="b2")


def test_a_failure_in_an_autocommit_block_leaves_what_was_committed_and_noted(
    database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1", upgrade=BLOCK)
    with pytest.raises(MigrationFailed, match="nonsense"):
        command.upgrade(project.config(), "head")
    assert entries(database) == [(0, "CREATE"), (1, "CREATE")]
    project.add(
        "a1", upgrade=BLOCK.replace('op.execute("nonsense")', 'op.add_column("book", sa.Column("y", sa.Integer))')
    )
    command.upgrade(project.config(), "head")
    assert columns(database) == {"id", "y"}
    assert entries(database) == []


def test_a_refusal_that_the_script_expects_is_met_again(mysql_database: Database, tmp_path: Path) -> None:
    script = """
import contextlib
op.create_table("book", sa.Column("id", sa.Integer, primary_key=True))
with contextlib.suppress(sa.exc.DBAPIError):
    op.drop_index("not_there", "book")
    raise AssertionError("it was not refused")
op.add_column("book", sa.Column("y", sa.Integer))
"""
    project = Project(tmp_path, mysql_database.url)
    project.add("a1", upgrade=script + 'op.execute("nonsense")')
    with pytest.raises(MigrationFailed, match="nonsense"):
        command.upgrade(project.config(), "head")
    assert entries(mysql_database) == [(0, "CREATE"), (2, "ALTER")]
    project.add("a1", upgrade=script)
    command.upgrade(project.config(), "head")
    assert columns(mysql_database) == {"id", "y"}


def test_rows_in_a_temporary_table_are_not_taken_for_being_there_still(
    mysql_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, mysql_database.url)
    script = """
op.execute("CREATE TEMPORARY TABLE kept (id INT)")
op.execute("INSERT INTO kept VALUES (1)")
op.create_table("book", sa.Column("id", sa.Integer))
"""
    project.add("a1", upgrade=script + 'op.execute("nonsense")')
    with pytest.raises(MigrationFailed, match="nonsense"):
        command.upgrade(project.config(), "head")
    project.add("a1", upgrade=script + 'op.execute("INSERT INTO book SELECT id FROM kept")')
    with pytest.raises(UnfinishedRevision, match="gone with its session"):
        command.upgrade(project.config(), "head")


INSERTED = """
book = sa.Table("book", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Integer))
bind = op.get_bind()
if not sa.inspect(bind).has_table("book"):
    pass
bind.execute(sa.schema.CreateTable(book))
{0}
with op.get_context().autocommit_block():
    op.create_index("by_x", "book", ["x"])
    op.execute("{1}")
"""
WANTED = {
    "inserted_primary_key": "key = bind.execute(book.insert().values(x=1)).inserted_primary_key[0]\nassert key + 1",
    "rowcount": 'assert bind.execute(sa.text("INSERT INTO book (x) VALUES (1)")).rowcount == 1',
    "as a parameter": (
        "key = bind.execute(book.insert().values(x=1)).inserted_primary_key[0]\n"
        "bind.execute(book.insert().values(x=key))"
    ),
    "returning": 'bind.execute(sa.text("INSERT INTO book (x) VALUES (1) RETURNING id")).scalar_one()',
}


@pytest.mark.parametrize("wanted", WANTED)
def test_a_result_that_only_the_execution_could_tell_is_refused_by_name(
    database: Database, tmp_path: Path, wanted: str
) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1", upgrade=INSERTED.format(WANTED[wanted], "nonsense"))
    with pytest.raises(MigrationFailed, match="nonsense"):
        command.upgrade(project.config(), "head")
    project.add("a1", upgrade=INSERTED.format(WANTED[wanted], "INSERT INTO book (x) VALUES (3)"))
    with pytest.raises(UnfinishedRevision, match="wants the result of a statement that is done"):
        command.upgrade(project.config(), "head")


def test_a_result_that_nobody_wants_is_none_of_our_business(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    insert = "op.execute(book.insert().values(x=1))"
    project.add("a1", upgrade=INSERTED.format(insert, "nonsense"))
    with pytest.raises(MigrationFailed, match="nonsense"):
        command.upgrade(project.config(), "head")
    project.add("a1", upgrade=INSERTED.format(insert, "INSERT INTO book (x) VALUES (3)"))
    command.upgrade(project.config(), "head")
    with database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT x FROM book ORDER BY x")).scalars().all() == [1, 3]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed in a fork of this one")
def test_a_run_closes_the_records_of_processes_that_died(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1")
    project.add("b2", "a1", upgrade='op.execute("CREATE TABLE killed (x INTEGER)")')
    killed_at(1, "before", lambda: command.upgrade(project.config(), "head"), lambda text: "TABLE killed" in text)
    assert outcomes(database) == [("a1", "upgrade", "done"), ("b2", "upgrade", "running")]
    command.upgrade(project.config(), "head")
    assert outcomes(database)[1:] == [("b2", "upgrade", "interrupted"), ("b2", "upgrade", "done")]


def test_vacuum_and_pragma_in_an_autocommit_block_of_sqlite(
    sqlite_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    project = Project(tmp_path, sqlite_database.url)
    block = """
op.create_table("book", sa.Column("id", sa.Integer, primary_key=True))
with op.get_context().autocommit_block():
    op.execute("PRAGMA user_version = 7")
    op.execute("VACUUM")
    op.execute("INSERT INTO book VALUES (1)")
op.execute("INSERT INTO book VALUES (2)")
"""
    project.add("a1", upgrade=block)
    command.upgrade(project.config(), "head")
    with sqlite_database.engine().connect() as connection:
        assert connection.execute(sa.text("PRAGMA user_version")).scalar() == 7
        assert connection.execute(sa.text("SELECT id FROM book")).scalars().all() == [1, 2]
    assert entries(sqlite_database) == []
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        config = project.config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        assert connection.execute(sa.text("SELECT id FROM book")).scalars().all() == [1, 2]
