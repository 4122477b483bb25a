"""What autogenerate may write into a project of Alembic's: calls that Alembic knows too, so that it can go on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Dialect

from whimbrel.entry_points import OWN_DISTRIBUTIONS
from whimbrel.operations import Operations, ops
from whimbrel.operations.ops import MigrateOperation, MigrationScript, OpContainer
from whimbrel.runtime.migration import MigrationContext

KNOWN = frozenset(getattr(ops, name) for name in ops.__all__) - {ops.RequireNoRowsOp}
"""The directives that Alembic has under the same name."""

_KNOWN_NAMES = frozenset({"CreateExcludeConstraintOp"})
"""Those that it has, and a package of a dialect here."""

_CREATES_TYPE = "CreateEnumTypeOp"


def is_portable(op: MigrateOperation) -> bool:
    """Return whether Alembic could run what *op* becomes in a script: its own directives, and those of strangers."""
    cls = type(op)
    package = cls.__module__.partition(".")[0].replace("_", "-")
    return cls in KNOWN or cls.__name__ in _KNOWN_NAMES or package not in OWN_DISTRIBUTIONS


def keep_portable(script: MigrationScript, dialect: Dialect) -> None:
    """Take out what Alembic could not run, and note it, as SQL.

    :param script: the directives of a new revision.
    :param dialect: spells the SQL.
    """
    halves: list[tuple[str, OpContainer]] = [("upgrade()", half) for half in script.upgrade_ops_list]
    halves += [("downgrade()", half) for half in script.downgrade_ops_list]
    for name, half in halves:
        left_out: list[MigrateOperation] = []
        _keep(half, left_out)
        lines = [line for op in left_out for line in _told(op, half, dialect)]
        if lines:
            script.notes.append(
                f"Left out of {name}, since Alembic has no such operations. As SQL, for op.execute():\n"
                + "\n".join(f"    {line}" for line in lines)
            )


def _keep(container: OpContainer, left_out: list[MigrateOperation]) -> None:
    kept: list[MigrateOperation] = []
    for op in container.ops:
        if isinstance(op, OpContainer):
            _keep(op, left_out)
        (kept if is_portable(op) else left_out).append(op)
    container.ops[:] = kept


def _told(op: Any, half: OpContainer, dialect: Dialect) -> Iterator[str]:
    """Yield the lines that tell of a directive; none for a type that ``create_table`` creates with Alembic too."""
    if type(op).__name__ == _CREATES_TYPE:
        if op.name in _types_of_new_tables(half, dialect):
            return
        yield "-- Whimbrel does this with the column that needs it, Alembic does not:"
    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written}
    Operations(MigrationContext.configure(dialect=dialect, opts=options)).invoke(op)
    yield from written.getvalue().strip().splitlines()


def _types_of_new_tables(half: OpContainer, dialect: Dialect) -> set[str | None]:
    from whimbrel_postgresql.named_types import named_types

    tables = [op for op in half.ops if isinstance(op, ops.CreateTableOp)]
    columns = [item for table in tables for item in table.columns if isinstance(item, Column)]
    return {type_.name for column in columns for type_ in named_types(column.type, dialect)}
