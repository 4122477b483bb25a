"""All that a MySQL or MariaDB database says of itself, and whether text does to it what a run does."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from testing.databases import Database
from testing.wings import Action, Case, apply, operations, text_of
from whimbrel.operations import Operations

AS_IT_IS = {"no_parameters": True}
"""Execution options under which a % is a %."""


def schema(connection: sa.Connection) -> dict[str, str]:
    """Return what SHOW CREATE TABLE says of each table: more than SQLAlchemy reflects."""
    found = {}
    for name in connection.execute(sa.text("SHOW TABLES")).scalars().all():
        quoted = "`" + name.replace("`", "``") + "`"
        found[name] = connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted}", execution_options=AS_IT_IS).one()[1]
    return found


def run_text(op: Operations, action: Action) -> None:
    """Execute what *action* writes as text for the server that *op* is connected to."""
    connection = op.get_bind()
    dialect = "mariadb" if getattr(connection.dialect, "is_mariadb", False) else "mysql"
    for statement in filter(None, text_of(dialect, action).split(";\n\n")):
        connection.exec_driver_sql(statement, execution_options=AS_IT_IS)


def differences(told: Database, done: Database, start: Action, cases: Mapping[str, Case]) -> list[str]:
    """Return the names of those cases whose text does to a database what the case itself does not do to another.

    :param told: an empty database, for the text.
    :param done: another.
    :param start: makes the schema that each case begins with.
    :param cases: each is reversed before the next.
    """
    for database in (told, done):
        apply(database, start)
    differing = []
    with operations(told) as op_told, operations(done) as op_done:
        for name, case in cases.items():
            run_text(op_told, case.action)
            case.action(op_done)
            if schema(op_told.get_bind()) != schema(op_done.get_bind()):
                differing.append(name)
            case.reverse(op_told)
            case.reverse(op_done)
    return differing
