"""Columns that become NOT NULL where there are rows, by the command line on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

TABLE = """
    sa.Table(
        "author",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50){name}),
        {more}
    )
"""


def models(name: str = "", more: str = "") -> str:
    return TABLE.format(name=name, more=more)


BORN = 'sa.Column("born", sa.Integer, nullable=False),'


@pytest.fixture
def app(app):
    """A project whose database has a table without rows."""
    app.models(models())
    app.ok("revision", "--autogenerate", "-m", "first", "--rev-id", "a1")
    app.ok("upgrade", "head")
    return app


def with_rows(app):
    app.sql("INSERT INTO author (id, name) VALUES (1, 'Ada')", "INSERT INTO author (id) VALUES (2)")


def columns(app) -> dict[str, bool]:
    """Whether each column may be NULL."""
    import sqlalchemy as sa

    return {column["name"]: column["nullable"] for column in sa.inspect(app.database.engine()).get_columns("author")}


NEW = """\
def upgrade() -> None:
    # TODO: say what author.born is in rows that are there, in the UPDATE below. Then
    # delete the next line, which lets only tables without rows pass.
    op.require_no_rows("author")
    op.add_column("author", sa.Column("born", sa.Integer(), nullable=True))
    # op.execute("UPDATE author SET born = ... WHERE born IS NULL")
    op.alter_column("author", "born", existing_type=sa.Integer(), nullable=False)


def downgrade() -> None:
    # All that column author.born holds is lost here.
    op.drop_column("author", "born")
"""
NEW_IN_BATCHES = """\
def upgrade() -> None:
    # TODO: say what author.born is in rows that are there, in the UPDATE below. Then
    # delete the next line, which lets only tables without rows pass.
    op.require_no_rows("author")
    with op.batch_alter_table("author", schema=None) as batch_op:
        batch_op.add_column(sa.Column("born", sa.Integer(), nullable=True))
    # op.execute("UPDATE author SET born = ... WHERE born IS NULL")
    with op.batch_alter_table("author", schema=None) as batch_op:
        batch_op.alter_column("born", existing_type=sa.Integer(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("author", schema=None) as batch_op:
        # All that column author.born holds is lost here.
        batch_op.drop_column("born")
"""


class TestNewColumn:
    def test_pains_row_19_an_empty_table_is_upgraded_without_editing_and_back(self, app) -> None:
        app.models(models(more=BORN))
        app.ok("revision", "--autogenerate", "-m", "second", "--rev-id", "b2")
        assert app.script() == (NEW_IN_BATCHES if app.database.url.startswith("sqlite") else NEW)
        app.ok("upgrade", "head")
        assert columns(app) == {"id": False, "name": True, "born": False}
        assert app.ok("check") == "No new upgrade operations detected.\n"
        app.ok("downgrade", "a1")
        assert columns(app) == {"id": False, "name": True}

    def test_pains_row_19_a_table_with_rows_is_refused_untouched_and_done_when_the_script_says_what(self, app) -> None:
        with_rows(app)
        app.models(models(more=BORN))
        app.ok("revision", "--autogenerate", "-m", "second", "--rev-id", "b2")
        code, said = app.run("upgrade", "head")
        assert code == 1
        assert re.search(r"Revision b2 failed in upgrade\(\), .*b2_second.py:\d+", said), said
        assert "Table author has rows, and this revision can run only where it has none." in said
        assert "Say in the revision what becomes of these rows" in said
        assert columns(app) == {"id": False, "name": True}
        app.edit('    op.require_no_rows("author")\n', "")
        app.edit("# op.execute", "op.execute")
        app.edit("born = ...", "born = 1900")
        app.ok("upgrade", "head")
        assert app.rows("SELECT id, born FROM author ORDER BY id") == [(1, 1900), (2, 1900)]
        assert columns(app)["born"] is False

    def test_the_default_of_the_model_is_the_value(self, app) -> None:
        with_rows(app)
        app.models(
            models(
                more="""
        sa.Column("born", sa.Integer, nullable=False, default=1900),
        sa.Column("kind", sa.Enum(enum.Enum("Kind", "poet critic"), name="kind"), nullable=False, default="poet"),
        sa.Column("fee", sa.Numeric(8, 2), nullable=False, default=decimal.Decimal("1.50")),
        sa.Column("since", sa.Date, nullable=False, default=datetime.date(2020, 1, 31)),
        sa.Column("alive", sa.Boolean, nullable=False, default=True),
        sa.Column("motto", sa.String(20), nullable=False, default="it's 5%: \\\\"),
        sa.Column("seen", sa.DateTime, nullable=False, default=sa.func.now()),"""
            )
        )
        app.ok("revision", "--autogenerate", "-m", "second")
        assert "TODO" not in app.script()
        app.ok("upgrade", "head")
        found = app.rows("SELECT born, kind, fee, since, alive, motto FROM author")
        assert [tuple(map(str, row)) for row in found] in (
            [("1900", "poet", "1.50", "2020-01-31", alive, "it's 5%: \\")] * 2 for alive in ("True", "1")
        ) or app.database.url.startswith("sqlite")
        assert app.rows("SELECT count(*) FROM author WHERE seen IS NULL") == [(0,)]
        assert not any(columns(app)[name] for name in ("born", "kind", "fee", "since", "alive", "motto", "seen"))
        app.ok("downgrade", "a1")
        assert columns(app) == {"id": False, "name": True}

    def test_one_value_for_all_is_none_for_a_unique_column(self, app) -> None:
        app.models(models(more='sa.Column("code", sa.Integer, nullable=False, default=1, unique=True),'))
        app.ok("revision", "--autogenerate", "-m", "second")
        assert 'op.require_no_rows("author")' in app.script()

    def test_what_has_a_server_default_is_added_in_one_step(self, app) -> None:
        with_rows(app)
        app.models(models(more='sa.Column("born", sa.Integer, nullable=False, server_default="1900"),'))
        app.ok("revision", "--autogenerate", "-m", "second")
        assert "alter_column" not in app.script()
        app.ok("upgrade", "head")
        assert app.rows("SELECT born FROM author") == [(1900,), (1900,)]

    def test_the_way_back_of_a_column_that_is_dropped_asks_too(self, app) -> None:
        app.models(models(more=BORN))
        app.ok("revision", "--autogenerate", "-m", "second", "--rev-id", "b2")
        app.ok("upgrade", "head")
        app.models(models())
        app.ok("revision", "--autogenerate", "-m", "third", "--rev-id", "c3")
        app.ok("upgrade", "head")
        app.ok("downgrade", "b2")
        assert columns(app)["born"] is False
        app.ok("upgrade", "head")
        with_rows(app)
        code, said = app.run("downgrade", "b2")
        assert code == 1
        assert "Table author has rows, and this revision can run only where it has none." in said
        assert "born" not in columns(app)


class TestExistingColumn:
    def test_pains_row_19_rows_with_null_are_refused_until_the_script_says_what(self, app) -> None:
        app.models(models(name=", nullable=False"))
        app.ok("revision", "--autogenerate", "-m", "second", "--rev-id", "b2")
        script = app.script()
        assert "# TODO: say what author.name is where it is NULL, in this UPDATE." in script
        assert 'op.require_no_rows("author", where="name IS NULL")' in script
        app.ok("upgrade", "head")
        app.ok("downgrade", "a1")
        app.sql("INSERT INTO author (id, name) VALUES (1, 'Ada')")
        app.ok("upgrade", "head")
        app.ok("downgrade", "a1")
        app.sql("INSERT INTO author (id) VALUES (2)")
        code, said = app.run("upgrade", "head")
        assert code == 1
        assert "Table author has rows where name IS NULL, and this revision can run only where it has none." in said
        assert columns(app)["name"] is True
        app.edit("# op.execute", "op.execute")
        app.edit("name = ...", "name = 'none'")
        app.ok("upgrade", "head")
        assert app.rows("SELECT name FROM author ORDER BY id") == [("Ada",), ("none",)]
        assert columns(app)["name"] is False

    def test_the_default_of_the_model_is_the_value(self, app) -> None:
        with_rows(app)
        app.models(models(name=', nullable=False, default="none"'))
        app.ok("revision", "--autogenerate", "-m", "second")
        app.ok("upgrade", "head")
        assert app.rows("SELECT name FROM author ORDER BY id") == [("Ada",), ("none",)]


class TestAtATerminal:
    """A person is asked; what is answered is the same on all databases."""

    def test_steps_are_the_default(self, app) -> None:
        app.models(models(more=BORN))
        said = app.answering([""], "revision", "--autogenerate", "-m", "second")
        assert "Column author.born (INTEGER) is new and NOT NULL, without a server default." in said
        assert 'op.require_no_rows("author")' in app.script()

    def test_a_value_for_the_rows_that_are_there(self, app) -> None:
        with_rows(app)
        app.models(models(more=BORN))
        app.answering(["2", "1900 + id"], "revision", "--autogenerate", "-m", "second")
        assert 'op.execute("UPDATE author SET born = 1900 + id WHERE born IS NULL")' in app.script()
        app.ok("upgrade", "head")
        assert app.rows("SELECT born FROM author ORDER BY id") == [(1901,), (1902,)]

    def test_a_server_default(self, app) -> None:
        with_rows(app)
        app.models(models(more=BORN))
        app.answering(["3", "1900"], "revision", "--autogenerate", "-m", "second")
        assert '# The model lacks this default: server_default=sa.text("1900").' in app.script()
        app.ok("upgrade", "head")
        assert app.rows("SELECT born FROM author") == [(1900,), (1900,)]

    def test_nothing(self, app) -> None:
        app.models(models(more=BORN))
        app.answering(["4"], "revision", "--autogenerate", "-m", "second")
        assert 'sa.Column("born", sa.Integer(), nullable=False)' in app.script()
        assert "require_no_rows" not in app.script()

    def test_a_column_that_is_there_has_three_answers(self, app) -> None:
        with_rows(app)
        app.models(models(name=", nullable=False"))
        said = app.answering(["2", "'none'"], "revision", "--autogenerate", "-m", "second")
        assert "Column author.name (VARCHAR(50)) becomes NOT NULL. What is it where it is NULL?" in said
        assert "server default" not in said
        app.ok("upgrade", "head")
        assert app.rows("SELECT name FROM author ORDER BY id") == [("Ada",), ("none",)]


def test_several_columns_take_one_round(app) -> None:
    app.models(
        models(
            name=", nullable=False",
            more="""
        sa.Column("born", sa.Integer, nullable=False, index=True),
        sa.Column("died", sa.Integer),
        sa.Column("kind_of_author_in_a_name_that_is_long", sa.String(200), nullable=False, default="x" * 60),""",
        )
    )
    app.ok("revision", "--autogenerate", "-m", "second", "--rev-id", "b2")
    script = app.script()
    upgrade = script[: script.index("def downgrade")]
    assert script.count('op.require_no_rows("author")') == 1
    assert upgrade.count("with op.batch_alter_table") == (2 if app.database.url.startswith("sqlite") else 0)
    (path,) = (app.folder / "migrations/versions").glob("b2*.py")
    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", str(path)], capture_output=True, text=True
    )
    assert formatted.returncode == 0, formatted.stdout
    app.ok("upgrade", "head")
    assert app.ok("check") == "No new upgrade operations detected.\n"
    app.ok("downgrade", "base")


def test_as_text_it_is_told_what_to_look_for(app) -> None:
    app.models(models(name=", nullable=False", more=BORN))
    app.ok("revision", "--autogenerate", "-m", "second", "--rev-id", "b2")
    code, said = app.run("upgrade", "a1:b2", "--sql")
    assert "-- This has to find nothing: SELECT 1 FROM author\n" in said
    assert "-- This has to find nothing: SELECT 1 FROM author WHERE name IS NULL\n" in said or code == 1
