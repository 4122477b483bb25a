"""What people call: compare a database with models, and spell the outcome as Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData

from whimbrel.operations.ops import MigrationScript, UpgradeOps
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.produce import produce
from whimbrel_autogen.reversing import reversed_half

if TYPE_CHECKING:
    from whimbrel.runtime.migration import MigrationContext


def produce_migrations(
    context: MigrationContext, metadata: MetaData | Sequence[MetaData] | None = None
) -> MigrationScript:
    """Return the directives that bring a database to models, and back.

    :param context: the run, connected.
    :param metadata: the models; several where they are in several MetaData.
    :raises CommandError: SQL is written as text, or there are no models.

    Example::

        with engine.connect() as connection:
            script = produce_migrations(MigrationContext.configure(connection), Base.metadata)
            print(render_python_code(script.upgrade_ops))
    """
    return compared(AutogenContext(context, metadata))


def compared(context: AutogenContext) -> MigrationScript:
    """Return the directives of one comparison, as :func:`produce_migrations` does."""
    upgrade = produce(context)
    script = MigrationScript(None, upgrade_ops=upgrade, downgrade_ops=reversed_half(upgrade), imports=context.imports)
    for note in context.impl.comparison_notes:
        context.note(note)
    script.notes = context.notes
    script.unfit_renames = context.renames.unfit
    hook = context.migration_context.plugins.hook
    hook.whimbrel_process_directives(context=context.migration_context, script=script)
    return script


def compare_metadata(context: MigrationContext, metadata: MetaData | Sequence[MetaData]) -> list[Any]:
    """Return what differs between a database and models, as tuples that begin with their kind.

    :param context: the run, connected.
    :param metadata: the models.

    Example::

        for kind, *rest in compare_metadata(MigrationContext.configure(connection), Base.metadata):
            print(kind, rest)
    """
    upgrade = produce_migrations(context, metadata).upgrade_ops
    assert isinstance(upgrade, UpgradeOps)
    found: list[Any] = upgrade.as_diffs()
    return found
