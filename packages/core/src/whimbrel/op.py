"""``from whimbrel import op``: what migration scripts call; each name is the current run's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext
from whimbrel.runtime.proxies import op as _op

add_column = _op.add_column
alter_column = _op.alter_column
batch_alter_table = _op.batch_alter_table
bulk_insert = _op.bulk_insert
create_check_constraint = _op.create_check_constraint
create_foreign_key = _op.create_foreign_key
create_index = _op.create_index
create_primary_key = _op.create_primary_key
create_table = _op.create_table
create_table_comment = _op.create_table_comment
create_unique_constraint = _op.create_unique_constraint
drop_column = _op.drop_column
drop_constraint = _op.drop_constraint
drop_index = _op.drop_index
drop_table = _op.drop_table
drop_table_comment = _op.drop_table_comment
execute = _op.execute
f = _op.f
get_bind = _op.get_bind
get_context: Callable[[], MigrationContext] = _op.get_context
implementation_for = _op.implementation_for
inline_literal = _op.inline_literal
invoke = _op.invoke
register_operation = _op.register_operation
rename_table = _op.rename_table
require_no_rows = _op.require_no_rows
run_async = _op.run_async
context = Operations.context


if not TYPE_CHECKING:  # a type checker is to report a misspelt verb; how plugins' verbs are typed: docs/extending

    def __getattr__(name: str) -> Any:
        """Look up what plugins add, such as ``op.create_view``, on the current run's operations."""
        return getattr(_op, name)


__all__ = [
    "Operations",
    "add_column",
    "alter_column",
    "batch_alter_table",
    "bulk_insert",
    "context",
    "create_check_constraint",
    "create_foreign_key",
    "create_index",
    "create_primary_key",
    "create_table",
    "create_table_comment",
    "create_unique_constraint",
    "drop_column",
    "drop_constraint",
    "drop_index",
    "drop_table",
    "drop_table_comment",
    "execute",
    "f",
    "get_bind",
    "get_context",
    "implementation_for",
    "inline_literal",
    "invoke",
    "register_operation",
    "rename_table",
    "require_no_rows",
    "run_async",
]
