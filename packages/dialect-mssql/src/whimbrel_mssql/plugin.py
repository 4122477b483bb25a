"""What this package offers to Whimbrel: the Impl of SQL Server."""

from __future__ import annotations

from whimbrel.impl import DefaultImpl
from whimbrel.plugins import hookimpl
from whimbrel_mssql.impl import MSSQLImpl


@hookimpl
def whimbrel_impl(dialect_name: str) -> type[DefaultImpl] | None:
    """Answer for ``mssql``."""
    return MSSQLImpl if dialect_name == "mssql" else None
