"""What this package offers to Whimbrel: the Impl of PostgreSQL, and the operations that only PostgreSQL has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whimbrel.impl import DefaultImpl
from whimbrel.operations import OperationRegistry
from whimbrel.plugins import hookimpl
from whimbrel_postgresql.impl import PostgresqlImpl
from whimbrel_postgresql.operations import register

if TYPE_CHECKING:
    from whimbrel.operations import MigrateOperation
    from whimbrel.operations.ops import MigrationScript
    from whimbrel.plugins import MigrationRun

# The hooks of autogenerate are optional: that package may not be installed. What answers them is imported when a
# comparison asks; what they are given is that package's own, and so has no type here.


@hookimpl
def whimbrel_impl(dialect_name: str) -> type[DefaultImpl] | None:
    """Answer for ``postgresql``."""
    return PostgresqlImpl if dialect_name == "postgresql" else None


@hookimpl
def whimbrel_operations(registry: OperationRegistry) -> None:
    """Add ``op.create_enum_type``, ``op.create_exclude_constraint`` and their like."""
    register(registry)


@hookimpl(optionalhook=True)
def whimbrel_compare_schema(context: Any, schema: str | None, tables: list[Any]) -> list[MigrateOperation]:
    """Find enum types and sequences that differ, and exclusion constraints of tables that go."""
    from whimbrel_postgresql.comparators import in_schema

    return in_schema(context, schema, tables) if context.dialect.name == "postgresql" else []


@hookimpl(optionalhook=True)
def whimbrel_compare_table(context: Any, table: Any) -> list[MigrateOperation]:
    """Find what differs in exclusion constraints, in options of primary keys, and in columns that count."""
    from whimbrel_postgresql.comparators import in_table

    return in_table(context, table) if context.dialect.name == "postgresql" else []


@hookimpl(optionalhook=True)
def whimbrel_compare_column(context: Any, table: Any, column: Any) -> list[MigrateOperation]:
    """Find how the values of a column become another type."""
    from whimbrel_postgresql.comparators import in_column

    return in_column(context, table, column) if context.dialect.name == "postgresql" else []


@hookimpl(optionalhook=True)
def whimbrel_process_directives(context: MigrationRun, script: MigrationScript) -> None:
    """Rename what differs in nothing but its name."""
    if context.dialect.name == "postgresql":
        from whimbrel_postgresql.renamed_keys import rename_keys

        rename_keys(context, script)


@hookimpl(optionalhook=True)
def whimbrel_render_item(context: Any, kind: str, item: object, imports: set[str]) -> str | None:
    """Spell this package's operations, and exclusion constraints."""
    from whimbrel_postgresql.rendering import render_constraint, render_operation

    if kind == "operation":
        return render_operation(context, item)
    return render_constraint(context, item, imports) if kind == "constraint" else None
