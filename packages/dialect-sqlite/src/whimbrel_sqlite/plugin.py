"""What this package offers to Whimbrel: the Impl of SQLite, and what autogenerate cannot know without it."""

from __future__ import annotations

from typing import Any

from whimbrel.impl import DefaultImpl
from whimbrel.plugins import hookimpl
from whimbrel_sqlite.compare import option_notes
from whimbrel_sqlite.impl import SQLiteImpl


@hookimpl
def whimbrel_impl(dialect_name: str) -> type[DefaultImpl] | None:
    """Answer for ``sqlite``."""
    return SQLiteImpl if dialect_name == "sqlite" else None


# Optional, as autogenerate may not be installed; what it gives is of its own classes, and so has no type here.
@hookimpl(optionalhook=True)
def whimbrel_compare_table(context: Any, table: Any) -> None:
    """Take note of what differs and no directive can say: the options of a table."""
    if context.dialect.name == "sqlite":
        for note in option_notes(table.reflected, table.models):
            context.note(note)
