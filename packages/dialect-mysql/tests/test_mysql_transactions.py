"""MySQL commits at each DDL statement; rows after the last one can still be rolled back."""

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
from whimbrel_mysql.impl import MariaDBImpl, MySQLImpl


def test_neither_says_that_its_ddl_is_transactional() -> None:
    assert MySQLImpl.transactional_ddl is False
    assert MariaDBImpl.transactional_ddl is False


def test_ddl_stays_and_rows_go(mysql_database: Database) -> None:
    def fail_half_way(op: Operations) -> None:
        op.create_table("one", Column("id", Integer))
        op.execute("INSERT INTO one VALUES (1)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        apply(mysql_database, fail_half_way)
    with mysql_database.engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM one").scalar_one() == 0


def test_aiomysql(mysql_database: Database) -> None:
    def change(connection: Connection) -> None:
        context = MigrationContext.configure(connection)
        op = Operations(context)
        with context.begin_transaction(_per_migration=True):
            op.create_table("t", Column("id", Integer, server_default="5"), Column("a", Integer))
            op.bulk_insert(sa.table("t", sa.column("id", Integer)), [{"id": 1}, {"id": 2}])
            op.alter_column("t", "id", nullable=False)

    async def migrate() -> None:
        engine = mysql_database.async_engine()
        async with engine.connect() as connection:
            await connection.run_sync(change)
        await engine.dispose()

    asyncio.run(migrate())
    with mysql_database.engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM t ORDER BY id").scalars().all() == [1, 2]


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_text_has_neither_begin_nor_commit(dialect: str) -> None:
    stream = io.StringIO()
    context = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True, "output_buffer": stream})
    with context.begin_transaction(_per_migration=True):
        Operations(context).drop_table("t")
    assert stream.getvalue() == "DROP TABLE t;\n\n"
