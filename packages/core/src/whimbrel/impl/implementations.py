"""What carries each built-in directive out: one function for each, which asks the dialect's impl to act."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, PrimaryKeyConstraint, Table
from sqlalchemy.types import SchemaType, to_instance

from whimbrel.ddl.elements import TypeArgument
from whimbrel.ddl.literals import text_dialect
from whimbrel.errors import CommandError
from whimbrel.impl.default import DefaultImpl
from whimbrel.operations import Operations, ops
from whimbrel.operations.construct import copied_column, own_column, scratch_table


@Operations.implementation_for(ops.CreateTableOp)
def create_table(operations: Operations, op: ops.CreateTableOp) -> Table:
    """Create the table and return it."""
    table = op.to_table(operations.migration_context)
    operations.impl.create_table(table, if_not_exists=op.if_not_exists)
    return table


@Operations.implementation_for(ops.DropTableOp)
def drop_table(operations: Operations, op: ops.DropTableOp) -> None:
    """Drop the table."""
    operations.impl.drop_table(op.to_table(operations.migration_context), if_exists=op.if_exists)


@Operations.implementation_for(ops.RenameTableOp)
def rename_table(operations: Operations, op: ops.RenameTableOp) -> None:
    """Give the table its new name."""
    operations.impl.rename_table(op.table_name, op.new_table_name, schema=op.schema)


@Operations.implementation_for(ops.CreateTableCommentOp)
def create_table_comment(operations: Operations, op: ops.CreateTableCommentOp) -> None:
    """Set the comment."""
    operations.impl.create_table_comment(op.to_table(operations.migration_context))


@Operations.implementation_for(ops.DropTableCommentOp)
def drop_table_comment(operations: Operations, op: ops.DropTableCommentOp) -> None:
    """Take the comment away."""
    operations.impl.drop_table_comment(op.to_table(operations.migration_context))


@Operations.implementation_for(ops.AddColumnOp)
def add_column(operations: Operations, op: ops.AddColumnOp) -> None:
    """Add the column, then the constraints and indexes that come with it; nothing, if it is there and need not be."""
    impl: DefaultImpl = operations.impl
    if op.if_not_exists and impl.has_column(op.table_name, op.column.name, schema=op.schema):
        return
    # As text nobody looks: what comes with the column has to stand in the one statement that does.
    inside = bool(op.if_not_exists) and impl.as_sql
    column = copied_column(op.column) if inside else own_column(op.column)
    table = scratch_table(op.table_name, operations.migration_context, column, schema=op.schema)
    constraints = [item for item in table._sorted_constraints if not isinstance(item, PrimaryKeyConstraint)]
    if inside:
        column.constraints.update(
            item for item in constraints if not isinstance(item, ForeignKeyConstraint) and impl.wants(item)
        )
    inline_references = op.inline_references or inside or None
    impl.add_column(
        op.table_name,
        column,
        schema=op.schema,
        if_not_exists=op.if_not_exists,
        inline_references=inline_references,
        inline_primary_key=op.inline_primary_key,
        **op.kw,
    )
    for constraint in constraints:  # a set has no order; CREATE TABLE takes this one
        spelt = inside or (inline_references and isinstance(constraint, ForeignKeyConstraint))
        if not spelt:
            impl.add_constraint(constraint)
    for index in table.indexes:
        impl.create_index(index, **({"if_not_exists": True} if op.if_not_exists else {}))


@Operations.implementation_for(ops.DropColumnOp)
def drop_column(operations: Operations, op: ops.DropColumnOp) -> None:
    """Drop the column."""
    column = op.to_column(operations.migration_context)
    operations.impl.drop_column(op.table_name, column, schema=op.schema, if_exists=op.if_exists, **op.kw)


@Operations.implementation_for(ops.AlterColumnOp)
def alter_column(operations: Operations, op: ops.AlterColumnOp) -> None:
    """Change the column; the CHECK that its old type brought goes first, that of its new type comes last."""
    impl: DefaultImpl = operations.impl
    if op.modify_type is not None and op.existing_type is not None:
        for constraint in _brought_by(op.existing_type, operations, op, op.column_name):
            if isinstance(constraint.name, str) and impl.wants(constraint):
                impl.drop_constraint(constraint)
    impl.alter_column(
        op.table_name,
        op.column_name,
        nullable=op.modify_nullable,
        server_default=op.modify_server_default,
        name=op.modify_name,
        type_=op.modify_type,
        schema=op.schema,
        comment=op.modify_comment,
        existing_type=op.existing_type,
        existing_server_default=op.existing_server_default,
        existing_nullable=op.existing_nullable,
        existing_comment=op.existing_comment,
        **op.kw,
    )
    if op.modify_type is not None:
        for constraint in _brought_by(op.modify_type, operations, op, op.modify_name or op.column_name):
            impl.add_constraint(constraint)


def _brought_by(type_: TypeArgument, operations: Operations, op: ops.AlterColumnOp, column_name: str) -> list[Any]:
    """Return the constraints that a Boolean or an Enum brings along."""
    instance = to_instance(type_)
    if not isinstance(instance, SchemaType):
        return []
    column: Column[Any] = Column(column_name, instance)
    table = scratch_table(op.table_name, operations.migration_context, column, schema=op.schema)
    return [constraint for constraint in table.constraints if getattr(constraint, "_type_bound", False)]


@Operations.implementation_for(ops.CreateIndexOp)
def create_index(operations: Operations, op: ops.CreateIndexOp) -> None:
    """Create the index."""
    keywords = {"if_not_exists": True} if op.if_not_exists else {}
    operations.impl.create_index(op.to_index(operations.migration_context), **keywords)


@Operations.implementation_for(ops.DropIndexOp)
def drop_index(operations: Operations, op: ops.DropIndexOp) -> None:
    """Drop the index."""
    keywords = {"if_exists": True} if op.if_exists else {}
    operations.impl.drop_index(op.to_index(operations.migration_context), **keywords)


@Operations.implementation_for(ops.AddConstraintOp)
def add_constraint(operations: Operations, op: ops.AddConstraintOp) -> None:
    """Add the constraint, of whichever kind."""
    operations.impl.add_constraint(op.to_constraint(operations.migration_context))


@Operations.implementation_for(ops.DropConstraintOp)
def drop_constraint(operations: Operations, op: ops.DropConstraintOp) -> None:
    """Drop the constraint."""
    keywords = {"if_exists": True} if op.if_exists else {}
    operations.impl.drop_constraint(op.to_constraint(operations.migration_context), **keywords)


@Operations.implementation_for(ops.RequireNoRowsOp)
def require_no_rows(operations: Operations, op: ops.RequireNoRowsOp) -> None:
    """Look whether there are rows, and refuse to go on; in text, tell what to look for."""
    impl: DefaultImpl = operations.impl
    query = op.to_select()
    if impl.connection is None:
        text = query.compile(dialect=text_dialect(impl.dialect), compile_kwargs={"literal_binds": True})
        impl.static_output(f"-- This has to find nothing: {' '.join(str(text).split())}")
        return
    if impl.connection.execute(query.limit(1)).first() is not None:
        name = ".".join(filter(None, (op.schema, op.table_name)))
        raise CommandError(
            f"Table {name} has rows{'' if op.where is None else f' where {op.where}'}, and this revision can run only "
            "where it has none.",
            "Say in the revision what becomes of these rows; the comment above that line may tell how.",
        )


@Operations.implementation_for(ops.BulkInsertOp)
def bulk_insert(operations: Operations, op: ops.BulkInsertOp) -> None:
    """Insert the rows."""
    operations.impl.bulk_insert(op.table, op.rows, multiinsert=op.multiinsert)


@Operations.implementation_for(ops.ExecuteSQLOp)
def execute(operations: Operations, op: ops.ExecuteSQLOp) -> None:
    """Execute the statement."""
    operations.impl.execute(op.sqltext, execution_options=op.execution_options)
