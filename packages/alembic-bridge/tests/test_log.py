"""``log`` in a project of Alembic's, where nothing is recorded unless its env.py says so."""

from __future__ import annotations

from pathlib import Path

from testing.alembic_projects import AlembicProject


def test_it_says_why_there_is_nothing_and_what_it_names_switches_records_on(tmp_path: Path) -> None:
    project = AlembicProject(tmp_path)
    project.add("a1", "b2")
    project.run("upgrade", "a1")
    told = project.run("log")
    assert told.stdout == ""
    assert told.stderr.splitlines()[-1] == (
        "Warning: No records: nothing is recorded here, because history is off. To switch it on:  "
        "context.configure(..., history=True)  in env.py"
    )

    env = tmp_path / "migrations" / "env.py"
    env.write_text(env.read_text().replace("(connection=connection, ", "(connection=connection, history=True, "))
    project.run("upgrade", "b2")
    told = project.run("log")
    assert [line.split()[2:5] for line in told.stdout.splitlines()[1:]] == [["upgrade", "b2", "done"]]
    assert "No records" not in told.stderr
