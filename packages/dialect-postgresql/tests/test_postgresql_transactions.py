"""PostgreSQL's DDL is transactional: whatever fails half-way leaves nothing."""

from __future__ import annotations

import asyncio
import io

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Connection, Integer

from testing.databases import Database
from testing.wings import apply
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext
from whimbrel_postgresql.impl import PostgresqlImpl


def test_postgresql_says_that_its_ddl_is_transactional() -> None:
    assert PostgresqlImpl.transactional_ddl is True


def test_half_a_revision_leaves_nothing(postgresql_database: Database) -> None:
    def fail_half_way(op: Operations) -> None:
        op.create_table("one", Column("id", Integer))
        op.execute("INSERT INTO one VALUES (1)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        apply(postgresql_database, fail_half_way)
    with postgresql_database.engine().connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_asyncpg(postgresql_database: Database) -> None:
    def change(connection: Connection) -> None:
        context = MigrationContext.configure(connection)
        op = Operations(context)
        with context.begin_transaction():
            op.create_table("t", Column("id", Integer), Column("a", Integer))
            op.bulk_insert(sa.table("t", sa.column("id", Integer)), [{"id": 1}, {"id": 2}])
            op.alter_column("t", "id", type_=sa.String(5), postgresql_using="'no. ' || id")
            with context.autocommit_block():
                op.create_index("ix", "t", ["id"], postgresql_concurrently=True)

    async def migrate() -> None:
        engine = postgresql_database.async_engine()
        async with engine.connect() as connection:
            await connection.run_sync(change)
        await engine.dispose()

    asyncio.run(migrate())
    with postgresql_database.engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM t ORDER BY id").scalars().all() == ["no. 1", "no. 2"]


def test_text_is_between_begin_and_commit() -> None:
    stream = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": stream})
    with context.begin_transaction():
        op = Operations(context)
        op.drop_table("t")
        with context.autocommit_block():
            op.drop_index("ix", postgresql_concurrently=True)
    assert stream.getvalue() == (
        "BEGIN;\n\nDROP TABLE t;\n\nCOMMIT;\n\nDROP INDEX CONCURRENTLY ix;\n\nBEGIN;\n\nCOMMIT;\n\n"
    )
