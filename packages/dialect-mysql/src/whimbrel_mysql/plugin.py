"""What this package offers to Whimbrel: the Impls of MySQL and of MariaDB."""

from __future__ import annotations

from whimbrel.impl import DefaultImpl
from whimbrel.plugins import hookimpl
from whimbrel_mysql.impl import MariaDBImpl, MySQLImpl

_IMPLS: dict[str, type[DefaultImpl]] = {"mysql": MySQLImpl, "mariadb": MariaDBImpl}


@hookimpl
def whimbrel_impl(dialect_name: str) -> type[DefaultImpl] | None:
    """Answer for ``mysql`` and ``mariadb``."""
    return _IMPLS.get(dialect_name)
