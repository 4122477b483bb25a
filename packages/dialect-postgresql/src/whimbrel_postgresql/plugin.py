"""What this package offers to Whimbrel: the Impl of PostgreSQL, and the operations that only PostgreSQL has."""

from __future__ import annotations

from whimbrel.impl import DefaultImpl
from whimbrel.operations import OperationRegistry
from whimbrel.plugins import hookimpl
from whimbrel_postgresql.impl import PostgresqlImpl
from whimbrel_postgresql.operations import register


@hookimpl
def whimbrel_impl(dialect_name: str) -> type[DefaultImpl] | None:
    """Answer for ``postgresql``."""
    return PostgresqlImpl if dialect_name == "postgresql" else None


@hookimpl
def whimbrel_operations(registry: OperationRegistry) -> None:
    """Add ``op.create_enum_type``, ``op.create_exclude_constraint`` and their like."""
    register(registry)
