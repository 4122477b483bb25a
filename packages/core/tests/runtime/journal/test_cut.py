"""The connection breaks in the middle of a revision; and the journal under async drivers."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from conftest import NewDatabase
from testing.databases import Database
from testing.projects import Project
from testing.proxy import cutting
from whimbrel import command
from whimbrel.errors import MigrationFailed

BOOK = 'op.create_table("book", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))\n'
CUT = 'op.get_context().config.attributes.get("cut", lambda: None)()\n'
SLOW = {
    "mysql": "CREATE TABLE slow AS SELECT SLEEP(1) AS x",
    "postgresql": "CREATE TABLE slow AS SELECT pg_sleep(1)::text AS x",
}


def between() -> str:
    block = 'with op.get_context().autocommit_block():\n    op.execute("INSERT INTO book VALUES (1)")\n'
    index = '    op.create_index("by_id", "book", ["id"], postgresql_concurrently=True)\n'
    return BOOK + block + "    " + CUT + index + 'op.add_column("book", sa.Column("x", sa.Integer))\n'


def found(database: Database) -> tuple[object, ...]:
    engine = database.engine()
    inspector = sa.inspect(engine)
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT * FROM book")).all()
        noted = connection.execute(sa.text("SELECT count(*) FROM whimbrel_journal")).scalar()
    names = sorted(column["name"] for column in inspector.get_columns("book"))
    return names, [item["name"] for item in inspector.get_indexes("book")], list(map(tuple, rows)), noted


@pytest.mark.parametrize("backend", ["postgresql", "mysql"])
def test_pains_row_7_a_connection_that_is_cut_between_two_statements(
    backend: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    database = new_database(backend)
    with cutting(database.url) as (url, proxy):
        project = Project(tmp_path, url)
        project.add("a1", upgrade=between())
        config = project.config()
        config.attributes["cut"] = proxy.cut
        with pytest.raises(MigrationFailed) as caught:
            command.upgrade(config, "head")
        assert "What it had done before stays, and is noted." in str(caught.value)
        command.upgrade(project.config(), "head")
    assert found(database) == (["id", "x"], ["by_id"], [(1, None)], 0)


@pytest.mark.parametrize("backend", ["postgresql", "mysql"])
def test_a_connection_that_is_cut_while_the_server_is_at_work(
    backend: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    database = new_database(backend)
    wait = (
        "import threading\nattributes = op.get_context().config.attributes\n"
        'timer = threading.Timer(0.3, attributes.get("cut", lambda: None))\ntimer.start()\n'
    )
    slow = f'op.execute("{SLOW[backend]}")\n'
    with cutting(database.url) as (url, proxy):
        project = Project(tmp_path, url)
        project.add("a1", upgrade=BOOK + wait + slow + 'op.add_column("book", sa.Column("x", sa.Integer))\n')
        config = project.config()
        config.attributes["cut"] = proxy.cut
        with pytest.raises(MigrationFailed):
            command.upgrade(config, "head")
        command.upgrade(project.config(), "head")
    engine = database.engine()
    assert {column["name"] for column in sa.inspect(engine).get_columns("book")} == {"id", "x"}
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM slow")).scalar() == 1


@pytest.mark.parametrize("backend", ["sqlite", "postgresql", "mysql"])
def test_statements_over_an_async_driver_are_noted_and_skipped_too(
    backend: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    database = new_database(backend)
    project = Project(tmp_path, database.async_url)
    project.add("a1", upgrade=between().replace("op.add_column", 'op.execute("nonsense")\nop.add_column'))
    with pytest.raises(MigrationFailed, match="nonsense"):
        command.upgrade(project.config(), "head")
    project.add("a1", upgrade=between())
    command.upgrade(project.config(), "head")
    assert found(database) == (["id", "x"], ["by_id"], [(1, None)], 0)
