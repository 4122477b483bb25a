"""Functions that listen to SQLAlchemy's event ``column_reflect``; packages with types of their own mend columns there.

Source: SQLAlchemy, "DDLEvents.column_reflect".
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Inspector, MetaData, Table

from whimbrel.impl import ReflectedTable


def tell_listeners(inspector: Inspector, tables: Collection[ReflectedTable]) -> None:
    """Let who listens to Tables in general hear of each column, as of a Table with ``autoload_with``.

    :param inspector: on the connection.
    :param tables: what was reflected; listeners change its columns in place.
    """
    if not Table("any", MetaData()).dispatch.column_reflect:
        return  # nobody does; then no Table is made for that
    for reflected in tables:
        table = Table(reflected.name, MetaData(), schema=reflected.schema)
        for column in reflected.columns:
            table.dispatch.column_reflect(inspector, table, column)
