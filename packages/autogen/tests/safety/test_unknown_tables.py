"""Tables that the models lack: listed, and dropped only where that is allowed."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from testing.comparing import compared, made

MODELS = """
    sa.Table("account", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""
WITH_REVIEW = f"""{MODELS}
    sa.Table(
        "review",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("text", sa.String(20), index=True),
    )
"""
THEIRS = ["CREATE TABLE celery_task (id INTEGER NOT NULL PRIMARY KEY)"]
NOTE = "Table review is in the database only, and kept. To drop it:  whimbrel revision --autogenerate "


@pytest.fixture
def app(app):
    """A project that has made two tables, and lacks one of them since then."""
    app.models(WITH_REVIEW)
    app.ok("revision", "--autogenerate", "-m", "first", "--rev-id", "a1")
    app.ok("upgrade", "head")
    app.models(MODELS)
    return app


def test_pains_row_12_a_table_that_the_models_lack_is_kept_and_told(app) -> None:
    said = app.ok("revision", "--autogenerate", "-m", "second", "--rev-id", "b2")
    assert f"Note: {NOTE}--allow-drop-table review\n" in said
    assert "drop" not in app.script()
    app.ok("upgrade", "head")
    assert app.tables() == {"account", "review"}


def test_the_command_of_the_note_drops_it_and_nothing_else(app) -> None:
    app.sql(*THEIRS)
    note = "2 tables are in the database only, and kept: celery_task, review. To drop one of them:  "
    assert note in app.ok("diff")
    said = app.ok("revision", "--autogenerate", "-m", "second", "--allow-drop-table", "review")
    assert "Table celery_task is in the database only, and kept." in said
    app.ok("upgrade", "head")
    assert app.tables() == {"account", "celery_task"}
    app.ok("downgrade", "a1")
    assert app.tables() == {"account", "celery_task", "review"}
    assert [index["name"] for index in sa.inspect(app.database.engine()).get_indexes("review")] == ["ix_review_text"]


def test_check_passes_and_lists_it(app) -> None:
    assert app.ok("check") == f"Note: {NOTE}--allow-drop-table review\nNo new upgrade operations detected.\n"
    told = json.loads(app.ok("check", "--json"))
    assert told == {"differences": [], "notes": [f"{NOTE}--allow-drop-table review"]}


def test_check_and_diff_show_it_as_a_difference_where_it_may_be_dropped(app) -> None:
    code, said = app.run("check", "--allow-drop-table")
    assert code == 3
    assert "- table review" in said
    assert "Note" not in said
    assert "- table review" in app.ok("diff", "--allow-drop-table=rev*")


class TestWhatIsAllowed:
    """Where it is said, on SQLite: databases do not matter to it."""

    @pytest.fixture
    def app(self, new_app):
        app = new_app("sqlite")
        app.sql("CREATE TABLE review (id INTEGER PRIMARY KEY)", "CREATE TABLE legacy_a (id INTEGER PRIMARY KEY)")
        return app

    def dropped(self, app, *words: str) -> set[str]:
        told = json.loads(app.ok("diff", "--json", *words))
        return {item["name"] for item in told["differences"]}

    def test_nothing_by_default(self, app) -> None:
        assert self.dropped(app) == set()

    @pytest.mark.parametrize(
        ("setting", "dropped"),
        [("true", {"review", "legacy_a"}), ("legacy_*", {"legacy_a"}), ("false", set()), ("x, review", {"review"})],
    )
    def test_by_the_setting(self, app, setting: str, dropped: set[str]) -> None:
        app.settings(f"allow_drop_table = {setting}\n")
        assert self.dropped(app) == dropped

    def test_env_py_wins_over_the_setting(self, app) -> None:
        app.settings("allow_drop_table = true\n")
        app.options("allow_drop_table=['legacy_*']")
        assert self.dropped(app) == {"legacy_a"}

    def test_the_command_line_wins_over_both(self, app) -> None:
        app.settings("allow_drop_table = legacy_*\n")
        app.options("allow_drop_table=False")
        assert self.dropped(app, "--allow-drop-table", "review") == {"review"}
        assert self.dropped(app, "--allow-drop-table") == {"review", "legacy_a"}

    def test_it_goes_with_autogenerate(self, app) -> None:
        code, said = app.run("revision", "--allow-drop-table")
        assert code == 1
        assert "--allow-drop-table says what a comparison may find: it goes with --autogenerate." in said

    def test_what_filters_leave_out_is_not_told(self, app) -> None:
        app.options("include_name=lambda name, kind, parents: name != 'review'")
        assert "Table legacy_a is in the database only" in app.ok("diff")
        app.options("include_object=lambda item, name, kind, reflected, other: not reflected")
        assert "kept" not in app.ok("diff")

    def test_version_tables_are_nobodys(self, app) -> None:
        app.sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        app.sql("CREATE TABLE whimbrel_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        app.options("version_table='our_versions'")
        assert self.dropped(app, "--allow-drop-table") == {"review", "legacy_a"}

    def test_many_are_counted(self, app) -> None:
        app.sql(*(f"CREATE TABLE many_{number:02} (id INTEGER PRIMARY KEY)" for number in range(40)))
        assert "42 tables are in the database only, and kept: legacy_a, many_00, " in app.ok("diff")
        assert "many_28 and 12 more. To drop one of them:" in app.ok("diff")

    def test_called_by_hand_it_is_as_the_peer_has_it(self, app) -> None:
        assert 'op.drop_table("review")' in compared(app.database, sa.MetaData()).upgrade
        assert compared(app.database, sa.MetaData(), allow_drop_table=["no_*"]).upgrade == "pass"


class TestPostgresql:
    """What a server knows of who owns a table."""

    def test_what_belongs_to_a_table_that_is_kept_is_kept_with_it(self, postgresql_database) -> None:
        made(
            postgresql_database,
            "CREATE TYPE mood AS ENUM ('sad', 'glad')",
            "CREATE EXTENSION btree_gist",
            "CREATE SEQUENCE counter",
            "CREATE TABLE old (id SERIAL PRIMARY KEY, feels mood, n INTEGER DEFAULT nextval('counter'), r int4range, "
            "EXCLUDE USING gist (r WITH &&), UNIQUE (n))",
            "CREATE INDEX ix_old ON old (n)",
        )
        kept = compared(postgresql_database, sa.MetaData(), allow_drop_table=False)
        assert kept.upgrade == kept.downgrade == "pass"
        dropped = compared(postgresql_database, sa.MetaData(), allow_drop_table=["old"])
        assert 'op.drop_table("old")' in dropped.upgrade
        assert 'op.drop_enum_type("mood"' in dropped.upgrade

    def test_names_may_have_their_schema(self, postgresql_database) -> None:
        made(
            postgresql_database,
            "CREATE SCHEMA other",
            "CREATE TABLE other.t (id INTEGER PRIMARY KEY)",
            "CREATE TABLE t (id INTEGER PRIMARY KEY)",
        )

        def dropped(*names: str) -> list[tuple[str | None, str]]:
            found = compared(postgresql_database, sa.MetaData(), allow_drop_table=names, include_schemas=True)
            return [(op.schema, op.table_name) for op in found.script.upgrade_ops.ops]

        assert dropped("t") == [(None, "t")]
        assert dropped("public.*") == [(None, "t")]
        assert dropped("other.*") == [("other", "t")]
        kept = compared(postgresql_database, sa.MetaData(), allow_drop_table=[], include_schemas=True)
        assert "2 tables are in the database only, and kept: t, other.t." in kept.notes[-1]

    def test_pains_row_12_partitions_and_members_of_extensions_are_not_dropped_even_then(
        self, postgresql_database
    ) -> None:
        made(
            postgresql_database,
            "CREATE TABLE spatial_ref_sys (srid INTEGER PRIMARY KEY)",
            "CREATE EXTENSION btree_gist",
            "ALTER EXTENSION btree_gist ADD TABLE spatial_ref_sys",
            "CREATE TABLE log (id INTEGER NOT NULL, at DATE NOT NULL) PARTITION BY RANGE (at)",
            "CREATE TABLE log_2025 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
            "CREATE TABLE parent (id INTEGER NOT NULL)",
            "CREATE TABLE child () INHERITS (parent)",
        )
        metadata = sa.MetaData()
        sa.Table("log", metadata, sa.Column("id", sa.Integer, nullable=False), sa.Column("at", sa.Date, nullable=False))
        sa.Table("parent", metadata, sa.Column("id", sa.Integer, nullable=False))
        found = compared(postgresql_database, metadata, allow_drop_table=True)
        assert (found.upgrade, found.notes) == ("pass", [])
