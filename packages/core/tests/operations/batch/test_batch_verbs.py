"""The verbs of a block: those of ``op`` without the table, collected, and carried out when the block ends."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from testing.databases import Database
from whimbrel.errors import CommandError, PluginError
from whimbrel.operations import (
    AbstractOperations,
    BatchOperations,
    MigrateOperation,
    OperationRegistry,
    Operations,
    ops,
)
from whimbrel.operations.registry import DECLARED

OWN = ["invoke", "register_operation", "take"]
VERBS = sorted(name for name, found in vars(BatchOperations).items() if not name.startswith("_") and name not in OWN)
VERBS = sorted({*VERBS, *(name for name in dir(BatchOperations) if DECLARED.batch_verb(name) is not None)})


def parameters(function: Any) -> list[tuple[str, inspect._ParameterKind, object, object]]:
    found = inspect.signature(function).parameters.values()
    return [(item.name, item.kind, item.default, item.annotation) for item in found]


def test_the_verbs_are_these() -> None:
    assert VERBS == [
        "add_column",
        "alter_column",
        "create_check_constraint",
        "create_foreign_key",
        "create_index",
        "create_primary_key",
        "create_table_comment",
        "create_unique_constraint",
        "drop_column",
        "drop_constraint",
        "drop_index",
        "drop_table_comment",
        "execute",
    ]


@pytest.mark.parametrize("verb", VERBS)
def test_facade_and_directive_list_the_same_parameters(verb: str) -> None:
    facade, directive = parameters(getattr(BatchOperations, verb)), parameters(DECLARED.batch_verb(verb))
    assert facade[1:] == directive[1:]  # the first is self here, operations there


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_takes_what_op_takes_but_the_table(verb: str) -> None:
    table = {"table_name", "schema", "source_table", "source_schema"}
    here = {item[0] for item in parameters(getattr(BatchOperations, verb))}
    there = {item[0] for item in parameters(getattr(Operations, verb))}
    assert there - table <= here
    assert here - there <= {"insert_before", "insert_after"}


def account(op: Operations) -> None:
    op.create_table("account", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(80)))
    op.bulk_insert(sa.table("account", sa.column("name")), [{"name": "Ada"}])


def in_block(op: Operations, changes: Callable[[BatchOperations], None], **kw: Any) -> None:
    with op.batch_alter_table("account", **kw) as batch:
        changes(batch)


def columns(connection: sa.Connection) -> list[str]:
    return [column["name"] for column in sa.inspect(connection).get_columns("account")]


def test_nothing_is_done_before_the_block_ends(op: Operations, connection: sa.Connection) -> None:
    account(op)
    with op.batch_alter_table("account") as batch:
        assert batch.add_column(sa.Column("email", sa.String(200))) is None
        assert columns(connection) == ["id", "name"]
    assert columns(connection) == ["id", "name", "email"]


def test_a_block_that_raises_does_nothing(op: Operations, connection: sa.Connection) -> None:
    def changes(batch: BatchOperations) -> None:
        batch.execute("DELETE FROM account")
        batch.add_column(sa.Column("email", sa.String(200)))
        raise ZeroDivisionError

    account(op)
    with pytest.raises(ZeroDivisionError):
        in_block(op, changes, recreate="always")
    assert columns(connection) == ["id", "name"]
    assert connection.scalar(sa.text("SELECT count(*) FROM account")) == 1


def test_a_verb_after_the_block_is_told_so(op: Operations) -> None:
    account(op)
    with op.batch_alter_table("account") as batch:
        pass
    with pytest.raises(CommandError, match=r"The block of batch_alter_table\('account'\) is over.*\nWrite it inside"):
        batch.drop_column("name")


def test_statements_are_executed_in_their_place(op: Operations, connection: sa.Connection) -> None:
    account(op)
    with op.batch_alter_table("account", recreate="always") as batch:
        batch.add_column(sa.Column("email", sa.String(200)))
        batch.execute("UPDATE account SET email = name || '@example.org'")
        batch.alter_column("email", nullable=False)
    assert connection.execute(sa.text("SELECT * FROM account")).all() == [(1, "Ada", "Ada@example.org")]
    assert not sa.inspect(connection).get_columns("account")[2]["nullable"]


def test_a_later_impossibility_stops_the_statement_before_it(op: Operations, connection: sa.Connection) -> None:
    def changes(batch: BatchOperations) -> None:
        batch.add_column(sa.Column("email", sa.String(200)))
        batch.execute("DELETE FROM account")
        batch.drop_column("nmae")

    account(op)
    with pytest.raises(CommandError, match=r"There is no column 'nmae'\. Did you mean name\?"):
        in_block(op, changes, recreate="always")
    assert columns(connection) == ["id", "name"]
    assert connection.scalar(sa.text("SELECT count(*) FROM account")) == 1


def test_without_changes_always_makes_the_table_anew_and_auto_does_nothing(sql: Callable[..., str]) -> None:
    table = sa.Table("account", sa.MetaData(), sa.Column("id", sa.Integer, nullable=False))

    def nothing(recreate: Any) -> Callable[[Operations], None]:
        def script(op: Operations) -> None:
            with op.batch_alter_table("account", recreate=recreate, copy_from=table):
                pass

        return script

    assert sql(nothing("auto")) == sql(nothing("never")) == ""
    assert "INSERT INTO _whimbrel_tmp_account (id) SELECT account.id AS id" in sql(nothing("always"))


def test_recreate_is_one_of_three(op: Operations) -> None:
    with pytest.raises(TypeError, match="'auto', 'always' or 'never', not 'yes'"):
        in_block(op, lambda batch: None, recreate="yes")


def test_the_run_is_at_hand_in_a_block(op: Operations, connection: sa.Connection) -> None:
    account(op)
    with op.batch_alter_table("account") as batch:
        assert batch.get_bind() is connection
        assert batch.get_context() is op.get_context()
        assert batch.f("name") == "name"
        assert isinstance(batch.inline_literal(1), sa.BindParameter)
        batch.invoke(ops.AddColumnOp("account", sa.Column("email", sa.String(200))))
    assert columns(connection) == ["id", "name", "email"]


def test_a_directive_about_another_table_is_carried_out_in_its_place(sql: Callable[..., str]) -> None:
    def script(op: Operations) -> None:
        with op.batch_alter_table("account") as batch:
            batch.drop_column("a")
            batch.invoke(ops.DropTableOp("other"))
            batch.invoke(ops.DropColumnOp("other", "x"))
            batch.drop_column("b")

    assert sql(script) == (
        "ALTER TABLE account DROP COLUMN a;\n\nDROP TABLE other;\n\nALTER TABLE other DROP COLUMN x;\n\n"
        "ALTER TABLE account DROP COLUMN b;\n\n"
    )


class StampOp(MigrateOperation):
    def __init__(self, table_name: str, words: str) -> None:
        self.table_name = table_name
        self.words = words

    @classmethod
    def stamp(cls, operations: Operations, table_name: str, words: str) -> None:
        operations.invoke(cls(table_name, words))

    @classmethod
    def batch_stamp(cls, operations: BatchOperations, words: str) -> None:
        operations.invoke(cls(operations.table_name, words))

    @classmethod
    def other(cls, operations: BatchOperations) -> None:
        operations.invoke(cls(f"{operations.schema}.{operations.table_name}", "other"))


class SilentOp(MigrateOperation):
    @classmethod
    def silent(cls, operations: Operations) -> None:
        operations.invoke(cls())


def stamp(operations: Operations, op: StampOp) -> None:
    operations.execute(f"COMMENT ON {op.table_name} IS '{op.words}'")


def with_stamp(op: Operations) -> OperationRegistry:
    registry: OperationRegistry = op.migration_context.registry
    registry.register_operation("stamp")(StampOp)
    registry.register_operation("silent")(SilentOp)
    registry.implementation_for(StampOp)(stamp)
    return registry


def test_a_plugins_verb_is_there_if_its_directive_has_the_method(sql: Callable[..., str]) -> None:
    def script(op: Operations) -> None:
        with_stamp(op)
        with op.batch_alter_table("account") as batch:
            assert "stamp" in dir(batch)
            assert "silent" not in dir(batch)
            assert "create_table" not in dir(batch)
            batch.stamp("x")
            with pytest.raises(AttributeError, match="There is no operation 'silent'"):
                batch.silent()

    assert sql(script) == "COMMENT ON account IS 'x';\n\n"


def test_a_verb_may_be_registered_for_blocks_alone(sql: Callable[..., str]) -> None:
    def script(op: Operations) -> None:
        with_stamp(op).register_batch_operation("stamp_it", "other")(StampOp)
        with op.batch_alter_table("account", schema="shop") as batch:
            batch.stamp_it()
        assert "stamp_it" not in dir(op)

    assert sql(script) == "COMMENT ON shop.account IS 'other';\n\n"


def test_two_directives_cannot_have_one_verb(op: Operations) -> None:
    registry = with_stamp(op)
    registry.register_batch_operation("stamp_it", "other")(StampOp)
    with pytest.raises(PluginError, match=r"Operation batch\.stamp_it comes from both .*StampOp and .*SilentOp"):
        registry.register_batch_operation("stamp_it")(SilentOp)


def test_a_directive_that_nothing_carries_out_is_found_before_anything_is_done(
    op: Operations, connection: sa.Connection
) -> None:
    def changes(batch: BatchOperations) -> None:
        batch.drop_column("name")
        batch.invoke(SilentOp())

    account(op)
    with pytest.raises(PluginError, match="Nothing carries out"):
        in_block(op, changes)
    assert columns(connection) == ["id", "name"]


def test_batch_operations_are_abstract_operations_with_a_table(op: Operations) -> None:
    batch = BatchOperations(op.migration_context, table_name="account")
    assert isinstance(batch, AbstractOperations)
    assert (batch.table_name, batch.schema) == ("account", None)


def test_twenty_threads_with_a_database_each(tmp_path: Path, new_run: Any) -> None:
    failures: list[BaseException] = []
    barrier = threading.Barrier(20)

    def migrate(number: int) -> None:
        engine = sa.create_engine(f"sqlite:///{tmp_path / f'{number}.db'}")
        try:
            with engine.connect() as connection:
                op = Operations(new_run(connection))
                account(op)
                barrier.wait(30)
                with op.batch_alter_table("account", recreate="always") as batch:
                    batch.add_column(sa.Column(f"c{number}", sa.Integer, server_default=str(number)))
                    batch.alter_column("name", new_column_name=f"name{number}")
                rows = connection.execute(sa.text("SELECT * FROM account")).mappings().all()
                assert rows == [{"id": 1, f"name{number}": "Ada", f"c{number}": number}]
        except BaseException as error:  # a thread's own failure is shown by the test
            failures.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=migrate, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_a_block_awaits_on_the_connection_of_an_async_engine(sqlite_database: Database, new_run: Any) -> None:
    seen: list[int] = []

    async def look(connection: AsyncConnection) -> None:
        seen.append((await connection.execute(sa.text("SELECT count(*) FROM account"))).scalar_one())

    def migrate(connection: sa.Connection) -> None:
        op = Operations(new_run(connection))
        account(op)
        with op.batch_alter_table("account", recreate="always") as batch:
            batch.run_async(look)
            batch.drop_column("name")
        assert columns(connection) == ["id"]

    async def main() -> None:
        async with sqlite_database.async_engine().connect() as connection:
            await connection.run_sync(migrate)

    asyncio.run(main())
    assert seen == [1]
