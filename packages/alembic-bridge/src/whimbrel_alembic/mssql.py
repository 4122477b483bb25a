"""``alembic.ddl.mssql``: the classes of whimbrel-mssql."""

from __future__ import annotations

from whimbrel_mssql.impl import MSSQLImpl

__all__ = ["MSSQLImpl"]
