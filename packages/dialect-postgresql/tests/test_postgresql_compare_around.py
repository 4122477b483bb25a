"""What stands around a comparison with PostgreSQL: schemas, tables of others, what a role may do, how much is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, String, Table, text

from testing.databases import Database
from testing.scripted import OPTIONS, differences
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import compare_metadata


def execute(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    """Collect the statements of the block."""
    said: list[str] = []

    def take(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    sa.event.listen(engine, "before_cursor_execute", take)
    try:
        yield said
    finally:
        sa.event.remove(engine, "before_cursor_execute", take)


# -- tables of others -------------------------------------------------------------------------------------------------


def test_tables_of_an_extension_and_partitions_are_not_dropped(postgresql_database: Database) -> None:
    engine = postgresql_database.engine()
    metadata = MetaData()
    Table("parted", metadata, Column("at", sa.Date), postgresql_partition_by="RANGE (at)")
    metadata.create_all(engine)
    execute(
        engine,
        "CREATE TABLE parted_2024 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "CREATE TABLE parted_rest PARTITION OF parted DEFAULT",
        "CREATE EXTENSION hstore",
        "CREATE TABLE spatial_ref_sys (id int)",
        "ALTER EXTENSION hstore ADD TABLE spatial_ref_sys",
    )
    assert differences(engine, metadata) == []
    with engine.connect() as connection:
        impl = MigrationContext.configure(connection).impl
        assert impl.not_ours(None) == {
            "parted_2024": "partition of parted",
            "parted_rest": "partition of parted",
            "spatial_ref_sys": "extension hstore",
        }


def test_schemas_of_the_server_and_of_extensions_are_left_out(postgresql_database: Database) -> None:
    engine = postgresql_database.engine()
    execute(
        engine,
        "CREATE SCHEMA topology",
        "CREATE TABLE topology.layer (id int)",
        "CREATE EXTENSION hstore",
        "ALTER EXTENSION hstore ADD SCHEMA topology",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA app",
        "CREATE TABLE app.orphan (id int)",
    )
    found = differences(engine, MetaData(), include_schemas=True)
    assert [(kind, table.schema, table.name) for kind, table in found] == [("remove_table", "app", "orphan")]


# -- schemas and the search path --------------------------------------------------------------------------------------


def schemas(*, parent: str | None, target: str) -> MetaData:
    metadata = MetaData()
    Table("parent", metadata, Column("id", Integer, primary_key=True), schema=parent)
    Table("child", metadata, Column("id", Integer, primary_key=True), Column("up", ForeignKey(target)), schema="app")
    Table("here", metadata, Column("id", Integer, primary_key=True), Column("up", ForeignKey(target)))
    return metadata


@pytest.mark.parametrize(("parent", "target"), [(None, "parent.id"), ("public", "public.parent.id")])
@pytest.mark.parametrize(("parent_2", "target_2"), [(None, "parent.id"), ("public", "public.parent.id")])
def test_the_default_schema_may_be_named_or_not(
    parent: str | None, target: str, parent_2: str | None, target_2: str, postgresql_database: Database
) -> None:
    engine = postgresql_database.engine()
    execute(engine, "CREATE SCHEMA app")
    schemas(parent=parent, target=target).create_all(engine)
    assert differences(engine, schemas(parent=parent_2, target=target_2)) == []
    assert differences(engine, schemas(parent=parent_2, target=target_2), include_schemas=True) == []


@pytest.mark.parametrize("path", ["public", "public, shared", "shared, public", '"$user", public'])
def test_keys_across_schemas_are_the_same_whatever_is_searched(path: str, postgresql_database: Database) -> None:
    engine = postgresql_database.engine()
    execute(engine, "CREATE SCHEMA app", "CREATE SCHEMA shared")
    metadata = schemas(parent="shared", target="shared.parent.id")
    metadata.create_all(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SET search_path TO {path}")
        context = MigrationContext.configure(connection, opts={**OPTIONS, "include_schemas": True})
        assert compare_metadata(context, metadata) == []


def test_a_name_without_a_schema_is_found_where_it_is_searched(postgresql_database: Database) -> None:
    engine = postgresql_database.engine()
    execute(
        engine,
        "CREATE SCHEMA shared",
        "CREATE TYPE shared.mood AS ENUM ('happy', 'sad')",
        "CREATE TABLE shared.parent (id serial PRIMARY KEY)",
        "CREATE TABLE child (id serial PRIMARY KEY, mood shared.mood DEFAULT 'sad', up int REFERENCES shared.parent)",
    )
    metadata = MetaData()
    Table("parent", metadata, Column("id", Integer, primary_key=True), info={"elsewhere": True})
    Table(
        "child",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("mood", sa.Enum("happy", "sad", name="mood"), server_default="sad"),
        Column("up", ForeignKey("parent.id")),
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("SET search_path TO public, shared")
        options = {**OPTIONS, "include_object": lambda item, *_: not item.info.get("elsewhere")}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_an_enum_of_another_schema_is_created_and_dropped_there(postgresql_database: Database) -> None:
    engine = postgresql_database.engine()
    execute(engine, "CREATE SCHEMA app", "CREATE SCHEMA types")
    metadata = MetaData()
    mood = sa.Enum("happy", "sad", name="mood", schema="types")
    Table("a", metadata, Column("mood", mood))
    Table("b", metadata, Column("mood", mood), schema="app")
    found = differences(engine, metadata)
    assert [item[:3] for item in found if item[0] == "add_enum_type"] == [("add_enum_type", "types", "mood")]
    metadata.create_all(engine)
    assert differences(engine, metadata) == []
    found = differences(engine, MetaData(), include_schemas=True)
    assert [item[:3] for item in found if item[0] == "remove_enum_type"] == [("remove_enum_type", "types", "mood")]
    found = differences(engine, MetaData())  # says nothing of app.b, which has the type too
    assert [item[:3] for item in found if item[0] == "remove_enum_type"] == []


# -- asking -----------------------------------------------------------------------------------------------------------


def asked(*, bound: str) -> MetaData:
    metadata = MetaData()
    Table(
        "t",
        metadata,
        Column("a", Integer, server_default=text("1+1")),
        Column("b", String(10), server_default=text("upper('x')")),
        CheckConstraint(f"a>0 and a < {bound}", name="bounds"),
    )
    return metadata


def test_asking_leaves_nothing_behind_and_disturbs_no_transaction(postgresql_database: Database) -> None:
    engine = postgresql_database.engine()
    asked(bound="5").create_all(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE mine (id int)")
        context = MigrationContext.configure(
            connection, opts={**OPTIONS, "include_name": lambda name, *_: name != "mine"}
        )
        assert compare_metadata(context, asked(bound="5")) == []
        assert [item[0] for item in compare_metadata(context, asked(bound="6"))] == [
            "remove_constraint",
            "add_constraint",
        ]
        left = connection.exec_driver_sql("SELECT relname FROM pg_class WHERE relname LIKE 'whimbrel%%'").all()
        assert left == []
        assert connection.exec_driver_sql("SELECT current_setting('whimbrel.answers')").scalar_one() == ""
        connection.rollback()
    with engine.connect() as connection:
        assert not sa.inspect(connection).has_table("mine")


@pytest.mark.parametrize("isolation", ["AUTOCOMMIT", "SERIALIZABLE"])
def test_the_server_is_asked_whatever_the_isolation(isolation: str, postgresql_database: Database) -> None:
    engine = postgresql_database.engine()
    asked(bound="5").create_all(engine)
    assert differences(engine.execution_options(isolation_level=isolation), asked(bound="5")) == []


def test_where_nothing_may_be_written_text_has_to_do(postgresql_database: Database) -> None:
    engine = postgresql_database.engine()
    asked(bound="5").create_all(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        found = compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), asked(bound="5"))
        assert [item[0] if isinstance(item, tuple) else item[0][0] for item in found] == [
            "remove_constraint",
            "modify_default",
            "add_constraint",
        ]


def test_what_the_server_rejects_differs_and_spoils_nothing_else(postgresql_database: Database) -> None:
    engine = postgresql_database.engine()
    asked(bound="5").create_all(engine)
    found = differences(engine, asked(bound="no_such_column"))
    assert [item[0] for item in found] == ["remove_constraint", "add_constraint"]


# -- how much is asked ------------------------------------------------------------------------------------------------


def many(count: int) -> MetaData:
    metadata = MetaData()
    for number in range(count):
        table = Table(
            f"t{number}",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("name", String(20), server_default="x", comment="c"),
            Column("sum", Integer, server_default=text("1+1")),
            Column("mood", sa.Enum("happy", "sad", name="mood")),
            Column("up", ForeignKey(f"t{max(number - 1, 0)}.id")),
            sa.UniqueConstraint("name", "sum"),
            CheckConstraint("sum>0", name=f"k{number}"),
        )
        sa.Index(f"i{number}", sa.func.lower(table.c.name))
    return metadata


def test_as_many_statements_for_many_tables_as_for_few(postgresql_database: Database) -> None:
    engine = postgresql_database.engine()
    numbers = []
    for count in (3, 30):
        many(count).create_all(engine)
        with counted(engine) as said:
            assert differences(engine, many(count)) == []
        numbers.append(len(said))
    assert numbers[0] == numbers[1] <= 20
