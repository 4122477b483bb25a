"""Directives that add a constraint: primary key, unique, foreign key, check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    TextClause,
    UniqueConstraint,
)
from sqlalchemy.sql.schema import ColumnCollectionConstraint

from whimbrel.ddl.sink import plain_text
from whimbrel.operations.construct import (
    construct,
    included_names,
    name_columns,
    of_no_table,
    referent,
    referred_to,
    scratch_table,
)
from whimbrel.operations.directives.any_constraint import AddConstraintOp
from whimbrel.operations.directives.base import BatchInvoker, Invoker, RunContext
from whimbrel.operations.registry import register_operation


class _OfColumnsOp(AddConstraintOp):
    """A constraint that lists columns of its table.

    :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
    :param table_name: the table.
    :param columns: names of its columns.
    :param schema: the table's schema.
    :param kw: keywords of SQLAlchemy's constraint class.
    """

    _construct: ClassVar[type[ColumnCollectionConstraint]]

    def __init__(
        self,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        if isinstance(columns, str):
            raise TypeError(f"A constraint takes a list of columns, such as [{columns!r}], not a string.")
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> AddConstraintOp:
        """Return the directive that adds *constraint*, which stands in a table."""
        assert isinstance(constraint, ColumnCollectionConstraint)
        return cls(
            _name(constraint),
            constraint.table.name,
            [column.name for column in constraint.columns],
            schema=constraint.table.schema,
            **_keywords(constraint),
        )

    def to_constraint(self, migration_context: RunContext | None = None) -> Constraint:
        """Return the constraint, in a scratch table.

        :param migration_context: the run, for its naming convention.
        """
        constraint = construct(self._construct, *self.columns, name=self.constraint_name, **self.kw)
        columns = name_columns([*self.columns, *included_names(self.kw)])
        scratch_table(self.table_name, migration_context, *columns, constraint, schema=self.schema)
        return constraint


@register_operation("create_primary_key")
@AddConstraintOp.register_add_constraint("primary_key_constraint")
class CreatePrimaryKeyOp(_OfColumnsOp):
    """Make columns the primary key of their table."""

    constraint_type = "primary"
    _construct = PrimaryKeyConstraint

    @classmethod
    def create_primary_key(
        cls,
        operations: Invoker,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.create_primary_key``."""
        operations.invoke(cls(constraint_name, table_name, columns, schema=schema, **kw))

    @classmethod
    def batch_create_primary_key(
        cls, operations: BatchInvoker, constraint_name: str | None, columns: Sequence[str], **kw: Any
    ) -> None:
        """Carry out ``batch.create_primary_key``."""
        operations.invoke(cls(constraint_name, operations.table_name, columns, schema=operations.schema, **kw))


@register_operation("create_unique_constraint")
@AddConstraintOp.register_add_constraint("unique_constraint")
class CreateUniqueConstraintOp(_OfColumnsOp):
    """Forbid two rows that are alike in some columns."""

    constraint_type = "unique"
    _construct = UniqueConstraint

    @classmethod
    def create_unique_constraint(
        cls,
        operations: Invoker,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.create_unique_constraint``."""
        operations.invoke(cls(constraint_name, table_name, columns, schema=schema, **kw))

    @classmethod
    def batch_create_unique_constraint(
        cls, operations: BatchInvoker, constraint_name: str | None, columns: Sequence[str], **kw: Any
    ) -> None:
        """Carry out ``batch.create_unique_constraint``."""
        operations.invoke(cls(constraint_name, operations.table_name, columns, schema=operations.schema, **kw))


@register_operation("create_foreign_key")
@AddConstraintOp.register_add_constraint("foreign_key_constraint")
class CreateForeignKeyOp(AddConstraintOp):
    """Make columns refer to those of another table.

    :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
    :param source_table: the table that refers.
    :param referent_table: the table that is referred to.
    :param local_cols: names of the columns that refer.
    :param remote_cols: names of the columns that are referred to, in the same order.
    :param kw: ``source_schema``, ``referent_schema``, and keywords of SQLAlchemy's ForeignKeyConstraint.
    """

    constraint_type = "foreignkey"

    def __init__(
        self,
        constraint_name: str | None,
        source_table: str,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        **kw: Any,
    ) -> None:
        for columns in (local_cols, remote_cols):
            if isinstance(columns, str):
                raise TypeError(f"create_foreign_key() takes lists of columns, such as [{columns!r}], not a string.")
        self.constraint_name = constraint_name
        self.source_table = source_table
        self.referent_table = referent_table
        self.local_cols = local_cols
        self.remote_cols = remote_cols
        self.kw = kw
        self.table_name = source_table
        self.schema = kw.get("source_schema")

    @classmethod
    def create_foreign_key(
        cls,
        operations: Invoker,
        constraint_name: str | None,
        source_table: str,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        *,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        **dialect_kw: Any,
    ) -> None:
        """Carry out ``op.create_foreign_key``."""
        operations.invoke(
            cls(
                constraint_name,
                source_table,
                referent_table,
                local_cols,
                remote_cols,
                onupdate=onupdate,
                ondelete=ondelete,
                deferrable=deferrable,
                initially=initially,
                match=match,
                source_schema=source_schema,
                referent_schema=referent_schema,
                **dialect_kw,
            )
        )

    @classmethod
    def batch_create_foreign_key(
        cls,
        operations: BatchInvoker,
        constraint_name: str | None,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        *,
        referent_schema: str | None = None,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        **dialect_kw: Any,
    ) -> None:
        """Carry out ``batch.create_foreign_key``."""
        operations.invoke(
            cls(
                constraint_name,
                operations.table_name,
                referent_table,
                local_cols,
                remote_cols,
                onupdate=onupdate,
                ondelete=ondelete,
                deferrable=deferrable,
                initially=initially,
                match=match,
                source_schema=operations.schema,
                referent_schema=referent_schema,
                **dialect_kw,
            )
        )

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateForeignKeyOp:
        """Return the directive that adds *constraint*, which stands in a table."""
        assert isinstance(constraint, ForeignKeyConstraint)
        referred = [referred_to(element) for element in constraint.elements]
        schema, table, _ = referred[0]
        return cls(
            _name(constraint),
            constraint.table.name,
            table,
            [element.parent.name for element in constraint.elements],
            [column for _, _, column in referred],
            source_schema=constraint.table.schema,
            referent_schema=schema,
            **_keywords(constraint),
        )

    def to_constraint(self, migration_context: RunContext | None = None) -> ForeignKeyConstraint:
        """Return the constraint, in a scratch table.

        :param migration_context: the run, for its naming convention.
        """
        keywords = {name: value for name, value in self.kw.items() if name not in ("source_schema", "referent_schema")}
        table = scratch_table(self.source_table, migration_context, *name_columns(self.local_cols), schema=self.schema)
        other = referent(table.metadata, self.referent_table, self.kw.get("referent_schema"), self.remote_cols)
        # As columns, not as "table.column": a name may have a dot in it.
        remote = [other.c[name] for name in self.remote_cols]
        constraint = construct(ForeignKeyConstraint, self.local_cols, remote, name=self.constraint_name, **keywords)
        table.append_constraint(constraint)
        return constraint

    def to_diff_tuple(self) -> tuple[str, Constraint]:
        """Return ``("add_fk", constraint)``."""
        return ("add_fk", self.to_constraint())


@register_operation("create_check_constraint")
@AddConstraintOp.register_add_constraint("check_constraint")
@AddConstraintOp.register_add_constraint("table_or_column_check_constraint")
@AddConstraintOp.register_add_constraint("column_check_constraint")
class CreateCheckConstraintOp(AddConstraintOp):
    """Forbid rows that do not meet a condition.

    :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
    :param table_name: the table.
    :param condition: SQL text, or an expression.
    :param schema: the table's schema.
    :param kw: keywords of SQLAlchemy's CheckConstraint.
    """

    constraint_type = "check"

    def __init__(
        self,
        constraint_name: str | None,
        table_name: str,
        condition: str | TextClause | ColumnElement[Any],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.condition = condition
        self.schema = schema
        self.kw = kw

    @classmethod
    def create_check_constraint(
        cls,
        operations: Invoker,
        constraint_name: str | None,
        table_name: str,
        condition: str | TextClause | ColumnElement[Any],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.create_check_constraint``."""
        operations.invoke(cls(constraint_name, table_name, condition, schema=schema, **kw))

    @classmethod
    def batch_create_check_constraint(
        cls,
        operations: BatchInvoker,
        constraint_name: str | None,
        condition: str | TextClause | ColumnElement[Any],
        **kw: Any,
    ) -> None:
        """Carry out ``batch.create_check_constraint``."""
        operations.invoke(cls(constraint_name, operations.table_name, condition, schema=operations.schema, **kw))

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateCheckConstraintOp:
        """Return the directive that adds *constraint*, which stands in a table."""
        assert isinstance(constraint, CheckConstraint)
        parent: Any = constraint.parent  # a column, where it was given among a column's arguments
        table: Table = parent if isinstance(parent, Table) else parent.table
        return cls(_name(constraint), table.name, constraint.sqltext, schema=table.schema, **_keywords(constraint))

    def to_constraint(self, migration_context: RunContext | None = None) -> CheckConstraint:
        """Return the constraint, in a scratch table.

        :param migration_context: the run, for its naming convention.
        """
        condition = plain_text(self.condition) if isinstance(self.condition, str) else of_no_table(self.condition)
        constraint = construct(CheckConstraint, condition, name=self.constraint_name, **self.kw)
        scratch_table(self.table_name, migration_context, constraint, schema=self.schema)
        return constraint


def _name(constraint: Constraint) -> str | None:
    """Return the name, and ``None`` where SQLAlchemy has a marker for names that a convention will make."""
    return constraint.name if isinstance(constraint.name, str) else None


def _keywords(constraint: Constraint) -> dict[str, Any]:
    """Return the keywords that make *constraint* again, as far as they say anything."""
    names = ("deferrable", "initially", "onupdate", "ondelete", "match", "use_alter", "comment", "info")
    said = {name: value for name in names if (value := getattr(constraint, name, None))}
    if constraint.deferrable is not None:
        said["deferrable"] = constraint.deferrable
    return {**said, **constraint.dialect_kwargs}
