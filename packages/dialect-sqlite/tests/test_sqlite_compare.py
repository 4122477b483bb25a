"""Comparing models with SQLite: what was created from them does not differ from them, what differs is found."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from testing.all_types import made, rejected, type_classes
from testing.databases import Database
from testing.sqlite import script
from testing.sqlite_models import BY_HAND, DIFFER, NOT_THERE, OPTIONS, by_hand, corpus
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import compare_metadata
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.produce import produce
from whimbrel_sqlite import sweep
from whimbrel_sqlite.grammar import Unreadable, read_create_table
from whimbrel_sqlite.sweep import Sweep


def differences(database: Database, metadata: sa.MetaData, **options: Any) -> list[Any]:
    """What differs, all that can be compared being compared."""
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={**OPTIONS, **options})
        return compare_metadata(context, metadata)


def test_nothing_differs_from_what_was_created(sqlite_database):
    metadata = corpus()
    metadata.create_all(sqlite_database.engine())
    assert differences(sqlite_database, metadata) == []


@pytest.mark.parametrize("name", sorted(NOT_THERE))
def test_what_the_corpus_leaves_out_is_no_type_for_sqlite(sqlite_database, name):
    assert rejected(sqlite_database.engine(), made(name, type_classes(sqlite)[name]))


def test_nothing_differs_with_a_naming_convention(sqlite_database):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    for table in corpus().tables.values():
        if table.name not in ("types", "types_needed"):
            table.to_metadata(metadata)
    sa.Table("Odd Name", metadata, sa.Column("Odd Column", sa.ForeignKey("keys.id"), index=True, unique=True))
    metadata.create_all(sqlite_database.engine())
    assert differences(sqlite_database, metadata) == []


def test_texts_by_hand_are_the_same_as_models(sqlite_database):
    script(sqlite_database, BY_HAND)
    assert differences(sqlite_database, by_hand()) == []


@pytest.mark.parametrize("case", DIFFER)
def test_what_differs_is_told(sqlite_database, case):
    before, after, told = DIFFER[case]
    before.create_all(sqlite_database.engine())
    assert differences(sqlite_database, before) == []
    found = [
        part[0]
        for item in differences(sqlite_database, after)
        for part in ([item] if isinstance(item, tuple) else item)
    ]
    assert found == told


# -- what is not a table of the models --------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["fts3(a)", "fts4(a)", "fts5(a)", "rtree(id, low, high)"])
def test_virtual_tables_and_what_they_keep_are_left_alone(sqlite_database, module):
    script(sqlite_database, f"CREATE VIRTUAL TABLE [my search] USING {module}; CREATE TABLE a (id INTEGER PRIMARY KEY)")
    script(sqlite_database, "CREATE TABLE my (x INT); CREATE TABLE search_content (x INT)")
    found = differences(sqlite_database, sa.MetaData())
    assert {table.name for name, table in found if name == "remove_table"} == {"a", "my", "search_content"}
    assert len(found) == 3


def test_a_virtual_table_that_models_name_is_neither_created_nor_changed(sqlite_database):
    script(sqlite_database, "CREATE VIRTUAL TABLE search USING fts5(body)")
    metadata = sa.MetaData()
    sa.Table("search", metadata, sa.Column("rowid", sa.Integer, primary_key=True), sa.Column("body", sa.Text))
    with sqlite_database.engine().connect() as connection:
        run = MigrationContext.configure(connection, opts=OPTIONS)
        context = AutogenContext(run, metadata)
        assert produce(context).ops == []
    assert context.notes == ["Table search is not compared: it is a virtual table, made by its module."]


def test_a_module_that_is_not_loaded_does_not_matter(sqlite_database):
    script(
        sqlite_database,
        """
        CREATE VIRTUAL TABLE places USING fts5(body);
        CREATE TABLE t (id INTEGER PRIMARY KEY);
        PRAGMA writable_schema = ON;
        UPDATE sqlite_master SET sql = 'CREATE VIRTUAL TABLE places USING no_such_module(body)' WHERE name = 'places';
        """,
    )
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    assert differences(sqlite_database, metadata) == []


def test_what_is_sqlites_own_is_left_alone(sqlite_database):
    script(
        sqlite_database,
        """
        CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);
        CREATE INDEX i ON t (id DESC);
        INSERT INTO t DEFAULT VALUES;
        ANALYZE;
        CREATE VIEW v AS SELECT * FROM t;
        """,
    )
    metadata = sa.MetaData()
    table = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sqlite_autoincrement=True)
    sa.Index("i", table.c.id.desc())
    assert differences(sqlite_database, metadata) == []


# -- attached databases -----------------------------------------------------------------------------------------------


def test_attached_databases_are_compared_too(sqlite_database, tmp_path):
    metadata = sa.MetaData()
    sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("p", metadata, sa.Column("key", sa.Integer, primary_key=True), schema="other")
    sa.Table(
        "c",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("p", sa.ForeignKey("other.p.key", ondelete="CASCADE"), index=True),
        sa.Column("name", sa.String(10), unique=True),
        sa.CheckConstraint("name <> ''", name="named"),
        schema="other",
    )
    with sqlite_database.engine().connect() as connection:
        connection.exec_driver_sql("ATTACH ? AS other", (str(tmp_path / "other.sqlite"),))
        metadata.create_all(connection)
        connection.exec_driver_sql("CREATE TEMP TABLE p (something_else)")
        connection.exec_driver_sql("CREATE TABLE other.more (id)")
        connection.commit()
        context = MigrationContext.configure(connection, opts={**OPTIONS, "include_schemas": True})
        found = compare_metadata(context, metadata)
        assert [(name, table.schema, table.name) for name, table in found] == [("remove_table", "other", "more")]
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, metadata) == []
        main = sa.MetaData()
        for table in metadata.tables.values():
            table.to_metadata(main, schema=table.schema or "main", referred_schema_fn=lambda *names: "other")
        sa.Table("more", main, sa.Column("id", sa.Text), schema="other")
        context = MigrationContext.configure(connection, opts={**OPTIONS, "include_schemas": True})
        assert compare_metadata(context, main) == []


# -- what no directive says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "words", "default"),
    [
        ("sqlite_autoincrement", "AUTOINCREMENT", False),
        ("sqlite_with_rowid", "WITHOUT ROWID", True),
        ("sqlite_strict", "STRICT", False),
    ],
)
@pytest.mark.parametrize("gone", [False, True])
def test_options_of_a_table_are_noted_and_the_note_helps(sqlite_database, option, words, default, gone):
    def models(value: bool) -> sa.MetaData:
        metadata = sa.MetaData()
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), **{option: value})
        return metadata

    wanted = models(default if gone else not default)
    models(not default if gone else default).create_all(sqlite_database.engine())
    here, there = ("database", "models") if gone else ("models", "database")
    with sqlite_database.engine().begin() as connection:
        run = MigrationContext.configure(connection, opts=OPTIONS)
        context = AutogenContext(run, wanted)
        assert produce(context).ops == []
        (note,) = context.notes
        told, _, remedy = note.removesuffix(".").partition(" To make it anew: ")
        assert told == f"Table t is {words} in the {here} and not in the {there}."
        with Operations(run).batch_alter_table(
            "t", recreate="always", table_kwargs={option: default if gone else not default}
        ):
            pass
        context = AutogenContext(run, wanted)
        produce(context)
        assert context.notes == []
    assert remedy == f"op.batch_alter_table('t', recreate='always', table_kwargs={{{option!r}: {default is gone}}})"


# -- reading ----------------------------------------------------------------------------------------------------------


def test_tables_are_read_in_few_statements(sqlite_database):
    metadata = corpus()
    for number in range(50):
        sa.Table(
            f"t{number}",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("x", sa.ForeignKey("keys.id")),
        )
    metadata.create_all(sqlite_database.engine())
    engine = sqlite_database.engine()
    statements: list[str] = []
    with engine.connect() as connection:
        sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, metadata) == []
    assert len(statements) <= 20, statements


def test_a_text_that_cannot_be_read_is_reflected(sqlite_database, monkeypatch):
    """A grammar of a later SQLite: the tables that have it are SQLAlchemy's to read."""

    def unreadable(sql: str) -> Any:
        if "odd" in sql:
            raise Unreadable(sql, 0)
        return read_create_table(sql)

    metadata = sa.MetaData()
    for name in ("odd", "plain"):
        sa.Table(
            name,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("x", sa.String(10), unique=True, index=True),
            sa.CheckConstraint("x <> ''", name=f"ck_{name}"),
        )
    metadata.create_all(sqlite_database.engine())
    monkeypatch.setattr(sweep, "read_create_table", unreadable)
    assert differences(sqlite_database, metadata) == []
    assert [item[0] for item in differences(sqlite_database, sa.MetaData())] == ["remove_index", "remove_table"] * 2


def test_types_are_those_of_the_inspector(sqlite_database):
    corpus().create_all(sqlite_database.engine())
    with sqlite_database.engine().connect() as connection:
        inspector = sa.inspect(connection)
        (table,) = Sweep(connection, inspector, None, checks=False).read(["types"])
        found = {column["name"]: repr(column["type"]) for column in table.columns}
        said = {column["name"]: repr(column["type"]) for column in inspector.get_columns("types")}
    assert found.pop("collated") == "VARCHAR(length=20, collation='NOCASE')"
    assert found.pop("collated_binary") == "VARCHAR(length=20, collation='binary')"
    assert found.pop("varbinary") == "VARBINARY(length=4)"
    assert found == {name: said[name] for name in found}
