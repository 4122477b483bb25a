"""What tests of comparisons share: what differs between models and a database, and scripts that are written and run."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from whimbrel.operations import Operations
from whimbrel.operations.ops import MigrationScript, OpContainer
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import compare_metadata, produce_migrations, render_python_code

OPTIONS: dict[str, Any] = {
    "compare_server_default": True,
    "autogenerate_plugins": ["*", "whimbrel.autogenerate.checks"],
}
"""All that can be compared is compared."""


def differences(engine: sa.Engine, metadata: sa.MetaData, **options: Any) -> list[Any]:
    """Return what differs."""
    with engine.connect() as connection:
        return compare_metadata(_context(connection, options), metadata)


def scripted(engine: sa.Engine, metadata: sa.MetaData, **options: Any) -> tuple[MigrationScript, str, str]:
    """Return the directives that bring a database to models, and both halves of their script."""
    with engine.connect() as connection:
        context = _context(connection, options)
        script = produce_migrations(context, metadata)
        upgrade, downgrade = script.upgrade_ops, script.downgrade_ops
        assert isinstance(upgrade, OpContainer)
        assert isinstance(downgrade, OpContainer)
        up, down = (
            f"{_dedented(render_python_code(half, migration_context=context))}" for half in (upgrade, downgrade)
        )
        return script, up, down


def run(engine: sa.Engine, source: str) -> None:
    """Run half of a script in the transaction that a revision would have."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        with context.begin_transaction():
            names = {"op": Operations(context), "sa": sa, "postgresql": postgresql, "mysql": mysql}
            exec(compile(source, "script", "exec"), names)  # it was written a moment ago


def _context(connection: sa.Connection, options: dict[str, Any]) -> MigrationContext:
    return MigrationContext.configure(connection, opts={**OPTIONS, **options})


def _dedented(body: str) -> str:
    return "\n".join(line.removeprefix("    ") for line in body.split("\n"))
