"""Tables that the models lack: they may be somebody else's, so they are dropped only where that is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from whimbrel_autogen.context import AutogenContext
    from whimbrel_autogen.pairs import TablePair

VERSION_TABLES: Final = frozenset(
    {"whimbrel_version", "whimbrel_history", "whimbrel_journal", "whimbrel_lock", "alembic_version"}
)
"""Tables that keep where a database is, and how runs went, by their usual names: of this project, or of another."""

_SHOWN: Final = 30
"""How many tables a note names."""


def without_unknown(
    context: AutogenContext, schemas: Mapping[str | None, Sequence[TablePair]]
) -> dict[str | None, list[TablePair]]:
    """Return the tables of each schema without those that the models lack and that are not to be dropped.

    A note lists these. They take no part at all, so nothing that belongs to them is dropped either.

    :param context: the comparison, whose option ``allow_drop_table`` says what may be dropped.
    :param schemas: the tables of each schema, on both sides.
    """
    kept: list[str] = []
    taken: dict[str | None, list[TablePair]] = {}
    for schema, tables in schemas.items():
        taken[schema] = []
        for table in tables:
            if table.models is None and not may_drop(context, table):
                kept.append(_qualified(table.schema, table.name))
            else:
                taken[schema].append(table)
    if kept:
        context.note(_told(kept))
    return taken


def may_drop(context: AutogenContext, table: TablePair) -> bool:
    """Return whether a table that the models lack may be dropped.

    :param context: the comparison.
    :param table: the table.
    """
    allowed = context.opts.get("allow_drop_table", True)
    if isinstance(allowed, bool):
        return allowed
    names = {_qualified(table.schema, table.name)}
    if table.schema is None:
        names.add(_qualified(context.dialect.default_schema_name, table.name))
    return any(fnmatchcase(name, pattern) for name in names for pattern in allowed)


def _qualified(schema: str | None, name: str) -> str:
    return f"{schema}.{name}" if schema else name


def _told(kept: Sequence[str]) -> str:
    command = "whimbrel revision --autogenerate --allow-drop-table"
    if len(kept) == 1:
        return f"Table {kept[0]} is in the database only, and kept. To drop it:  {command} {kept[0]}"
    more = f" and {len(kept) - _SHOWN} more" if len(kept) > _SHOWN else ""
    return (
        f"{len(kept)} tables are in the database only, and kept: {', '.join(kept[:_SHOWN])}{more}. "
        f"To drop one of them:  {command} <table>"
    )
