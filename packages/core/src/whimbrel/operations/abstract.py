"""AbstractOperations: what any ``op`` can do before it has a single verb."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, Protocol, Self, TypeVar, cast

from sqlalchemy import BindParameter, Connection, Table, literal
from sqlalchemy.schema import conv
from sqlalchemy.types import TypeEngine

from whimbrel.errors import CommandError
from whimbrel.operations.current import Current
from whimbrel.operations.directives.base import MigrateOperation, RunContext
from whimbrel.operations.registry import (
    Function,
    OperationClass,
    OperationRegistry,
    implementation_for,
    register_operation,
)

if TYPE_CHECKING:
    from whimbrel.operations.batch.facade import BatchOperations
    from whimbrel.operations.batch.run import BatchRun

P = ParamSpec("P")
R = TypeVar("R")


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class OperationsContext(RunContext, Protocol):
    """What ``Operations`` wants of a run; ``MigrationContext`` is one."""

    @property
    def impl(self) -> Any:
        """The dialect's ``DefaultImpl``: a room above this one, so its class is not named here."""

    @property
    def registry(self) -> OperationRegistry:
        """The operations of the run."""


class AbstractOperations:
    """Hands directives to the run's registry, which knows what carries them out.

    :param migration_context: the run.
    :param impl: stands in for the run's own ``impl``.
    """

    def __init__(self, migration_context: OperationsContext, impl: Any = None) -> None:
        self.migration_context = migration_context
        self.impl = impl if impl is not None else migration_context.impl

    @cached_property
    def registry(self) -> OperationRegistry:
        """The operations of the run, its plugins' included."""
        return self.migration_context.registry

    @classmethod
    @contextmanager
    def context(cls, migration_context: OperationsContext) -> Iterator[Self]:
        """Make ``op`` stand for the operations of *migration_context* while the block runs.

        Each thread and each asyncio task has an ``op`` of its own.

        :param migration_context: the run.

        Example::

            with Operations.context(MigrationContext.configure(connection)):
                op.add_column("account", sa.Column("email", sa.String(200)))
        """
        operations = cls(migration_context)
        token = current_operations.set(operations)
        try:
            yield operations
        finally:
            current_operations.reset(token)

    # -- directives ---------------------------------------------------------------------------------------------------

    def invoke(self, operation: MigrateOperation) -> Any:
        """Carry a directive out.

        :param operation: the directive.
        :return: what its implementation returns; a Table for ``CreateTableOp``.
        :raises PluginError: nothing carries it out.

        Example::

            op.invoke(AddColumnOp("account", sa.Column("email", sa.String(200))))
        """
        return self.registry.implementation(type(operation), self.impl.dialect.name)(self, operation)

    @classmethod
    def register_operation(cls, name: str, sourcename: str | None = None) -> Callable[[OperationClass], OperationClass]:
        """Return a class decorator that makes ``op.<name>`` call a class method of a directive.

        :param name: the verb.
        :param sourcename: the class method, where its name is another.
        :raises PluginError: another directive has that verb.

        Example::

            @Operations.register_operation("create_sequence")
            class CreateSequenceOp(MigrateOperation):
                def __init__(self, name: str) -> None:
                    self.name = name

                @classmethod
                def create_sequence(cls, operations: Operations, name: str) -> None:
                    operations.invoke(cls(name))
        """
        return register_operation(name, sourcename)

    @classmethod
    def implementation_for(
        cls, op_cls: type[MigrateOperation], replace: bool = False, *, dialect: str | None = None
    ) -> Callable[[Function], Function]:
        """Return a decorator for the function that carries a directive out.

        :param op_cls: the directive's class.
        :param replace: take the place of the function that does so now.
        :param dialect: SQLAlchemy's name of the one database that the function is for; ``None`` for every database
            that has no function of its own.
        :raises PluginError: another function does so, and *replace* is false.

        Example::

            @Operations.implementation_for(CreateSequenceOp)
            def create_sequence(operations: Operations, operation: CreateSequenceOp) -> None:
                operations.execute(f"CREATE SEQUENCE {operation.name}")
        """
        return implementation_for(op_cls, replace, dialect=dialect)

    if not TYPE_CHECKING:  # a type checker is to report a misspelt verb; how plugins' verbs are typed: docs/extending

        def __getattr__(self, name: str) -> Any:
            """Return a verb that a plugin or an env.py has registered.

            :raises AttributeError: there is none of that name; says which names are near.
            """
            if name.startswith("_"):
                raise AttributeError(name)
            verb = self._registered(name)
            if verb is not None:
                return partial(verb, self)
            from difflib import get_close_matches

            near = get_close_matches(name, dir(self), n=2)
            hint = f" Did you mean {' or '.join(near)}?" if near else " Is the plugin that has it installed?"
            raise AttributeError(f"There is no operation {name!r}.{hint}", name=name, obj=None)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._registered_names()})

    def _registered(self, name: str) -> Callable[..., Any] | None:
        return self.registry.verb(name)

    def _registered_names(self) -> frozenset[str]:
        return self.registry.verbs()

    # -- batch mode ---------------------------------------------------------------------------------------------------

    @contextmanager
    def batch_alter_table(
        self,
        table_name: str,
        schema: str | None = None,
        recreate: Literal["auto", "always", "never"] = "auto",
        partial_reordering: Sequence[tuple[str, ...]] | None = None,
        copy_from: Table | None = None,
        table_args: Sequence[Any] = (),
        table_kwargs: Mapping[str, Any] = _NOTHING,
        reflect_args: Sequence[Any] = (),
        reflect_kwargs: Mapping[str, Any] = _NOTHING,
        naming_convention: Mapping[str, Any] | None = None,
    ) -> Iterator[BatchOperations]:
        """Collect changes of one table, and carry them out together when the block ends.

        Where the database has no ``ALTER TABLE`` for them (SQLite), the table is made anew: created under another name,
        filled from the old one, put in its place. All that is asked for is checked before anything is done; and if the
        block raises, nothing is.

        :param table_name: the table.
        :param schema: its schema; ``None`` for the connection's default.
        :param recreate: whether the table is made anew: ``auto`` where the database needs it, ``always``, ``never``.
        :param partial_reordering: tuples of columns in the order they are to stand in, for a table made anew.
        :param copy_from: the table as it is, in place of what the database says of it; with ``--sql`` the only way.
        :param table_args: constraints and indexes that a table made anew has besides.
        :param table_kwargs: keywords of the Table for a table made anew, such as ``sqlite_autoincrement``.
        :param reflect_args: columns and constraints that replace or complete what the database says of the table.
        :param reflect_kwargs: keywords of the Table that is read from the database, such as ``listeners``.
        :param naming_convention: names the constraints that have no name, so that they can be dropped by one.
        :raises CommandError: a change is impossible, and nothing has been done; or there is no such table.

        Example::

            with op.batch_alter_table("account") as batch:
                batch.add_column(sa.Column("email", sa.String(200)))
                batch.alter_column("name", nullable=False)
                batch.drop_constraint("uq_account_name")
        """
        from whimbrel.operations.batch.facade import BatchOperations
        from whimbrel.operations.batch.run import BatchRun
        from whimbrel.operations.batch.settings import BatchSettings

        settings = BatchSettings(
            recreate,
            partial_reordering,
            copy_from,
            table_args,
            table_kwargs,
            reflect_args,
            reflect_kwargs,
            naming_convention,
        )
        batch = BatchOperations(self.migration_context, self.impl, table_name=table_name, schema=schema)
        run = BatchRun(self, table_name, schema, settings)
        try:
            yield batch
        finally:
            collected = batch.take()
        self._carry_out(run, collected)

    def _carry_out(self, run: BatchRun, directives: Sequence[MigrateOperation]) -> None:
        run.carry_out(directives)

    # -- the run ------------------------------------------------------------------------------------------------------

    def get_context(self) -> Any:
        """Return the ``MigrationContext`` of the run."""
        return self.migration_context

    def get_bind(self) -> Connection:
        """Return the connection.

        Where SQL is written as text it is a stand-in: it knows its ``dialect`` and writes what it is given to execute,
        but there is nothing to read, and no result.

        Example::

            names = op.get_bind().execute(sa.text("SELECT name FROM account")).scalars()
        """
        return cast(Connection, self.impl.bind)

    def run_async(
        self,
        async_function: Callable[Concatenate[Any, P], Awaitable[R]],
        *args: P.args,
        **kw_args: P.kwargs,
    ) -> R:
        """Run a coroutine function on the run's connection, where that belongs to an async engine.

        :param async_function: gets the ``AsyncConnection`` first.
        :param args: handed on.
        :param kw_args: handed on.
        :return: what the coroutine returns.
        :raises CommandError: there is no connection, or it belongs to no async engine.

        Example::

            async def copy_rows(connection: AsyncConnection) -> None:
                await connection.execute(sa.text("INSERT INTO new SELECT * FROM old"))


            op.run_async(copy_rows)
        """
        from sqlalchemy.ext.asyncio import AsyncConnection
        from sqlalchemy.util import await_only

        connection: Connection | None = self.impl.connection
        if connection is None or not connection.dialect.is_async:
            raise CommandError(
                "op.run_async() needs a connection of an async engine, and this run has "
                f"{'none, it writes SQL as text' if connection is None else 'a synchronous one'}.",
                "Run the migrations through AsyncConnection.run_sync(), as the async template does.",
            )
        wrapped = AsyncConnection._retrieve_proxy_for_target(connection)  # the one SQLAlchemy made, not a second
        result: R = await_only(async_function(wrapped, *args, **kw_args))
        return result

    # -- values -------------------------------------------------------------------------------------------------------

    @staticmethod
    def f(name: str) -> conv:
        """Say that a name is as it is to be, so that no naming convention is applied to it.

        :param name: the name of a constraint or an index.

        Example::

            op.create_check_constraint(op.f("ck_account_balance"), "account", "balance >= 0")
        """
        return conv(name)

    @staticmethod
    def inline_literal(value: Any, type_: TypeEngine[Any] | None = None) -> BindParameter[Any]:
        """Return a value that stands in the statement as a literal, never as a parameter.

        :param value: the value.
        :param type_: its type; by default the one SQLAlchemy gives to a value like it.

        Example::

            op.execute(account.update().where(account.c.name == op.inline_literal("x")).values(name="y"))
        """
        return literal(value, type_, literal_execute=True)


current_operations: Current[AbstractOperations] = Current("whimbrel_operations")
"""What the running script's ``op`` stands for, in each thread and each asyncio task; unset outside of a run."""
