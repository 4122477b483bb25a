"""Comparisons for tests: a database in some state, models, and the script that comes of it, which is also run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import sqlalchemy as sa

from testing.databases import Database
from testing.wings import catalog, operations
from whimbrel.operations.ops import MigrationScript, OpContainer
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import produce_migrations, render_python_code


@dataclass(frozen=True, slots=True)
class Compared:
    """What one comparison has found.

    :param script: the directives.
    :param upgrade: what ``upgrade()`` says.
    :param downgrade: what ``downgrade()`` says.
    :param imports: what the script imports.
    """

    script: MigrationScript
    upgrade: str
    downgrade: str
    imports: set[str]

    @property
    def notes(self) -> list[str]:
        """What a person is told besides."""
        return self.script.notes


def made(database: Database, *statements: str) -> None:
    """Execute SQL statements in a database."""
    with database.engine().begin() as connection:
        connection = connection.execution_options(no_parameters=True)  # a percent sign is one
        for statement in statements:
            connection.exec_driver_sql(statement)


def compared(database: Database, models: sa.MetaData | Sequence[sa.MetaData] | None, **opts: Any) -> Compared:
    """Compare a database with models.

    :param database: the database.
    :param models: the models.
    :param opts: options of ``context.configure()``.
    """
    with database.engine().connect() as connection:
        run = MigrationContext.configure(connection, opts={"target_metadata": models, **opts})
        script = produce_migrations(run, models)
        imports: set[str] = set(script.imports)
        halves = [
            _source(half, run, imports, bool(opts.get("render_as_batch")))
            for half in (*script.upgrade_ops_list, *script.downgrade_ops_list)
        ]
    upgrade, downgrade = halves
    return Compared(script, upgrade, downgrade, imports)


def _source(half: OpContainer, run: MigrationContext, imports: set[str], as_batch: bool) -> str:
    options = {
        name: run.opts.get(name) for name in ("render_item", "user_module_prefix") if run.opts.get(name) is not None
    }
    source = render_python_code(half, migration_context=run, imports=imports, render_as_batch=as_batch, **options)  # type: ignore[arg-type]  # one of two halves
    return dedent(f"    {source}")


def carried_out(database: Database, source: str, imports: set[str]) -> None:
    """Run one half of a script."""
    with operations(database) as op:
        scope: dict[str, Any] = {"op": op, "sa": sa}
        exec("\n".join(sorted(imports)), scope)
        exec(source, scope)


def there_and_back(database: Database, found: Compared, models: Any, **opts: Any) -> tuple[str, list[str], list[str]]:
    """Run a script's upgrade, compare once more, run its downgrade.

    :return: what is still missing after the upgrade; the catalog before; the catalog after the downgrade.
    """
    before = catalog(database)
    carried_out(database, found.upgrade, found.imports)
    missing = compared(database, models, **opts).upgrade
    carried_out(database, found.downgrade, found.imports)
    return missing, before, catalog(database)
