"""``plan``: what would run, with its SQL; nothing does, and nothing is written."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.cli.main import main
from whimbrel.errors import CommandError, RevisionsPending

MIXED = """
op.add_column("t_a1", sa.Column("n", sa.Integer))
op.get_bind().execute(sa.text("UPDATE t_a1 SET n = :n"), {"n": 1})
op.execute("DELETE FROM t_a1 -- TRUNCATE t_b2")
with op.batch_alter_table("t_a1") as batch:
    batch.drop_column("n")
"""
READS = 'names = op.get_bind().execute(sa.text("SELECT 1")).scalars().all()'


def planned(project: Project, *args: Any, **kw: Any) -> list[dict[str, Any]]:
    config = project.config()
    config.stdout = io.StringIO()
    command.plan(config, *args, as_json=True, **kw)
    found: list[dict[str, Any]] = json.loads(config.stdout.getvalue())
    return found


def shown(project: Project, *args: Any, **kw: Any) -> str:
    config = project.config()
    config.stdout = io.StringIO()
    command.plan(config, *args, **kw)
    return config.stdout.getvalue()


def state(database: Database) -> tuple[list[str], list[str]]:
    engine = database.engine()
    tables = sorted(sa.inspect(engine).get_table_names())
    with engine.connect() as connection:
        rows = [
            f"{name}: {row}"
            for name in tables
            for row in connection.execute(sa.select(sa.text("*")).select_from(sa.table(name)))
        ]
    return tables, rows


def test_each_revision_is_shown_with_its_operations_and_sql(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1")
    project.add("b2", "a1", upgrade=MIXED)
    command.upgrade(project.config(), "a1")
    before = state(database)
    (plan,) = planned(project)
    assert state(database) == before
    assert (plan["rows"], plan["direction"], plan["target"], plan["unfinished"]) == (["a1"], "upgrade", "heads", None)
    (step,) = plan["steps"]
    assert (step["revision"], step["message"], step["direction"]) == ("b2", "revision b2", "upgrade")
    assert step["transactional"] is (database.name != "mysql")
    assert (step["seconds"], step["timed"], step["obstacle"]) == (None, None, None)
    operations = [(item["operation"], item["subject"], item["losses"]) for item in step["operations"]]
    assert operations == [
        ("add_column", "t_a1.n", []),
        (None, "", []),
        ("execute", "", ["DELETE FROM t_a1"]),
        ("drop_column", "t_a1.n", ["All that column t_a1.n holds is lost here."]),
    ]
    written = [item["sql"] for item in step["operations"]]
    assert "ADD COLUMN n INT" in written[0]
    assert written[1] == "UPDATE t_a1 SET n = 1;"
    assert "DROP COLUMN n" in written[3]


def test_the_sql_is_that_of_upgrade_sql(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.line("a1", "b2")
    config = project.config()
    config.stdout = config.output_buffer = io.StringIO()
    command.upgrade(config, "head", sql=True)
    (plan,) = planned(project)
    for step in plan["steps"]:
        for operation in step["operations"]:
            assert operation["sql"] in config.stdout.getvalue()


def test_nothing_is_written_and_no_statement_of_a_script_is_executed(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.line("a1", "b2")
    planned(project)
    assert state(database) == ([], [])


def test_what_reads_the_database_cannot_be_shown_and_says_where(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1", upgrade=f'op.create_table("t", sa.Column("id", sa.Integer))\n{READS}\nop.drop_table("t")')
    project.add("b2", "a1")
    (plan,) = planned(project)
    first, second = plan["steps"]
    assert [item["operation"] for item in first["operations"]] == ["create_table"]
    assert first["obstacle"] == "line 16: reads the database"
    assert second["obstacle"] is None
    assert "  ! The rest cannot be shown: line 16: reads the database\n" in shown(project)


def test_a_block_outside_of_the_transaction_is_told(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1", upgrade="with op.get_context().autocommit_block():\n    op.execute('ANALYZE')")
    project.add("b2", "a1")
    (plan,) = planned(project)
    assert [step["transactional"] for step in plan["steps"]] == [False, database.name != "mysql"]


def test_down_is_shown_when_asked_for(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.line("a1", "b2")
    command.upgrade(project.config(), "head")
    assert shown(project) == "Nothing to run.\n"
    text = shown(project, "base", downgrade=True)
    assert text.startswith("downgrade b2 -> a1, revision b2\n")
    assert "  - drop_table t_b2\n    ! All that table t_b2 holds is lost here.\n      DROP TABLE t_b2;\n" in text
    (plan,) = planned(project, "-1", downgrade=True)
    assert [step["revision"] for step in plan["steps"]] == ["b2"]


def test_how_long_it_took_is_told_from_here_or_from_a_file(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path / "project", database.url)
    project.line("a1", "b2")
    command.upgrade(project.config(), "a1")
    command.downgrade(project.config(), "base")
    config = project.config()
    config.stdout = io.StringIO()
    command.log(config, as_json=True)
    log = json.loads(config.stdout.getvalue())
    for record in log:
        record.update(revision="b2", direction="upgrade", seconds=12.5)
    path = tmp_path / "staging.json"
    path.write_text(json.dumps(log))
    (plan,) = planned(project, timings=str(path))
    first, second = plan["steps"]
    assert first["timed"] == "here"
    assert 0 <= first["seconds"] < 60
    assert (second["timed"], second["seconds"]) == ("elsewhere", 12.5)
    assert "; took 12.50 s elsewhere\n" in shown(project, timings=str(path))


@pytest.mark.parametrize("text", ["no json", "{}", "[1]", '[{"revision": "a1"}]'])
def test_a_file_of_something_else_is_refused(sqlite_database: Database, tmp_path: Path, text: str) -> None:
    project = Project(tmp_path / "project", sqlite_database.url)
    project.add("a1")
    path = tmp_path / "staging.json"
    path.write_text(text)
    if text == "{}":
        assert planned(project, timings=str(path))[0]["steps"][0]["timed"] is None
        return
    with pytest.raises(CommandError, match="is not what whimbrel log --json prints"):
        planned(project, timings=str(path))
    with pytest.raises(CommandError, match="cannot be read"):
        planned(project, timings=str(tmp_path / "nothing.json"))


def test_check_ends_with_a_code_of_its_own(sqlite_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.line("a1", "b2")
    with pytest.raises(RevisionsPending) as caught:
        command.plan(project.config(), check=True)
    assert caught.value.exit_code == 4
    assert caught.value.revisions == ("a1", "b2")
    assert str(caught.value) == "Not run yet: a1, b2.\nRun them:  whimbrel upgrade heads"
    command.upgrade(project.config(), "head")
    command.plan(project.config(), check=True)


def test_the_command_line(sqlite_database: Database, tmp_path: Path, capsys: Any, monkeypatch: Any) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.line("a1", "b2")
    ini = f"[whimbrel]\nscript_location = {project.migrations}\nsqlalchemy.url = {project.url}\n"
    (tmp_path / "whimbrel.ini").write_text(ini)
    monkeypatch.chdir(tmp_path)
    assert main(["plan", "--check", "a1"]) == 4
    out, err = capsys.readouterr()
    assert out.startswith("upgrade  -> a1, revision a1\n")
    assert "b2" not in out
    assert err.endswith("Error: Not run yet: a1.\nRun it:  whimbrel upgrade a1\n")
    assert main(["upgrade", "head"]) == 0
    assert main(["plan", "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["steps"] == []


def test_an_interrupted_revision_is_told(mysql_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, mysql_database.url)
    body = 'op.create_table("one", sa.Column("id", sa.Integer))\nop.execute("SELECT nothing FROM nowhere")'
    project.add("a1", upgrade=body)
    with pytest.raises(CommandError):
        command.upgrade(project.config(), "head")
    (plan,) = planned(project)
    assert plan["unfinished"] == {"revision": "a1", "direction": "upgrade"}
    assert shown(project).startswith("Revision a1 was interrupted in upgrade(): it comes first.\n")


def test_a_script_learns_that_it_is_only_looked_at(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    body = 'from whimbrel import context\nop.execute(f"SELECT {int(context.is_offline_mode())}")'
    project.add("a1", upgrade=body)
    (plan,) = planned(project)
    assert plan["steps"][0]["operations"][0]["sql"] == "SELECT 1;"


def test_what_a_file_says_of_itself_is_told(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.add("a1")
    path = project.add("b2", "a1")
    path.write_text(path.read_text() + '\ntransactional = False\nirreversible = "rows were merged"\n')
    (plan,) = planned(project)
    assert [step["transactional"] for step in plan["steps"]] == [database.name != "mysql", False]
    command.upgrade(project.config(), "head")
    with pytest.raises(CommandError, match="rows were merged"):
        planned(project, "a1", downgrade=True)
