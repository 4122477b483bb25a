"""A whole history as a script for SQL*Plus, over the real command line and without a driver."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from testing.projects import Project
from testing.wings import dedent
from whimbrel.cli.main import main

URL = "oracle+oracledb://scott:tiger@server/?service_name=app"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = Project(tmp_path, URL)
    project.add(
        "a1",
        upgrade="""
            book = op.create_table("book", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.String(9)))
            op.bulk_insert(book, [{"id": 1, "n": "/"}])
        """,
        downgrade='op.drop_table("book")',
    )
    project.add(
        "b2",
        "a1",
        upgrade="""
            op.execute("CREATE VIEW books AS SELECT n FROM book")
            op.execute("BEGIN\\n    NULL;\\nEND;")
        """,
        downgrade='op.execute("DROP VIEW books")',
    )
    write_settings(project)
    monkeypatch.chdir(project.folder)
    monkeypatch.setitem(sys.modules, "oracledb", None)  # importing it fails, as where it is not installed
    return project


ENV = """
from whimbrel import context

context.configure(url=context.config.get_main_option("sqlalchemy.url"), literal_binds=True, {})
with context.begin_transaction():
    context.run_migrations()
"""


def write_settings(project: Project, env: str | None = None) -> None:
    url = URL.replace("%", "%%")
    (project.folder / "whimbrel.ini").write_text(
        f"[whimbrel]\nscript_location = %(here)s/migrations\nsqlalchemy.url = {url}\n"
    )
    if env is not None:
        (project.migrations / "env.py").write_text(env)


def written(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["-q", *words]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return "\n".join(line.rstrip() for line in out.strip().splitlines())


UPGRADE = """
    CREATE TABLE whimbrel_version (
        version_num VARCHAR2(255 CHAR) NOT NULL,
        CONSTRAINT whimbrel_version_pkc PRIMARY KEY (version_num)
    )

    /

    -- Running upgrade  -> a1

    CREATE TABLE book (
        id INTEGER NOT NULL,
        n VARCHAR2(9 CHAR),
        PRIMARY KEY (id)
    )

    /

    INSERT INTO book (id, n) VALUES (1, '/')

    /

    INSERT INTO whimbrel_version (version_num) VALUES ('a1')

    /

    -- Running upgrade a1 -> b2

    CREATE VIEW books AS SELECT n FROM book

    /

    BEGIN
        NULL;
    END;

    /

    UPDATE whimbrel_version SET version_num='b2' WHERE whimbrel_version.version_num = 'a1'

    /
"""

DOWNGRADE = """
    -- Running downgrade b2 -> a1

    DROP VIEW books

    /

    UPDATE whimbrel_version SET version_num='a1' WHERE whimbrel_version.version_num = 'b2'

    /
"""


def test_upgrade(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, "upgrade", "head", "--sql") == dedent(UPGRADE)


def test_downgrade(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, "downgrade", "b2:a1", "--sql") == dedent(DOWNGRADE)


def test_transactions_where_they_are_asked_for(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    write_settings(project, ENV.format("transactional_ddl=True"))
    between = dedent(DOWNGRADE)
    assert written(capsys, "downgrade", "b2:a1", "--sql") == (
        f"SET TRANSACTION READ WRITE\n\n/\n\n{between}\n\nCOMMIT\n\n/"
    )


@pytest.mark.parametrize(("separator", "line"), [("RUN", "RUN\n\n"), ("", "")])
def test_another_separator(project: Project, capsys: pytest.CaptureFixture[str], separator: str, line: str) -> None:
    write_settings(project, ENV.format(f"oracle_batch_separator={separator!r}"))
    sql = written(capsys, "downgrade", "b2:a1", "--sql") + "\n\n"
    assert sql == f"{dedent(DOWNGRADE)}\n\n".replace("/\n\n", line)
