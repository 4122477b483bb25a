"""What this package offers to Whimbrel: the Impls of MySQL and of MariaDB, and what only they can differ in."""

from __future__ import annotations

from typing import Any

from whimbrel.impl import DefaultImpl
from whimbrel.operations import MigrateOperation
from whimbrel.plugins import hookimpl
from whimbrel_mysql.impl import MariaDBImpl, MySQLImpl

_IMPLS: dict[str, type[DefaultImpl]] = {"mysql": MySQLImpl, "mariadb": MariaDBImpl}


@hookimpl
def whimbrel_impl(dialect_name: str) -> type[DefaultImpl] | None:
    """Answer for ``mysql`` and ``mariadb``."""
    return _IMPLS.get(dialect_name)


@hookimpl(optionalhook=True)
def whimbrel_compare_table(context: Any, table: Any) -> list[MigrateOperation]:
    """Find the indexes that foreign keys to come will need, and options that differ where they are looked at."""
    from whimbrel_mysql.comparators import in_table
    from whimbrel_mysql.table_options import compare_options

    if context.dialect.name not in _IMPLS:
        return []
    return [*in_table(context, table), *compare_options(context, table)]


@hookimpl(optionalhook=True)
def whimbrel_compare_column(context: Any, table: Any, column: Any) -> list[MigrateOperation]:
    """Find columns that begin or cease to count."""
    from whimbrel_mysql.comparators import in_column

    return in_column(context, table, column) if context.dialect.name in _IMPLS else []
