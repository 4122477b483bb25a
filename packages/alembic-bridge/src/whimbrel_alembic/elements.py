"""``alembic.ddl.base``: what core's elements do not have under the same name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.sql.elements import quoted_name

from whimbrel.ddl import RenameTable, alter_table, format_table_name

__all__ = ["quote_dotted", "visit_rename_table"]


def quote_dotted(name: quoted_name | str, quote: Any) -> quoted_name | str:
    """Return a dotted name with each of its parts quoted.

    :param name: such as ``server.schema``; what SQLAlchemy has marked as quoted is one part.
    :param quote: quotes one name.
    """
    if isinstance(name, quoted_name):
        return str(quote(name))
    return ".".join(str(quote(part)) for part in name.split("."))


def visit_rename_table(element: RenameTable, compiler: Any, **kw: Any) -> str:
    """Return the SQL of a renaming, as databases without a spelling of their own have it."""
    new = format_table_name(compiler, element.new_table_name, element.schema)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"


def _fk_spec(constraint: ForeignKeyConstraint) -> tuple[Any, ...]:
    """Return what ``alembic.testing`` compares of a foreign key: each side's schema, table and columns; its options."""
    targets = [element.target_fullname.split(".") for element in constraint.elements]
    *schema, table, _ = targets[0]
    return (
        constraint.parent.schema,
        constraint.parent.name,
        [column.name for column in constraint.columns],
        ".".join(schema) or None,
        table,
        [target[-1] for target in targets],
        constraint.onupdate,
        constraint.ondelete,
        constraint.deferrable,
        constraint.initially,
    )
