"""Names that want to be SQL, or a path: from files, settings and the database; each is one name, and nothing more."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.config import Config

ID = """a'";DROP/**/TABLE/**/victim;#"""
LABEL = """l'";DROP/**/TABLE/**/victim;#"""
MESSAGE = """m'"); DROP TABLE victim; -- %s %(x)s :y \\ ../../etc"""
TABLE = """v'"; DROP TABLE victim; --"""
APPLICATION = """x'; DROP TABLE victim; --"""


@pytest.fixture
def project(database: Database, tmp_path: Path) -> Project:
    with database.engine().begin() as connection:
        connection.execute(sa.text("CREATE TABLE victim (id INTEGER)"))
    project = Project(tmp_path / "project", database.url)
    script = (
        f"{MESSAGE!r}\nimport sqlalchemy as sa\nfrom whimbrel import op\n"
        "revision = {id!r}\ndown_revision = {down!r}\nbranch_labels = {label!r}\n"
        "def upgrade():\n    op.create_table({table!r}, sa.Column('id', sa.Integer))\n"
        "def downgrade():\n    op.drop_table({table!r})\n"
    )
    for id, down, label, table in ((ID, None, LABEL, "one"), (f"{ID}2", ID, None, "two")):
        text = script.format(id=id, down=down, label=label, table=table)
        (project.versions / f"{table}.py").write_text(text)
    return project


def tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine()).get_table_names())


def settings(project: Project, lock: str) -> Config:
    config = project.config(run_lock=lock, application_name=APPLICATION)
    config.set_main_option("version_table", TABLE)
    config.set_main_option("history_table", f"h{TABLE}")
    config.stdout = io.StringIO()
    return config


@pytest.mark.parametrize("lock", ["auto", "lease"])
def test_every_run_takes_them_for_names(project: Project, database: Database, lock: str) -> None:
    if database.name == "sqlite" and lock == "lease":
        pytest.skip("SQLite has no lease: nobody could renew it while a revision writes")
    config = settings(project, lock)
    command.plan(config, f"{LABEL}@head")
    command.upgrade(config, "head")
    command.downgrade(config, ID)
    command.stamp(config, f"{ID}2")
    command.stamp(config, ID)
    command.repair(config)
    assert {"victim", "one", TABLE, f"h{TABLE}"} <= tables(database)
    with database.engine().connect() as connection:
        name = sa.table(TABLE, sa.column("version_num"))
        assert list(connection.execute(sa.select(name.c.version_num)).scalars()) == [ID]
    config.stdout = io.StringIO()
    command.log(config, as_json=True)
    records = json.loads(config.stdout.getvalue())
    assert [item["revision"] for item in records] == [ID, f"{ID}2", f"{ID}2", f"{ID}2", ID]
    assert {item["application"] for item in records} == {APPLICATION}


def test_sql_as_text_quotes_them(project: Project, database: Database) -> None:
    config = settings(project, "off")
    config.output_buffer = io.StringIO()
    command.upgrade(config, "head", sql=True)
    written = config.output_buffer.getvalue()
    quote = "`" if database.name == "mysql" else '"'
    assert TABLE.replace(quote, quote * 2) in written
    assert "a''\";DROP/**/TABLE/**/victim;#" in written
    comments = [line for line in written.splitlines() if line.startswith("-- Running")]
    assert len(comments) == 2


def test_rows_of_the_database_are_no_sql_either(project: Project, database: Database) -> None:
    command.ensure_version(project.config())
    with database.engine().begin() as connection:
        table = sa.table("whimbrel_version", sa.column("version_num"))
        connection.execute(table.insert(), {"version_num": ID})
    config = project.config()
    config.stdout = io.StringIO()
    command.current(config)
    command.stamp(config, "base")
    assert ID in config.stdout.getvalue()
    assert "victim" in tables(database)


def test_a_message_is_no_path(tmp_path: Path, sqlite_database: Database) -> None:
    project = Project(tmp_path / "project", sqlite_database.url)
    (project.migrations / "script.py.mako").write_text(
        '"""${message}"""\nrevision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n'
    )
    config = project.config()
    config.stdout = io.StringIO()
    for message in ("../../out", "/tmp/out", "a/../../b", "..\\..\\c", "con: $(touch x) `touch y`"):
        command.revision(config, message=message)
    written = {path.parent for path in tmp_path.rglob("*.py")}
    assert written == {project.versions}
