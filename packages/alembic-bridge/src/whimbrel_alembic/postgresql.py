"""``alembic.ddl.postgresql``: the classes of whimbrel-postgresql."""

from __future__ import annotations

from whimbrel_postgresql.ddl import PostgresqlColumnType
from whimbrel_postgresql.impl import PostgresqlImpl
from whimbrel_postgresql.operations import CreateExcludeConstraintOp

__all__ = ["CreateExcludeConstraintOp", "PostgresqlColumnType", "PostgresqlImpl"]
