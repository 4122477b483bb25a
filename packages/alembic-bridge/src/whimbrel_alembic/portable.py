"""What autogenerate may write into a project of Alembic's: calls that Alembic knows too, so that it can go on."""

from __future__ import annotations

from typing import Any

from whimbrel.entry_points import OWN_DISTRIBUTIONS
from whimbrel.operations import ops
from whimbrel.operations.ops import MigrateOperation, MigrationScript, OpContainer

KNOWN = frozenset(getattr(ops, name) for name in ops.__all__) - {ops.RequireNoRowsOp}
"""The directives that Alembic has under the same name."""

_KNOWN_NAMES = frozenset({"CreateExcludeConstraintOp"})
"""Those that it has, and a package of a dialect here."""


def is_portable(op: MigrateOperation) -> bool:
    """Return whether Alembic could run what *op* becomes in a script: its own directives, and those of strangers."""
    cls = type(op)
    package = cls.__module__.partition(".")[0].replace("_", "-")
    return cls in KNOWN or cls.__name__ in _KNOWN_NAMES or package not in OWN_DISTRIBUTIONS


def keep_portable(script: MigrationScript) -> None:
    """Take out what Alembic could not run, and note it.

    :param script: the directives of a new revision.
    """
    left_out: list[Any] = []
    for half in (*script.upgrade_ops_list, *script.downgrade_ops_list):
        _keep(half, left_out)
    if left_out:
        listed = ", ".join(dict.fromkeys(map(_told, left_out)))
        script.notes.append(
            f"Left out, since Alembic has no such operation: {listed}. If you need it, write it with op.execute(). In "
            "a project with a configuration of Whimbrel's own it is written."
        )


def _told(op: Any) -> str:
    kind = type(op).__name__.removesuffix("Op")
    return f"{kind} {getattr(op, 'name', None) or getattr(op, 'table_name', '')}".rstrip()


def _keep(container: OpContainer, left_out: list[Any]) -> None:
    kept: list[MigrateOperation] = []
    for op in container.ops:
        if isinstance(op, OpContainer):
            _keep(op, left_out)
        (kept if is_portable(op) else left_out).append(op)
    container.ops[:] = kept
