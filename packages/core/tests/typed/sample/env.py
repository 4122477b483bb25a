"""An env.py that calls every name of ``context``; it is checked, never run."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from whimbrel import context
from whimbrel.config import Config
from whimbrel.operations import MigrationScript
from whimbrel.runtime.migration import MigrationContext
from whimbrel.script import ScriptDirectory

config: Config = context.config
script: ScriptDirectory = context.script
metadata = sa.MetaData()


def include_object(item: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    return type_ != "table" or name != "spatial_ref_sys"


def include_name(name: str | None, type_: str, parents: Any) -> bool:
    return name != "spatial_ref_sys"


def rewrite(migration: MigrationContext, revision: Any, directives: list[MigrationScript]) -> None:
    for directive in directives:
        if directive.upgrade_ops is not None and directive.upgrade_ops.is_empty():
            directives.clear()


def applied(*, ctx: MigrationContext, step: Any, heads: set[str], run_args: dict[str, Any]) -> None:
    ctx.impl.static_output(f"-- {heads}")


def run(connection: sa.Connection | None) -> None:
    context.configure(
        connection=connection,
        url=None if connection is not None else context.database_url(),
        target_metadata=context.target_metadata() or [metadata],
        transaction_per_migration=True,
        include_object=include_object,
        include_name=include_name,
        include_schemas=True,
        compare_type=True,
        render_as_batch=True,
        process_revision_directives=rewrite,
        on_version_apply=applied,
        version_table="versions",
    )
    with context.begin_transaction():
        context.run_migrations(tenant="acme")


async def run_async() -> None:
    async with context.connect_async() as connection:
        await connection.run_sync(run)


def facts() -> tuple[str | None, tuple[str, ...], str, bool]:
    arguments: dict[str, str] = context.get_x_argument(as_dictionary=True)
    texts: list[str] = context.get_x_argument()
    context.get_starting_revision_argument()
    context.get_revision_argument()
    context.execute("SELECT 1", execution_options={"x": 1})
    context.static_output(f"-- {arguments} {texts} {context.get_tag_argument()}")
    dialect = context.get_context().dialect.name
    context.get_impl().static_output(f"-- {context.get_bind()}")
    asked = context.is_transactional_ddl() and context.requires_connection()
    return context.get_head_revision(), context.get_head_revisions(), dialect, asked


context.configure_logging()
if context.is_offline_mode():
    run(None)
elif context.database_url().startswith("postgresql+asyncpg"):
    context.run_async(run_async)
else:
    with context.connect() as connection:
        run(connection)
