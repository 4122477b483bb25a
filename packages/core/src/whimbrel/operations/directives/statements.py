"""The directive that is any statement at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.sql.base import Executable

from whimbrel.operations.directives.base import BatchInvoker, Invoker, MigrateOperation
from whimbrel.operations.registry import register_operation


@register_operation("execute")
class ExecuteSQLOp(MigrateOperation):
    """Execute a statement.

    :param sqltext: a SQLAlchemy statement, or SQL text.
    :param execution_options: SQLAlchemy's execution options.
    """

    def __init__(self, sqltext: Executable | str, *, execution_options: Mapping[str, Any] | None = None) -> None:
        self.sqltext = sqltext
        self.execution_options = execution_options

    @classmethod
    def execute(
        cls,
        operations: Invoker,
        sqltext: Executable | str,
        *,
        execution_options: Mapping[str, Any] | None = None,
    ) -> None:
        """Carry out ``op.execute``."""
        operations.invoke(cls(sqltext, execution_options=execution_options))

    @classmethod
    def batch_execute(
        cls,
        operations: BatchInvoker,
        sqltext: Executable | str,
        *,
        execution_options: Mapping[str, Any] | None = None,
    ) -> None:
        """Carry out ``batch.execute``."""
        operations.invoke(cls(sqltext, execution_options=execution_options))

    def to_diff_tuple(self) -> tuple[str, Executable | str]:
        """Return ``("execute", statement)``."""
        return ("execute", self.sqltext)
