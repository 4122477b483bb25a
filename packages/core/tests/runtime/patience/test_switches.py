"""What a version file says about how it is to be run: its switches."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import IrreversibleRevision, MigrationFailed, ScriptError
from whimbrel.script import module


def heads(database: Database) -> list[str]:
    with database.engine().connect() as connection:
        return sorted(connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars())


def say(path: Path, line: str) -> None:
    """Add *line* below the header of a version file."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\n\n\ndef upgrade", f"\n{line}\n\n\ndef upgrade", 1), encoding="utf-8")
    assert line in path.read_text(encoding="utf-8")


# -- irreversible ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sql", [False, True])
@pytest.mark.parametrize(
    ("said", "reason"), [("irreversible = True", None), ('irreversible = "b2 merges accounts"', "b2 merges accounts")]
)
def test_an_irreversible_revision_is_refused_before_anything_is_run(
    sqlite_database: Database, tmp_path: Path, said: str, reason: str | None, sql: bool
) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.add("a1")
    say(project.add("b2", "a1"), said)
    ran = tmp_path / "ran"
    project.add("c3", "b2", downgrade=f"import pathlib; pathlib.Path({str(ran)!r}).touch()")
    config = project.config()
    config.stdout = io.StringIO()
    command.upgrade(config, "head")
    with pytest.raises(IrreversibleRevision) as caught:
        command.downgrade(config, "c3:base" if sql else "base", sql=sql)
    assert (caught.value.revision, caught.value.reason) == ("b2", reason)
    assert caught.value.path.endswith("b2.py")
    assert caught.value.path in caught.value.message
    if reason is not None:
        assert reason in caught.value.message
    assert "whimbrel downgrade b2" in str(caught.value)
    assert config.stdout.getvalue() == ""
    assert not ran.exists()
    assert heads(sqlite_database) == ["c3"]
    command.downgrade(config, "b2")  # up to it one may
    assert ran.exists()
    assert heads(sqlite_database) == ["b2"]


def test_a_file_that_says_it_is_not_irreversible_goes_down(sqlite_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite_database.url)
    say(project.add("a1"), "irreversible = False")
    command.upgrade(project.config(), "head")
    command.downgrade(project.config(), "base")
    assert heads(sqlite_database) == []


# -- values that mean nothing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transactional", "'no'"),
        ("transactional", "0"),
        ("lock_timeout", "'soon'"),
        ("lock_timeout", "-1"),
        ("lock_timeout", "True"),
        ("lock_timeout", "float('nan')"),
        ("statement_timeout", "[1]"),
        ("statement_timeout", "float('inf')"),
        ("irreversible", "' '"),
        ("irreversible", "1"),
    ],
)
def test_a_switch_with_a_wrong_value_is_named_with_its_file(
    sqlite_database: Database, tmp_path: Path, name: str, value: str
) -> None:
    project = Project(tmp_path, sqlite_database.url)
    path = project.add("a1")
    say(path, f"{name} = {value}")
    with pytest.raises(ScriptError) as caught:
        command.upgrade(project.config(), "head")
    assert caught.value.path == str(path)
    assert f"{path}: {name} is " in caught.value.message
    assert not sa.inspect(sqlite_database.engine()).has_table("t_a1")


# -- transactional = False ---------------------------------------------------------------------------------------------

FAILS = 'op.execute("SELECT * FROM there_is_no_such_table")'


def test_a_script_that_is_not_transactional_keeps_what_it_has_done(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1")
    path = project.add("b2", "a1", upgrade=f'op.create_table("t_b2", sa.Column("id", sa.Integer))\n{FAILS}')
    say(path, "transactional = False")
    with pytest.raises(MigrationFailed) as caught:
        command.upgrade(project.config(), "head")
    assert "goes on behind what is done" in str(caught.value)
    assert heads(database) == ["a1"]
    assert sa.inspect(database.engine()).has_table("t_b2")
    path.write_text(path.read_text(encoding="utf-8").replace(FAILS, "pass"), encoding="utf-8")
    command.upgrade(project.config(), "head")  # the table is not created again
    assert heads(database) == ["b2"]


def test_concurrently_needs_no_block_where_the_script_is_not_transactional(
    postgresql_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1", upgrade='op.create_table("book", sa.Column("id", sa.Integer))')
    index = 'op.create_index("ix_book", "book", ["id"], postgresql_concurrently=True)'
    drop = 'op.drop_index("ix_book", "book", postgresql_concurrently=True)'
    say(project.add("b2", "a1", upgrade=index, downgrade=drop), "transactional = False")
    command.upgrade(project.config(), "head")
    assert [item["name"] for item in sa.inspect(postgresql_database.engine()).get_indexes("book")] == ["ix_book"]
    command.downgrade(project.config(), "a1")
    assert sa.inspect(postgresql_database.engine()).get_indexes("book") == []


def test_as_sql_it_stands_outside_of_begin_and_commit(postgresql_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1")
    say(project.add("b2", "a1", upgrade='op.execute("VACUUM")'), "transactional = False")
    config = project.config()
    config.stdout = io.StringIO()
    command.upgrade(config, "a1:b2", sql=True)
    lines = [line for line in config.stdout.getvalue().splitlines() if line]
    assert lines == [
        "BEGIN;",
        "-- Running upgrade a1 -> b2",
        "COMMIT;",
        "VACUUM;",
        "BEGIN;",
        "UPDATE whimbrel_version SET version_num='b2' WHERE whimbrel_version.version_num = 'a1';",
        "COMMIT;",
    ]


def test_it_cannot_be_in_the_transaction_of_a_caller(sqlite_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite_database.url)
    say(project.add("a1"), "transactional = False")
    config = project.config()
    with sqlite_database.engine().begin() as connection:
        config.attributes["connection"] = connection
        with pytest.raises(MigrationFailed, match="transactional = False has to commit"):
            command.upgrade(config, "head")


# -- how often files are read ------------------------------------------------------------------------------------------


def test_a_downgrade_loads_each_file_once(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(tmp_path, sqlite_database.url)
    names = [f"r{number:03}" for number in range(40)]
    for before, name in zip([None, *names], names, strict=False):
        project.add(name, before, upgrade="pass", downgrade="pass")
    command.upgrade(project.config(), "head")
    loaded: list[str] = []
    run_file = module.run_file

    def counted(path: str) -> ModuleType:
        loaded.append(path)
        return run_file(path)

    monkeypatch.setattr(module, "run_file", counted)
    command.downgrade(project.config(), "base")
    versions = [path for path in loaded if path.endswith(tuple(f"{name}.py" for name in names))]
    assert len(versions) == len(set(versions)) == 40
    with sqlite3.connect(sqlite_database.engine().url.database or "") as connection:
        assert connection.execute("SELECT count(*) FROM whimbrel_version").fetchone() == (0,)
