"""What this package offers: the three operations, what carries them out on each database, and their spelling."""

from __future__ import annotations

from acme_views.directives import CreateViewOp, DropViewOp, ReplaceViewOp
from acme_views.mysql import MySQLViews
from acme_views.postgresql import PostgresqlViews
from acme_views.rendering import render
from acme_views.sqlite import SQLiteViews
from acme_views.views import Views
from whimbrel.operations import OperationRegistry
from whimbrel.plugins import MigrationRun, hookimpl

KNOWN = {
    "mariadb": MySQLViews(),
    "mysql": MySQLViews(),
    "postgresql": PostgresqlViews(),
    "sqlite": SQLiteViews(),
}


@hookimpl
def whimbrel_operations(registry: OperationRegistry) -> None:
    """Add the verbs, and what carries them out."""
    for name, directive in (("create_view", CreateViewOp), ("replace_view", ReplaceViewOp), ("drop_view", DropViewOp)):
        registry.register_operation(name)(directive)
    elsewhere = Views()
    registry.implementation_for(CreateViewOp)(elsewhere.create)
    registry.implementation_for(DropViewOp)(elsewhere.drop)
    for dialect, views in KNOWN.items():
        registry.implementation_for(DropViewOp, dialect=dialect)(views.drop)
        registry.implementation_for(ReplaceViewOp, dialect=dialect)(views.replace)


@hookimpl(optionalhook=True)  # autogenerate's own hook: it may not be installed
def whimbrel_render_item(context: MigrationRun, kind: str, item: object) -> str | None:
    """Spell a directive as the call that a script makes."""
    if kind == "operation" and isinstance(item, CreateViewOp | ReplaceViewOp | DropViewOp):
        return render(item, context)
    return None
