"""``alembic.ddl.sqlite``: the classes of whimbrel-sqlite."""

from __future__ import annotations

from whimbrel_sqlite.impl import SQLiteImpl

__all__ = ["SQLiteImpl"]
