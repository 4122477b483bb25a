"""The version table: its name, its width, its rows."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import UnknownDatabaseRevision
from whimbrel.runtime.migration import MigrationContext

ODD = 'it\'s "odd" 100% ;--'


def heads(database: Database, **options: object) -> tuple[str, ...]:
    with database.engine().connect() as connection:
        return tuple(sorted(MigrationContext.configure(connection, opts=options).get_current_heads()))


def test_a_database_without_the_table_is_at_nothing(database: Database) -> None:
    assert heads(database) == ()
    assert sa.inspect(database.engine()).get_table_names() == []


def test_pain_13_ids_of_any_accepted_length_fit(database: Database, tmp_path: Path) -> None:
    longest = "x" * 255
    project = Project(tmp_path, database.url)
    project.add("a1")
    project.add(longest, "a1", upgrade="pass", downgrade="pass")
    command.upgrade(project.config(), "head")
    assert heads(database) == (longest,)
    command.downgrade(project.config(), "base")
    assert heads(database) == ()


def test_pain_13_a_narrow_table_keeps_working_and_is_widened_when_a_long_id_comes(
    database: Database, tmp_path: Path
) -> None:
    with database.engine().begin() as connection:
        connection.execute(sa.text("CREATE TABLE whimbrel_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(sa.text("INSERT INTO whimbrel_version VALUES ('a1')"))
    project = Project(tmp_path, database.url)
    project.line("a1", "b2")
    command.upgrade(project.config(), "head")
    columns = sa.inspect(database.engine()).get_columns("whimbrel_version")
    assert columns[0]["type"].length == 32  # type: ignore[attr-defined]  # a String
    long = "y" * 60
    project.add(long, "b2", upgrade="pass", downgrade="pass")
    command.upgrade(project.config(), "head")
    assert heads(database) == (long,)


def test_the_name_and_the_schema_are_configurable(postgresql_database: Database, tmp_path: Path) -> None:
    with postgresql_database.engine().begin() as connection:
        connection.execute(sa.text('CREATE SCHEMA "my meta"'))
    project = Project(tmp_path, postgresql_database.url)
    project.line("a1", "b2")
    config = project.config(version_table='state "of" it', version_table_schema="my meta")
    command.upgrade(config, "head")
    command.downgrade(config, "a1")
    inspector = sa.inspect(postgresql_database.engine())
    assert sorted(inspector.get_table_names(schema="my meta")) == ['state "of" it', "whimbrel_history"]
    options = {"version_table": 'state "of" it', "version_table_schema": "my meta"}
    assert heads(postgresql_database, **options) == ("a1",)


def test_without_a_primary_key_when_told_so(database: Database, tmp_path: Path) -> None:
    with database.engine().begin() as connection:
        MigrationContext.configure(connection, opts={"version_table_pk": False}).ensure_version_table()
    assert sa.inspect(database.engine()).get_pk_constraint("whimbrel_version")["constrained_columns"] == []


def test_pain_30_ids_reach_the_database_as_values_never_as_sql(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    ids = ["it's", "b;drop", "100%", 'q"x']
    project.line(*ids, upgrade="pass", downgrade="pass")
    for id in ids:
        command.upgrade(project.config(), id)
        assert heads(database) == (id,)
    command.downgrade(project.config(), "base")
    command.stamp(project.config(), ids[0])
    assert heads(database) == (ids[0],)


def test_pain_30_ids_are_quoted_in_sql_text(tmp_path: Path) -> None:
    import io

    project = Project(tmp_path, "postgresql+psycopg://u@h/x")
    project.line("it's", "100%", upgrade="pass", downgrade="pass")
    config = project.config()
    config.output_buffer = io.StringIO()
    command.upgrade(config, "head", sql=True)
    text = config.output_buffer.getvalue()
    assert "VALUES ('it''s')" in text
    assert "SET version_num='100%' WHERE whimbrel_version.version_num = 'it''s'" in text


def test_pain_23_a_row_that_no_file_has_is_explained(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.line("a1b2c3", "d4e5f6")
    command.upgrade(project.config(), "head")
    (project.versions / "d4e5f6.py").rename(tmp_path / "elsewhere.py")
    project.add("d4e5f7", "a1b2c3")
    for run in (command.upgrade, command.downgrade):
        with pytest.raises(UnknownDatabaseRevision) as caught:
            run(project.config(), "a1b2c3")
        assert caught.value.revision == "d4e5f6"
        assert caught.value.nearest == ("d4e5f7",)
        assert "whimbrel_version" in caught.value.message
        assert "whimbrel stamp --purge" in str(caught.value)
    command.stamp(project.config(), "a1b2c3", purge=True)
    assert heads(database) == ("a1b2c3",)


def test_a_row_moved_by_somebody_else_in_the_meantime_stops_the_run(
    postgresql_database: Database, tmp_path: Path
) -> None:
    steal = f"""
    other = sa.create_engine({postgresql_database.url!r}, poolclass=sa.NullPool)
    with other.begin() as connection:
        connection.execute(sa.text("UPDATE whimbrel_version SET version_num = 'elsewhere'"))
    """
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1")
    project.add("b2", "a1", upgrade=steal)
    from whimbrel.errors import CommandError

    with pytest.raises(CommandError, match="was to have one row 'a1'; 0 matched"):
        command.upgrade(project.config(), "head")
