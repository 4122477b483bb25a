"""``alembic.ddl.mysql``: the classes of whimbrel-mysql."""

from __future__ import annotations

from whimbrel_mysql.impl import MariaDBImpl, MySQLImpl

__all__ = ["MariaDBImpl", "MySQLImpl"]
