"""``alembic.ddl.oracle``: the classes of whimbrel-oracle."""

from __future__ import annotations

from whimbrel_oracle.impl import OracleImpl

__all__ = ["OracleImpl"]
