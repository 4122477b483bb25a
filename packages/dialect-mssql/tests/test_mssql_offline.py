"""A whole history as a script for ``sqlcmd``, over the real command line and without a driver."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from testing.projects import Project
from testing.wings import dedent
from whimbrel.cli.main import main

URL = "mssql+pyodbc://scott:tiger@server/app?driver=ODBC+Driver+18+for+SQL+Server"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    project = Project(tmp_path, URL)
    project.add(
        "a1",
        upgrade="""
            book = op.create_table("book", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.String(9)))
            op.bulk_insert(book, [{"id": 1, "n": "GO"}])
        """,
        downgrade='op.drop_table("book")',
    )
    project.add(
        "b2",
        "a1",
        upgrade="""
            op.execute("CREATE VIEW books AS SELECT n FROM book")
            with op.get_context().autocommit_block():
                op.execute("ALTER DATABASE CURRENT SET RECOVERY SIMPLE")
        """,
        downgrade='op.execute("DROP VIEW books")',
    )
    write_settings(project)
    monkeypatch.chdir(project.folder)
    monkeypatch.setitem(sys.modules, "pyodbc", None)  # importing it fails, as where it is not installed
    return project


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
    BEGIN TRANSACTION;

    GO

    CREATE TABLE whimbrel_version (
        version_num VARCHAR(255) NOT NULL,
        CONSTRAINT whimbrel_version_pkc PRIMARY KEY (version_num)
    );

    GO

    -- Running upgrade  -> a1

    CREATE TABLE book (
        id INTEGER NOT NULL IDENTITY,
        n VARCHAR(9) NULL,
        PRIMARY KEY (id)
    );

    GO

    SET IDENTITY_INSERT book ON;

    GO

    INSERT INTO book (id, n) VALUES (1, 'GO');

    GO

    SET IDENTITY_INSERT book OFF;

    GO

    INSERT INTO whimbrel_version (version_num) VALUES ('a1');

    GO

    COMMIT;

    GO

    BEGIN TRANSACTION;

    GO

    -- Running upgrade a1 -> b2

    CREATE VIEW books AS SELECT n FROM book;

    GO

    COMMIT;

    GO

    ALTER DATABASE CURRENT SET RECOVERY SIMPLE;

    GO

    BEGIN TRANSACTION;

    GO

    UPDATE whimbrel_version SET version_num='b2' WHERE whimbrel_version.version_num = 'a1';

    GO

    COMMIT;

    GO
"""


def test_upgrade(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, "upgrade", "head", "--sql") == dedent(UPGRADE)


def test_downgrade(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert written(capsys, "downgrade", "b2:a1", "--sql") == dedent(
        """
        BEGIN TRANSACTION;

        GO

        -- Running downgrade b2 -> a1

        DROP VIEW books;

        GO

        UPDATE whimbrel_version SET version_num='a1' WHERE whimbrel_version.version_num = 'b2';

        GO

        COMMIT;

        GO
        """
    )


@pytest.mark.parametrize(("separator", "line"), [("RUN", "RUN\n\n"), ("", "")])
def test_another_separator(project: Project, capsys: pytest.CaptureFixture[str], separator: str, line: str) -> None:
    write_settings(
        project,
        "from whimbrel import context\n"
        "context.configure(\n"
        "    url=context.config.get_main_option('sqlalchemy.url'), literal_binds=True,\n"
        f"    mssql_batch_separator={separator!r},\n"
        ")\n"
        "with context.begin_transaction():\n"
        "    context.run_migrations()\n",
    )
    sql = written(capsys, "downgrade", "b2:a1", "--sql")
    assert "GO" not in sql
    assert f"BEGIN TRANSACTION;\n\n{line}-- Running downgrade b2 -> a1\n\nDROP VIEW books;\n\n{line}UPDATE" in sql
