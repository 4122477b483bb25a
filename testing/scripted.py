"""What tests of comparisons share: what differs between models and a database, and scripts that are written and run."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from whimbrel.operations import Operations
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


def scripted(engine: sa.Engine, metadata: sa.MetaData, prefix: str | None = None, **options: Any) -> tuple[str, str]:
    """Return both halves of the script that brings a database to models; *prefix* is ``user_module_prefix``."""
    with engine.connect() as connection:
        context = _context(connection, options)
        script = produce_migrations(context, metadata)
        return _spelt(script.upgrade_ops, context, prefix), _spelt(script.downgrade_ops, context, prefix)


def run(engine: sa.Engine, source: str, **known: Any) -> None:
    """Run half of a script in the transaction that a revision would have, with more names than it imports."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        with context.begin_transaction():
            names = {"op": Operations(context), "sa": sa, "postgresql": postgresql, "mysql": mysql, **known}
            exec(compile(source, "script", "exec"), names)  # it was written a moment ago


def _context(connection: sa.Connection, options: dict[str, Any]) -> MigrationContext:
    return MigrationContext.configure(connection, opts={**OPTIONS, **options})


def _spelt(half: Any, context: MigrationContext, prefix: str | None) -> str:
    """Return a half as a script of its own, with what it imports but for SQLAlchemy and ``op``."""
    imports: set[str] = set()
    body = render_python_code(
        half,
        migration_context=context,
        imports=imports,  # type: ignore[arg-type]  # a set is told
        user_module_prefix=prefix,
    )
    lines = [*sorted(line for line in imports if not line.startswith("from sqlalchemy")), *body.split("\n")]
    return "\n".join(line.removeprefix("    ") for line in lines)
