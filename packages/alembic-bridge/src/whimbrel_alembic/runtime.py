"""``alembic.runtime``: contexts whose defaults are Alembic's, and ``HeadMaintainer``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import URL, Connection, Dialect

from whimbrel.revisions import MigrationInfo, MigrationStep, RevisionStep, StampStep
from whimbrel.runtime import migration
from whimbrel.runtime.version_table import VersionTable, move
from whimbrel_alembic.convention import ALEMBIC

__all__ = ["HeadMaintainer", "MigrationContext", "MigrationInfo", "MigrationStep", "RevisionStep", "StampStep"]


class _SameKind(type):
    """The contexts of runs are made by core, and are contexts all the same."""

    def __instancecheck__(cls, item: object) -> bool:
        return isinstance(item, migration.MigrationContext)


class MigrationContext(migration.MigrationContext, metaclass=_SameKind):
    """One database, as migrations see it; without options, its version table is ``alembic_version``.

    See :class:`whimbrel.runtime.migration.MigrationContext`.
    """

    @classmethod
    def configure(
        cls,
        connection: Connection | None = None,
        url: str | URL | None = None,
        dialect_name: str | None = None,
        dialect: Dialect | None = None,
        environment_context: migration.RunEnvironment | None = None,
        dialect_opts: Mapping[str, Any] | None = None,
        opts: Mapping[str, Any] | None = None,
    ) -> migration.MigrationContext:
        """Make a context from whatever names the database; the parameters are those of Whimbrel's."""
        return super().configure(
            connection,
            url,
            dialect_name,
            dialect,
            environment_context,
            dialect_opts,
            {"version_table": ALEMBIC.version_table, "allow_drop_table": ALEMBIC.allow_drop_table, **(opts or {})},
        )


class HeadMaintainer:
    """Moves the rows of the version table step by step.

    :param context: the database.
    :param heads: its rows.
    """

    def __init__(self, context: migration.MigrationContext, heads: Iterable[str]) -> None:
        self.context = context
        self.heads = set(heads)
        self._table = VersionTable(
            context.impl,
            context.connection,
            name=context.version_table,
            schema=context.version_table_schema,
            primary_key=context.options.version_table_pk,
        )

    def update_to_step(self, step: MigrationStep) -> None:
        """Move the rows as *step* does."""
        self._table.apply(step.rows)
        move(self.heads, step.rows)
