"""What this package offers to Whimbrel: the Impl of SQLite."""

from __future__ import annotations

from whimbrel.impl import DefaultImpl
from whimbrel.plugins import hookimpl
from whimbrel_sqlite.impl import SQLiteImpl


@hookimpl
def whimbrel_impl(dialect_name: str) -> type[DefaultImpl] | None:
    """Answer for ``sqlite``."""
    return SQLiteImpl if dialect_name == "sqlite" else None
