"""The directive that alters a column, before it is said what changes: all that its reverse has to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column

from whimbrel.operations.ops import AlterColumnOp

if TYPE_CHECKING:
    from whimbrel_autogen.context import AutogenContext
    from whimbrel_autogen.pairs import Pair


def altering(context: AutogenContext, schema: str | None, table: str, column: Pair[Column[Any]]) -> AlterColumnOp:
    """Return a directive that changes nothing yet, and knows what the column is.

    :param context: the comparison.
    :param schema: the schema; ``None`` for the connection's default.
    :param table: the table.
    :param column: the column; the models need not have it.
    """
    was = column.database
    assert was is not None
    op = AlterColumnOp(
        table,
        was.name,
        schema=schema,
        existing_type=context.impl.existing_type(was, column.models) if column.models is not None else was.type,
        existing_nullable=was.nullable,
        existing_server_default=was.server_default,
        existing_comment=was.comment,
    )
    if was.autoincrement is True and context.dialect.name in ("mysql", "mariadb"):
        op.kw["existing_autoincrement"] = True
    return op
