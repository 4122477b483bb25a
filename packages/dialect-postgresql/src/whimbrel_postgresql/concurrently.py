"""CONCURRENTLY: indexes that are built and dropped while others write.

https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Index, text

from whimbrel.errors import CommandError

AUTOCOMMIT: Final = "    with op.get_context().autocommit_block():\n"
"""How a script leaves its transaction; a statement follows, indented by eight."""

_INVALID: Final = text(
    """
    SELECT 1 FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = :name AND n.nspname = coalesce(:schema, current_schema()) AND NOT i.indisvalid
    """
)


def is_concurrent(index: Index) -> bool:
    """Return whether an index says ``postgresql_concurrently=True``."""
    return bool(index.dialect_options["postgresql"]["concurrently"])


def refuse_in_transaction(operation: str, index: Index) -> CommandError:
    """Return the refusal that comes before the server's, which would spoil the transaction and name no remedy.

    :param operation: ``create_index`` or ``drop_index``.
    :param index: the index.
    """
    return CommandError(
        f"{operation}({str(index.name)!r}, postgresql_concurrently=True) cannot run inside of a transaction.",
        f"Leave the transaction for it:\n{AUTOCOMMIT}"
        f"        op.{operation}({str(index.name)!r}, ..., postgresql_concurrently=True)",
    )


def refuse_invalid(connection: Connection, index: Index) -> None:
    """Refuse to take for the index what is left of it where building it failed half-way: IF NOT EXISTS would.

    :param connection: is asked.
    :param index: the index.
    :raises CommandError: there is an index of that name, and it is invalid.
    """
    schema = index.table.schema if index.table is not None else None
    if connection.execute(_INVALID, {"name": index.name, "schema": schema}).first() is not None:
        raise CommandError(
            f"There is an index {index.name} already, and it is invalid: an attempt to build it has failed half-way.",
            f"Drop it, and run this again:\n{AUTOCOMMIT}"
            f"        op.drop_index({str(index.name)!r}, postgresql_concurrently=True)",
        )
