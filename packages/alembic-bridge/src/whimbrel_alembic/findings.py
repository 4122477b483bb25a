"""What a comparison has found, told to the log, where people who use Alembic look for it."""

from __future__ import annotations

from logging import INFO, getLogger

from sqlalchemy import Dialect

from whimbrel.commands.differences import differences
from whimbrel.operations.ops import MigrationScript

log = getLogger("alembic.autogenerate.compare")


def log_findings(script: MigrationScript, dialect: Dialect) -> None:
    """Log each difference between models and database, such as ``Detected + column name VARCHAR(50) in account``.

    :param script: what makes the database like the models.
    :param dialect: spells types.
    """
    if not log.isEnabledFor(INFO):
        return
    for found in differences(script.upgrade_ops_list, dialect):
        table = ".".join(filter(None, (found.schema, found.table))) if found.table else ""
        log.info("Detected %s%s", found.line, f" in {table}" if table else "")
