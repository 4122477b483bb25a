"""DefaultImpl: which statements a change becomes; a dialect's package overrides what is different there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Column, ColumnElement, Dialect, Table, cast
from sqlalchemy.types import NullType, TypeEngine

from whimbrel.impl import rebuild
from whimbrel.impl.comparing import Comparing
from whimbrel.impl.patience import Patient
from whimbrel.impl.resuming import Resuming
from whimbrel.impl.run_lock import Lockable
from whimbrel.impl.scratch import Scratch
from whimbrel.impl.statements import Statements
from whimbrel.operations.recreate import Batch, TableRebuild


class DefaultImpl(Comparing, Scratch, Lockable, Resuming, Patient, Statements):
    """Which statements a change becomes, where no package knows the database better.

    A subclass with a ``__dialect__`` of its own serves the SQLAlchemy dialect of that name.

    :param dialect: SQLAlchemy's dialect.
    :param connection: what to execute on; ``None`` where SQL is written as text.
    :param as_sql: whether SQL is written as text.
    :param transactional_ddl: overrides the class's own answer; ``None`` keeps it.
    :param output_buffer: where text goes; ``None`` for standard output.
    :param context_opts: the options of the run.

    Example::

        class DuckDBImpl(DefaultImpl):
            __dialect__ = "duckdb"
            transactional_ddl = True
    """

    __dialect__: ClassVar[str] = "default"

    _by_dialect: ClassVar[dict[str, type[DefaultImpl]]] = {}

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if "__dialect__" in cls.__dict__:
            DefaultImpl._by_dialect[cls.__dialect__] = cls

    @staticmethod
    def get_by_dialect(dialect: Dialect) -> type[DefaultImpl]:
        """Return the class that serves *dialect*: the last one defined with its name, else this one."""
        return DefaultImpl.defined_for(dialect.name) or DefaultImpl

    @staticmethod
    def defined_for(dialect_name: str) -> type[DefaultImpl] | None:
        """Return the last class defined with *dialect_name* as its ``__dialect__``, ``None`` where there is none."""
        return DefaultImpl._by_dialect.get(dialect_name)

    # -- batch mode ---------------------------------------------------------------------------------------------------

    def requires_recreate_in_batch(self, batch_op: Batch) -> bool:
        """Return whether ``batch_alter_table(recreate="auto")`` has to make the table anew: never.

        :param batch_op: the batch: its table, and the directives collected.
        """
        return False

    def reflect_for_batch(
        self,
        table_name: str,
        schema: str | None,
        reflect_args: Sequence[Any] = (),
        reflect_kwargs: Mapping[str, Any] | None = None,
    ) -> Table:
        """Return the table as the database has it, with all that :meth:`rebuild_table` is to carry over.

        Override it to add what SQLAlchemy's reflection misses. The tables its foreign keys refer to are not read.

        :param table_name: the table.
        :param schema: its schema; ``None`` for the connection's default.
        :param reflect_args: columns and constraints that replace or complete what is reflected.
        :param reflect_kwargs: keywords of the Table, such as ``listeners``.
        :raises sqlalchemy.exc.NoSuchTableError: there is no such table.
        """
        return rebuild.reflect_for_batch(self, table_name, schema, reflect_args, reflect_kwargs or {})

    def rebuild_table(self, rebuild_: TableRebuild) -> None:
        """Make a table anew: create it under a temporary name, copy the rows, drop the old one, rename, add indexes.

        Override it where the database has a better way, or objects that would get lost; what cannot be carried over
        is refused before the first statement.

        :param rebuild_: what is to be done.
        :raises UnsupportedOperation: something of the table cannot be carried over.
        """
        self.prep_table_for_batch(rebuild_, rebuild_.old)
        rebuild.rebuild_table(self, rebuild_)

    def prep_table_for_batch(self, batch_impl: TableRebuild, table: Table) -> None:
        """Do what the old table needs before the new one is created beside it, such as giving names free: nothing.

        :param batch_impl: what is to be done.
        :param table: the old table.
        """

    def cast_for_batch_migrate(
        self,
        existing: Column[Any],
        existing_transfer: dict[str, ColumnElement[Any]],
        new_type: TypeEngine[Any],
    ) -> None:
        """Convert the values of a column that gets another type while rows are copied: CAST, if it is of another kind.

        :param existing: the column as it is.
        :param existing_transfer: has the expression that is copied under ``"expr"``, to be replaced.
        :param new_type: the new type.
        """
        kinds = (existing.type._type_affinity, new_type._type_affinity)  # String for Text; nothing public tells
        if kinds[0] is not kinds[1] and NullType not in kinds:
            existing_transfer["expr"] = cast(existing_transfer["expr"], new_type)
