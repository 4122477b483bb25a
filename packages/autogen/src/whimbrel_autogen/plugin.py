"""What this package offers to core: the comparison, and its spelling as Python."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

from whimbrel.plugins import hookimpl

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from whimbrel.operations.ops import MigrationScript
    from whimbrel.runtime.migration import MigrationContext


@hookimpl
def whimbrel_hookspecs() -> ModuleType:
    """Declare the hooks of autogenerate."""
    from whimbrel_autogen import specs

    return specs


@hookimpl(trylast=True)
def whimbrel_produce_migrations(
    context: MigrationContext, metadata: MetaData | tuple[MetaData, ...]
) -> MigrationScript:
    """Compare the database with the models."""
    from whimbrel_autogen.api import produce_migrations

    return produce_migrations(context, metadata)


@hookimpl(trylast=True)
def whimbrel_render_migrations(context: MigrationContext, script: MigrationScript) -> Mapping[str, Any]:
    """Spell directives as Python."""
    from whimbrel_autogen.render.script import render_script

    return render_script(context, script)


@hookimpl(trylast=True)
def whimbrel_read_metadata(context: MigrationContext, metadata: MetaData | tuple[MetaData, ...]) -> MetaData:
    """Read what the database has."""
    from whimbrel_autogen.snapshot import read_metadata

    return read_metadata(context, metadata)
