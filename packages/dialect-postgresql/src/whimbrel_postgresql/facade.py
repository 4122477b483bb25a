"""PostgresqlOperations: ``op`` as type checkers see it in scripts for PostgreSQL, with the verbs of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from whimbrel import op as _op
from whimbrel.operations import BatchOperations, Operations
from whimbrel_postgresql.ddl import StorageValue
from whimbrel_postgresql.enum_operations import (
    AddEnumValueOp,
    CreateEnumTypeOp,
    DropEnumTypeOp,
    RenameEnumTypeOp,
    RenameEnumValueOp,
)
from whimbrel_postgresql.enum_replacement import EnumColumn, ReplaceEnumValuesOp
from whimbrel_postgresql.operations import (
    CreateExcludeConstraintOp,
    ExcludeElement,
    SetStorageParametersOp,
    ValidateConstraintOp,
)
from whimbrel_postgresql.rename_operations import RenameConstraintOp, RenameIndexOp
from whimbrel_postgresql.sequence_operations import AlterSequenceOp, CreateSequenceOp, DropSequenceOp

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")


class PostgresqlBatchOperations(BatchOperations):
    """The verbs within ``with op.batch_alter_table(...) as batch``, those that only PostgreSQL has among them."""

    def create_exclude_constraint(self, constraint_name: str | None, *elements: ExcludeElement, **kw: Any) -> None:
        """Forbid two rows that are alike by some operators: that overlap, say.

        :param constraint_name: its name; ``None`` to have the database make one.
        :param elements: pairs of a column's name, or an expression, and an operator.
        :param kw: ``where``, ``using``, ``ops``, ``deferrable``, ``initially``.
        """
        CreateExcludeConstraintOp.batch_create_exclude_constraint(self, constraint_name, *elements, **kw)


def _with_the_parameters_of(
    method: Callable[Concatenate[Any, P], Any],
) -> Callable[[Callable[..., R]], Callable[Concatenate[S, P], R]]:
    """Return a decorator: to callers, what it decorates takes what *method* takes."""
    decorator: Any = wraps(method, assigned=("__doc__",), updated=())
    return cast(Callable[[Callable[..., R]], Callable[Concatenate[S, P], R]], decorator)


class PostgresqlOperations(Operations):
    """The verbs that scripts call on ``op``, those that only PostgreSQL has among them.

    ``schema`` is the schema of the table or the type, ``None`` for the connection's default.

    Example::

        from whimbrel_postgresql import op


        def upgrade() -> None:
            op.create_enum_type("mood", ["happy", "glum"])
    """

    def create_enum_type(
        self, name: str, values: Sequence[str], *, schema: str | None = None, if_not_exists: bool | None = None
    ) -> None:
        """Create an enum type.

        :param name: its name.
        :param values: its values, in the order in which they compare.
        :param if_not_exists: say nothing when there is a type of that name already.
        """
        CreateEnumTypeOp.create_enum_type(self, name, values, schema=schema, if_not_exists=if_not_exists)

    def drop_enum_type(self, name: str, *, schema: str | None = None, if_exists: bool | None = None) -> None:
        """Drop an enum type; PostgreSQL refuses while something has it.

        :param name: its name.
        :param if_exists: say nothing when it is not there.
        """
        DropEnumTypeOp.drop_enum_type(self, name, schema=schema, if_exists=if_exists)

    def create_sequence(
        self, name: str, *, schema: str | None = None, if_not_exists: bool | None = None, **kw: Any
    ) -> None:
        """Create a sequence: ``op.create_sequence("ticket_numbers", start=1000)``.

        :param name: its name.
        :param if_not_exists: say nothing when it is there already.
        :param kw: keywords of SQLAlchemy's Sequence: ``start``, ``increment``, ``minvalue``, ``maxvalue``, ``cycle``,
            ``cache``, ``data_type``.
        """
        CreateSequenceOp.create_sequence(self, name, schema=schema, if_not_exists=if_not_exists, **kw)

    def alter_sequence(
        self,
        name: str,
        facts: Mapping[str, int],
        *,
        existing: Mapping[str, int] | None = None,
        schema: str | None = None,
    ) -> None:
        """Change how a sequence counts from now on: ``op.alter_sequence("ticket_numbers", {"increment": 5})``.

        :param name: its name.
        :param facts: what changes: ``start``, ``increment``, ``minvalue``, ``maxvalue``, ``cycle``, ``cache``.
        :param existing: what they are now, so that the change can be reversed.
        """
        AlterSequenceOp.alter_sequence(self, name, facts, existing=existing, schema=schema)

    def drop_sequence(self, name: str, *, schema: str | None = None, if_exists: bool | None = None) -> None:
        """Drop a sequence; PostgreSQL refuses while a default uses it.

        :param name: its name.
        :param if_exists: say nothing when it is not there.
        """
        DropSequenceOp.drop_sequence(self, name, schema=schema, if_exists=if_exists)

    def rename_enum_type(self, old_name: str, new_name: str, *, schema: str | None = None) -> None:
        """Give an enum type another name; its columns follow.

        :param old_name: its name now.
        :param new_name: its name afterwards.
        """
        RenameEnumTypeOp.rename_enum_type(self, old_name, new_name, schema=schema)

    def add_enum_value(
        self,
        name: str,
        value: str,
        *,
        before: str | None = None,
        after: str | None = None,
        if_not_exists: bool | None = None,
        schema: str | None = None,
        autocommit: bool = False,
    ) -> None:
        """Add a value to an enum type, without touching any row. It can be used once that is committed.

        :param name: the type.
        :param value: the new value.
        :param before: the value that it comes before; without it and *after*, it comes last.
        :param after: the value that it comes after.
        :param if_not_exists: say nothing when it is there already.
        :param autocommit: commit it at once, outside of the transaction, so that the same revision can use the value.
        """
        AddEnumValueOp.add_enum_value(
            self,
            name,
            value,
            before=before,
            after=after,
            if_not_exists=if_not_exists,
            schema=schema,
            autocommit=autocommit,
        )

    def rename_enum_value(self, name: str, old_value: str, new_value: str, *, schema: str | None = None) -> None:
        """Give a value of an enum type another name, at once in every row that has it.

        :param name: the type.
        :param old_value: the value now.
        :param new_value: the value afterwards.
        """
        RenameEnumValueOp.rename_enum_value(self, name, old_value, new_value, schema=schema)

    def replace_enum_values(
        self,
        name: str,
        values: Sequence[str],
        *,
        columns: Sequence[EnumColumn | tuple[str, ...]],
        replacements: Mapping[str, str] | None = None,
        existing_values: Sequence[str] | None = None,
        schema: str | None = None,
    ) -> None:
        """Make an enum type anew with other values, and convert its columns; each table is rewritten.

        :param name: the type.
        :param values: all of its values to be, in the order in which they compare.
        :param columns: every column that has the type, as an ``EnumColumn`` or a plain tuple.
        :param replacements: what rows get in place of a value that goes; one that goes and has none must be in no row.
        :param existing_values: the values now, so that the change can be reversed.

        Example::

            op.replace_enum_values("mood", ["happy"], columns=[("person", "mood")], replacements={"glum": "happy"})
        """
        ReplaceEnumValuesOp.replace_enum_values(
            self,
            name,
            values,
            columns=columns,
            replacements=replacements,
            existing_values=existing_values,
            schema=schema,
        )

    def create_exclude_constraint(
        self, constraint_name: str | None, table_name: str, *elements: ExcludeElement, **kw: Any
    ) -> None:
        """Forbid two rows that are alike by some operators: that overlap, say.

        :param constraint_name: its name; ``None`` to have the database make one.
        :param table_name: the table.
        :param elements: pairs of a column's name, or an expression, and an operator.
        :param kw: ``where``, ``using``, ``ops``, ``deferrable``, ``initially``, ``schema``.

        Example::

            op.create_exclude_constraint("one_guest", "booking", ("room", "="), ("stay", "&&"), where="NOT cancelled")
        """
        CreateExcludeConstraintOp.create_exclude_constraint(self, constraint_name, table_name, *elements, **kw)

    def validate_constraint(self, constraint_name: str, table_name: str, *, schema: str | None = None) -> None:
        """Look whether all rows meet a constraint that was added with ``postgresql_not_valid=True``.

        :param constraint_name: a foreign key or a check.
        :param table_name: its table.
        """
        ValidateConstraintOp.validate_constraint(self, constraint_name, table_name, schema=schema)

    def rename_index(self, name: str, new_name: str, table_name: str, *, schema: str | None = None) -> None:
        """Give an index another name; it is not built again.

        :param name: its name now.
        :param new_name: its name afterwards.
        :param table_name: its table.
        """
        RenameIndexOp.rename_index(self, name, new_name, table_name, schema=schema)

    def rename_constraint(self, name: str, new_name: str, table_name: str, *, schema: str | None = None) -> None:
        """Give a constraint of any kind another name, and the index with it that it may have.

        :param name: its name now.
        :param new_name: its name afterwards.
        :param table_name: its table.
        """
        RenameConstraintOp.rename_constraint(self, name, new_name, table_name, schema=schema)

    def set_storage_parameters(
        self,
        table_name: str,
        parameters: Mapping[str, StorageValue | None],
        *,
        existing_parameters: Mapping[str, StorageValue | None] | None = None,
        schema: str | None = None,
    ) -> None:
        """Set or reset storage parameters of a table.

        :param table_name: the table.
        :param parameters: values by name; ``None`` goes back to what the server has for all tables.
        :param existing_parameters: what they are now, so that the change can be reversed.
        """
        SetStorageParametersOp.set_storage_parameters(
            self, table_name, parameters, existing_parameters=existing_parameters, schema=schema
        )

    @_with_the_parameters_of(Operations.batch_alter_table)
    @contextmanager
    def batch_alter_table(self, *args: Any, **kw: Any) -> Iterator[PostgresqlBatchOperations]:
        with super().batch_alter_table(*args, **kw) as batch:
            yield cast(PostgresqlBatchOperations, batch)


op = cast(PostgresqlOperations, _op)
"""``whimbrel.op``, under a type that has these verbs too."""
