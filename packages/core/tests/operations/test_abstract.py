"""What any ``op`` can do: invoke, values, the connection, and to be current in its own thread and task."""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from whimbrel.errors import CommandError
from whimbrel.operations import Operations, ops
from whimbrel.operations.abstract import current_operations


def test_invoke_returns_what_the_implementation_returns(op: Operations) -> None:
    table = op.invoke(ops.CreateTableOp("t", [sa.Column("a", sa.Integer)]))
    assert isinstance(table, sa.Table)
    assert op.invoke(ops.ExecuteSQLOp("SELECT 1")) is None


def test_the_run_and_its_connection(new_run: Any, connection: sa.Connection) -> None:
    run = new_run(connection)
    op = Operations(run)
    assert op.get_context() is run
    assert op.get_bind() is connection
    assert op.impl is run.impl


def test_another_impl_can_stand_in(new_run: Any) -> None:
    run, other = new_run(), new_run()
    Operations(run, other.impl).execute("SELECT 1")
    assert (run.output.getvalue(), other.output.getvalue()) == ("", "SELECT 1;\n\n")


def test_a_verb_that_is_not_there_names_those_that_are_near(op: Operations) -> None:
    with pytest.raises(AttributeError) as caught:
        op.creat_table("t")
    assert str(caught.value).startswith("There is no operation 'creat_table'. Did you mean create_table")
    with pytest.raises(AttributeError, match="Is the plugin that has it installed"):
        op.zzz()
    assert not hasattr(op, "__wrapped__")


def test_inline_literals_stand_in_the_statement(op: Operations, connection: sa.Connection) -> None:
    seen: list[tuple[str, Any]] = []

    @sa.event.listens_for(connection, "before_cursor_execute")
    def look(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        seen.append((statement, parameters))

    op.execute(sa.select(op.inline_literal("it's"), op.inline_literal(5), op.inline_literal("x", sa.Text())))
    assert seen == [("SELECT 'it''s' AS anon_1, 5 AS anon_2, 'x' AS anon_3", ())]


def test_f_makes_a_name_final() -> None:
    assert isinstance(Operations.f("ck_t"), sa.schema.conv)
    assert Operations.f("ck_t") == "ck_t"


def test_op_is_current_within_its_context_only(new_run: Any) -> None:
    first, second = new_run(), new_run()
    with Operations.context(first) as outer:
        assert current_operations.get() is outer
        with Operations.context(second) as inner:
            assert current_operations.get() is inner
        assert current_operations.get() is outer
    assert current_operations.get(None) is None


def test_each_thread_has_its_own(new_run: Any) -> None:
    def work(number: int) -> str:
        run = new_run()
        with Operations.context(run):
            for _ in range(20):
                current_operations.get().execute(f"SELECT {number}")
        return str(run.output.getvalue())

    with ThreadPoolExecutor(8) as pool:
        outputs = list(pool.map(lambda number: contextvars.Context().run(work, number), range(20)))
    assert outputs == [f"SELECT {number};\n\n" * 20 for number in range(20)]


def test_each_task_has_its_own(new_run: Any) -> None:
    async def work(number: int) -> str:
        run = new_run()
        with Operations.context(run):
            for _ in range(5):
                await asyncio.sleep(0)
                current_operations.get().execute(f"SELECT {number}")
        return str(run.output.getvalue())

    async def main() -> list[str]:
        return await asyncio.gather(*(work(number) for number in range(20)))

    assert asyncio.run(main()) == [f"SELECT {number};\n\n" * 5 for number in range(20)]


def test_run_async_hands_the_async_connection_over(new_run: Any, tmp_path: Path) -> None:
    async def double(connection: AsyncConnection, number: int, *, add: int) -> int:
        assert isinstance(connection, AsyncConnection)
        found = await connection.scalar(sa.text("SELECT :n * 2").bindparams(n=number))
        return int(found) + add

    async def main() -> int:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}")
        async with engine.connect() as connection:
            result = await connection.run_sync(lambda sync: Operations(new_run(sync)).run_async(double, 4, add=1))
        await engine.dispose()
        return result

    assert asyncio.run(main()) == 9


async def _nothing(connection: AsyncConnection) -> None:
    raise AssertionError("is not called")


def test_run_async_needs_an_async_engine(new_run: Any, op: Operations) -> None:
    with pytest.raises(CommandError, match="this run has a synchronous one"):
        op.run_async(_nothing)
    with pytest.raises(CommandError, match="this run has none, it writes SQL as text"):
        Operations(new_run()).run_async(_nothing)


def test_a_directive_shows_what_it_says() -> None:
    assert repr(ops.RenameTableOp("a", "b")) == "RenameTableOp(table_name='a', new_table_name='b')"
    assert ops.RenameTableOp("a", "b").info == {}
    with pytest.raises(NotImplementedError, match="is not a difference"):
        ops.BulkInsertOp(sa.table("t"), []).to_diff_tuple()
