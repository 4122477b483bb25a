"""What this package offers to Whimbrel: the Impl of Oracle."""

from __future__ import annotations

from whimbrel.impl import DefaultImpl
from whimbrel.plugins import hookimpl
from whimbrel_oracle.impl import OracleImpl


@hookimpl
def whimbrel_impl(dialect_name: str) -> type[DefaultImpl] | None:
    """Answer for ``oracle``."""
    return OracleImpl if dialect_name == "oracle" else None
