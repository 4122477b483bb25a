"""Comparators that an env.py, or a module it imports, registers by a decorator instead of as an installed package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Column

from whimbrel.operations.ops import AlterColumnOp, MigrateOperation, ModifyTableOps, UpgradeOps

if TYPE_CHECKING:
    from whimbrel_autogen.context import AutogenContext
    from whimbrel_autogen.pairs import Pair, TablePair

Function = TypeVar("Function", bound=Callable[..., Any])

TARGETS = ("schema", "table", "column")


class Comparators:
    """Functions that take part in each comparison of the process, after the subjects.

    Example::

        from whimbrel_autogen import comparators

        @comparators.dispatch_for("schema")
        def compare_sequences(autogen_context, upgrade_ops, schemas):
            upgrade_ops.ops.append(CreateSequenceOp("invoice_number"))
    """

    def __init__(self) -> None:
        self._functions: list[tuple[str, str, int, Callable[..., Any]]] = []

    def dispatch_for(
        self, target: str, *, priority: int = 25, qualifier: str = "default", subgroup: str | None = None
    ) -> Callable[[Function], Function]:
        """Return a decorator for a function that takes part in comparisons.

        It changes the directives that it is handed, and is called with:

        - for ``schema``: ``(autogen_context, upgrade_ops, schemas)``, once;
        - for ``table``: ``(autogen_context, modify_ops, schema, table_name, conn_table, metadata_table)``, for each
          table; what one side lacks is ``None``;
        - for ``column``: ``(autogen_context, alter_column_op, schema, table_name, column_name, conn_col,
          metadata_col)``, for each column that both sides have.

        :param target: ``schema``, ``table`` or ``column``.
        :param priority: of two functions, the one with the higher number is called first.
        :param qualifier: the name of the dialect it is for; ``default`` for all.
        :param subgroup: taken for the sake of functions written for Alembic; nothing is asked by it.
        :raises ValueError: there is no such target.
        """
        if target not in TARGETS:
            raise ValueError(f"Comparators are for {', '.join(TARGETS)}, not for {target!r}.")

        def register(function: Function) -> Function:
            self._functions.append((target, qualifier, priority, function))
            return function

        return register

    def wanted(self, target: str, context: AutogenContext) -> bool:
        """Return whether anybody registered for *target*."""
        return any(True for _ in self._of(target, context))

    def _of(self, target: str, context: AutogenContext) -> Iterator[Callable[..., Any]]:
        for kind, qualifier, _, function in sorted(self._functions, key=lambda item: -item[2]):
            if kind == target and qualifier in ("default", context.dialect.name):
                yield function

    def schema(self, context: AutogenContext, upgrade: UpgradeOps, schemas: set[str | None]) -> None:
        """Let the functions for schemas change *upgrade*."""
        for function in self._of("schema", context):
            function(context, upgrade, schemas)

    def table(self, context: AutogenContext, table: TablePair, ops: list[MigrateOperation]) -> list[MigrateOperation]:
        """Return the directives of a table after the functions for tables had their say."""
        if not self.wanted("table", context):
            return ops
        changes = ModifyTableOps(table.name, ops, schema=table.schema)
        for function in self._of("table", context):
            function(context, changes, table.schema, table.name, table.database, table.models)
        return changes.ops

    def column(
        self, context: AutogenContext, table: TablePair, column: Pair[Column[Any]], change: AlterColumnOp
    ) -> None:
        """Let the functions for columns change the directive of a column."""
        for function in self._of("column", context):
            name = change.column_name
            function(context, change, table.schema, table.name, name, column.database, column.models)


comparators = Comparators()
