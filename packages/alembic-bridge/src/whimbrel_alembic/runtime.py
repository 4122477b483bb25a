"""``alembic.runtime``: contexts whose defaults and errors are Alembic's, and ``HeadMaintainer``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from logging import getLogger
from types import TracebackType
from typing import Any, ClassVar

from sqlalchemy import URL, Connection, Dialect

from whimbrel.errors import CommandError
from whimbrel.revisions import MigrationInfo, MigrationStep, RevisionStep, StampStep
from whimbrel.runtime import environment, migration
from whimbrel.runtime.version_table import VersionTable, move
from whimbrel_alembic.convention import ALEMBIC
from whimbrel_alembic.plugins import with_translated
from whimbrel_alembic.raised import as_raised

__all__ = [
    "EnvironmentContext",
    "HeadMaintainer",
    "MigrationContext",
    "MigrationInfo",
    "MigrationStep",
    "RevisionStep",
    "StampStep",
]

log = getLogger("alembic.runtime.migration")


class _SameKind(type):
    """The contexts of runs are made by core, and are contexts all the same."""

    made_by_core: type

    def __instancecheck__(cls, item: object) -> bool:
        return isinstance(item, cls.made_by_core)


class MigrationContext(migration.MigrationContext, metaclass=_SameKind):
    """One database, as migrations see it; without options, its version table is ``alembic_version``.

    See :class:`whimbrel.runtime.migration.MigrationContext`.
    """

    made_by_core: ClassVar[type] = migration.MigrationContext

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
        defaults = {"version_table": ALEMBIC.version_table, "allow_drop_table": ALEMBIC.allow_drop_table}
        options = {**defaults, **with_translated(opts or {})}
        context = super().configure(connection, url, dialect_name, dialect, environment_context, dialect_opts, options)
        announce(context)
        return context


class EnvironmentContext(environment.EnvironmentContext, metaclass=_SameKind):
    """One run of env.py, for programs that run it by themselves.

    What is raised in its block comes through as it was raised. See
    :class:`whimbrel.runtime.environment.EnvironmentContext`.
    """

    made_by_core: ClassVar[type] = environment.EnvironmentContext

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the run."""
        with as_raised():
            super().__exit__(kind, error, trace)
            if isinstance(error, CommandError):
                raise error


def announce(context: migration.MigrationContext) -> None:
    """Log what Alembic logs when a database is named: people look for these lines in the logs of a deployment.

    :param context: that of the database.
    """
    log.info("Context impl %s.", type(context.impl).__name__)
    if context.as_sql:
        log.info("Generating static SQL")
    log.info("Will assume %s DDL.", "transactional" if context.transactional_ddl else "non-transactional")


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
