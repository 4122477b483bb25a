"""What this package offers to Whimbrel: the Impl of DuckDB."""

from __future__ import annotations

from whimbrel.impl import DefaultImpl
from whimbrel.plugins import hookimpl
from whimbrel_duckdb.impl import DuckDBImpl


@hookimpl
def whimbrel_impl(dialect_name: str) -> type[DefaultImpl] | None:
    """Answer for ``duckdb``."""
    return DuckDBImpl if dialect_name == "duckdb" else None
