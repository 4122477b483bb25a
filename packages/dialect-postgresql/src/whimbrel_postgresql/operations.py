"""Directives that only PostgreSQL has, about tables and their constraints; and what this package adds to ``op``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Constraint, Table, TextClause, column
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.visitors import replacement_traverse

from whimbrel.ddl import plain_text
from whimbrel.operations import MigrateOperation, OperationRegistry, Operations
from whimbrel.operations.construct import scratch_table
from whimbrel.operations.directives.base import BatchInvoker, RunContext
from whimbrel.operations.ops import AddConstraintOp, AlterTableOp
from whimbrel_postgresql import counting, enum_operations, enum_replacement, rename_operations, sequence_operations
from whimbrel_postgresql.ddl import SetStorageParameters, StorageValue, ValidateConstraint

ExcludeElement = tuple[str | TextClause | ColumnElement[Any], str]
"""The name of a column, or an expression, and the operator by which two rows are compared in it."""


@AddConstraintOp.register_add_constraint("exclude_constraint")
class CreateExcludeConstraintOp(AddConstraintOp):
    """Forbid two rows that are alike by some operators: that overlap, say.

    https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-EXCLUSION

    :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
    :param table_name: the table.
    :param elements: pairs of a column's name, or an expression, and an operator.
    :param where: which rows it is about, as SQL text or an expression; ``None`` for all.
    :param schema: the table's schema.
    :param kw: keywords of SQLAlchemy's ExcludeConstraint: ``using``, ``ops``, ``deferrable``, ``initially``.
    """

    constraint_type = "exclude"

    def __init__(
        self,
        constraint_name: str | None,
        table_name: str,
        elements: Sequence[ExcludeElement],
        where: str | TextClause | ColumnElement[Any] | None = None,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        given: Sequence[Any] = elements  # mypy would believe that nobody errs
        if not given or any(isinstance(element, str) or len(element) != 2 for element in given):
            raise TypeError(
                'create_exclude_constraint() takes pairs of a column and an operator, such as ("period", "&&"), '
                f"not {list(elements)!r}."
            )
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.elements = elements
        self.where = where
        self.schema = schema
        self.kw = kw

    @classmethod
    def create_exclude_constraint(
        cls, operations: Operations, constraint_name: str | None, table_name: str, *elements: ExcludeElement, **kw: Any
    ) -> None:
        """Forbid two rows that overlap; the parameters of the class.

        Example::

            op.create_exclude_constraint("one_guest", "booking", ("room", "="), ("stay", "&&"), where="NOT cancelled")
        """
        operations.invoke(cls(constraint_name, table_name, elements, **kw))

    @classmethod
    def batch_create_exclude_constraint(
        cls, operations: BatchInvoker, constraint_name: str | None, *elements: ExcludeElement, **kw: Any
    ) -> None:
        """Do so for the table of a batch."""
        operations.invoke(cls(constraint_name, operations.table_name, elements, schema=operations.schema, **kw))

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateExcludeConstraintOp:
        """Return the directive that adds *constraint*, which stands in a table."""
        assert isinstance(constraint, ExcludeConstraint)
        said = {name: value for name in ("deferrable", "initially") if (value := getattr(constraint, name)) is not None}
        return cls(
            constraint.name if isinstance(constraint.name, str) else None,
            constraint.table.name,
            # SQLAlchemy's own list: .operators leaves out what is no column.
            [(expression, operator) for expression, _, operator in constraint._render_exprs],
            where=constraint.where,
            schema=constraint.table.schema,
            using=constraint.using,
            ops=constraint.ops,
            **said,
        )

    def to_constraint(self, migration_context: RunContext | None = None) -> ExcludeConstraint:
        """Return the constraint, in a scratch table.

        :param migration_context: the run, for its naming convention.
        """
        table = scratch_table(self.table_name, migration_context, schema=self.schema)
        where = plain_text(self.where) if isinstance(self.where, str) else self.where
        constraint = ExcludeConstraint(
            *((_in_table(expression, table), operator) for expression, operator in self.elements),
            name=self.constraint_name,
            where=_of_no_table(where) if where is not None else None,
            **self.kw,
        )
        table.append_constraint(constraint)
        return constraint


class ValidateConstraintOp(AlterTableOp):
    """Look whether all rows meet a constraint that was added with ``postgresql_not_valid=True``.

    Rows can be read and written meanwhile.
    https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-VALIDATE-CONSTRAINT

    :param constraint_name: a foreign key or a check.
    :param table_name: its table.
    :param schema: the table's schema.
    """

    def __init__(self, constraint_name: str, table_name: str, *, schema: str | None = None) -> None:
        super().__init__(table_name, schema=schema)
        self.constraint_name = constraint_name

    @classmethod
    def validate_constraint(
        cls, operations: Operations, constraint_name: str, table_name: str, *, schema: str | None = None
    ) -> None:
        """Look whether all rows meet a constraint; the parameters of the class."""
        operations.invoke(cls(constraint_name, table_name, schema=schema))

    def reverse(self) -> MigrateOperation:
        """Raise: what was looked at stays so.

        :raises NotImplementedError: always.
        """
        raise NotImplementedError(
            f"Constraint {self.constraint_name} has been validated; only dropping and adding it again undoes that."
        )


class SetStorageParametersOp(AlterTableOp):
    """Set or reset storage parameters of a table.

    https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-STORAGE-PARAMETERS

    :param table_name: the table.
    :param parameters: values by name; ``None`` goes back to what the server has for all tables.
    :param existing_parameters: what they are now, so that the change can be reversed; one left out is not set now.
    :param schema: the table's schema.
    """

    def __init__(
        self,
        table_name: str,
        parameters: Mapping[str, StorageValue | None],
        *,
        existing_parameters: Mapping[str, StorageValue | None] | None = None,
        schema: str | None = None,
    ) -> None:
        if not parameters:
            raise TypeError('set_storage_parameters() takes values by name, such as {"fillfactor": 70}; none is given.')
        super().__init__(table_name, schema=schema)
        self.parameters = dict(parameters)
        self.existing_parameters = existing_parameters

    @classmethod
    def set_storage_parameters(
        cls,
        operations: Operations,
        table_name: str,
        parameters: Mapping[str, StorageValue | None],
        *,
        existing_parameters: Mapping[str, StorageValue | None] | None = None,
        schema: str | None = None,
    ) -> None:
        """Set or reset storage parameters of a table; the parameters of the class."""
        operations.invoke(cls(table_name, parameters, existing_parameters=existing_parameters, schema=schema))

    def reverse(self) -> SetStorageParametersOp:
        """Return the directive that gives back what they were.

        :raises ValueError: that is not known.
        """
        if self.existing_parameters is None:
            raise ValueError(
                f"The storage parameters of {self.table_name} cannot be given back: existing_parameters is not said."
            )
        return SetStorageParametersOp(
            self.table_name,
            {name: self.existing_parameters.get(name) for name in self.parameters},
            existing_parameters=self.parameters,
            schema=self.schema,
        )

    def to_diff_tuple(self) -> tuple[str, str | None, str, Mapping[str, Any], Mapping[str, Any]]:
        """Return ``("modify_storage_parameters", schema, table, what they are, what they are to be)``."""
        return (
            "modify_storage_parameters",
            self.schema,
            self.table_name,
            dict(self.existing_parameters or {}),
            self.parameters,
        )


def _in_table(expression: Any, table: Table) -> Any:
    """Return an expression over the columns of *table*, whichever table it was written against; bracketed if need be.

    SQLAlchemy would add the constraint to the table of a column that it finds.
    """
    if isinstance(expression, str):
        expression = column(expression)

    def own(element: ColumnClause[Any]) -> ColumnElement[Any]:
        if element.name not in table.c:
            table.append_column(Column(element.name, element.type))
        return table.c[element.name]

    replaced = _columns_replaced(expression, own)
    return replaced if isinstance(replaced, ColumnClause) else replaced.self_group()


def _of_no_table(expression: Any) -> Any:
    """Return an expression whose columns are spelt without a table, as PostgreSQL wants them there."""
    return _columns_replaced(expression, lambda element: column(element.name, element.type))


def _columns_replaced(expression: Any, by: Callable[[ColumnClause[Any]], ColumnElement[Any]]) -> Any:
    def replacement(element: Any, **kw: Any) -> Any:
        if not isinstance(element, ColumnClause):
            return None
        return plain_text(element.name) if element.is_literal else by(element)

    return replacement_traverse(expression, {}, replacement)


# -- what each becomes, and under which verb ---------------------------------------------------------------------------


def validate_constraint(operations: Operations, op: ValidateConstraintOp) -> None:
    """Have the server look."""
    operations.impl.execute(ValidateConstraint(op.table_name, op.constraint_name, op.schema))


def set_storage_parameters(operations: Operations, op: SetStorageParametersOp) -> None:
    """Set what has a value, reset what has none."""
    operations.impl.execute(SetStorageParameters(op.table_name, op.parameters, op.schema))


def create_exclude_constraint(operations: Operations, op: CreateExcludeConstraintOp) -> None:
    """Add the constraint."""
    operations.impl.add_constraint(op.to_constraint(operations.migration_context))


Implementation = Callable[[Operations, Any], None]

VERBS: Mapping[str, tuple[type[MigrateOperation], Implementation]] = {
    "create_exclude_constraint": (CreateExcludeConstraintOp, create_exclude_constraint),
    "validate_constraint": (ValidateConstraintOp, validate_constraint),
    "set_storage_parameters": (SetStorageParametersOp, set_storage_parameters),
    "create_enum_type": (enum_operations.CreateEnumTypeOp, enum_operations.create_enum_type),
    "drop_enum_type": (enum_operations.DropEnumTypeOp, enum_operations.drop_enum_type),
    "rename_enum_type": (enum_operations.RenameEnumTypeOp, enum_operations.rename_enum_type),
    "add_enum_value": (enum_operations.AddEnumValueOp, enum_operations.add_enum_value),
    "rename_enum_value": (enum_operations.RenameEnumValueOp, enum_operations.rename_enum_value),
    "replace_enum_values": (enum_replacement.ReplaceEnumValuesOp, enum_replacement.replace_enum_values),
    "rename_index": (rename_operations.RenameIndexOp, rename_operations.rename_index),
    "rename_constraint": (rename_operations.RenameConstraintOp, rename_operations.rename_constraint),
    "create_sequence": (sequence_operations.CreateSequenceOp, sequence_operations.create_sequence),
    "alter_sequence": (sequence_operations.AlterSequenceOp, sequence_operations.alter_sequence),
    "drop_sequence": (sequence_operations.DropSequenceOp, sequence_operations.drop_sequence),
}
"""Each verb with its directive and what carries that out."""


def register(registry: OperationRegistry) -> None:
    """Add the verbs to a run's registry.

    :param registry: the run's own.
    """
    for verb, (directive, implementation) in VERBS.items():
        registry.register_operation(verb)(directive)
        registry.implementation_for(directive, dialect="postgresql")(implementation)
    registry.implementation_for(counting.AlterCountingOp, dialect="postgresql")(counting.alter_counting)
