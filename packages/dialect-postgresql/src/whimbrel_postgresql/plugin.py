"""What this package offers to Whimbrel: the Impl of PostgreSQL."""

from __future__ import annotations

from whimbrel.impl import DefaultImpl
from whimbrel.plugins import hookimpl
from whimbrel_postgresql.impl import PostgresqlImpl


@hookimpl
def whimbrel_impl(dialect_name: str) -> type[DefaultImpl] | None:
    """Answer for ``postgresql``."""
    return PostgresqlImpl if dialect_name == "postgresql" else None
