"""Asking a database where it stands, by running the environment without taking a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from whimbrel.config import Secret
from whimbrel.runtime.environment import EnvironmentContext
from whimbrel.runtime.migration import MigrationContext
from whimbrel.runtime.request import require_known

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.script import ScriptDirectory

Look = Callable[[tuple[str, ...], MigrationContext], None]


def look(config: Config, script: ScriptDirectory, at: Look, *, as_sql: bool = False) -> None:
    """Run the environment and show *at* each database that it opens; no revision is run.

    :param config: the settings.
    :param script: the version files, whose env.py is run.
    :param at: is called with the rows of the version table and the context, once a database.
    :param as_sql: write SQL as text instead of opening the database.
    """

    def plan(heads: tuple[str, ...], context: MigrationContext) -> tuple[()]:
        at(heads, context)
        return ()

    with EnvironmentContext(config, script, fn=plan, as_sql=as_sql):
        script.run_env()


def shown_url(context: MigrationContext) -> str | None:
    """Return the URL of a database, its password hidden; ``None`` where env.py gave no connection."""
    connection = context.connection
    return None if connection is None else str(Secret(connection.engine.url.render_as_string(hide_password=False)))


def current_rows(config: Config, script: ScriptDirectory) -> tuple[str, ...]:
    """Return the rows of the version table; those of every database, where env.py opens several.

    :raises UnknownDatabaseRevision: a row names a revision that no file has.
    """
    rows: dict[str, None] = {}

    def at(heads: tuple[str, ...], context: MigrationContext) -> None:
        require_known(script.revision_map, heads, context.version_table)
        rows.update(dict.fromkeys(heads))

    look(config, script, at)
    return tuple(rows)
