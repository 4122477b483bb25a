"""``ensure_version``: create the version table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.commands.database import look
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config


def ensure_version(config: Config, sql: bool = False) -> None:
    """Create the version table if the database lacks it.

    :param config: the settings.
    :param sql: write the SQL to the output instead of executing it.

    Example::

        whimbrel.command.ensure_version(Config("whimbrel.ini"))
    """
    script = ScriptDirectory.from_config(config)
    look(config, script, lambda _heads, context: context.ensure_version_table(), as_sql=sql)
