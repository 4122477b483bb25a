"""Scratch copies: a database of its own on the same server, made of what the server prints of tables and sequences."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.impl.scratch import SCRATCH_PREFIX, Scratch, connected_beside

_DATABASE = """
    SELECT default_character_set_name, default_collation_name FROM information_schema.schemata
    WHERE schema_name = DATABASE()
"""
_TABLES = """
    SELECT table_name, table_type FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SEQUENCE')
    ORDER BY table_type DESC, table_name
"""
_SYSTEM = {"information_schema", "performance_schema", "mysql", "sys"}
_AS_IT_IS = {"no_parameters": True}  # a % in it is one


class MySQLScratch(Scratch):
    """The answers of MySQL and MariaDB."""

    @contextmanager
    def scratch_database(self, schemas: Collection[str | None]) -> Iterator[Connection]:
        """Return a context that makes a database, connects to it, and drops it.

        Its connection refuses statements that name another database of the server: there a schema is a database, so
        they would reach what is no copy.

        :param schemas: only the connection's default can be copied.
        :raises UnsupportedOperation: the models name another.
        :raises CommandError: the account may not make databases.
        """
        connection = self.connection
        assert connection is not None
        here = connection.exec_driver_sql("SELECT DATABASE()").scalar()
        named = sorted(schema for schema in schemas if schema is not None)
        if named or here is None:
            raise UnsupportedOperation(
                f"--verify cannot be used here: the models name the database {named[0]!r}, and a scratch copy has to "
                "have another name."
                if named
                else "--verify cannot be used here: the connection is to no database.",
                "Leave --verify out, and try the revision on a server that may be lost.",
                dialect=self.dialect.name,
                operation="scratch_database",
            )
        name = f"{SCRATCH_PREFIX}{secrets.token_hex(6)}"
        character_set, collation = connection.exec_driver_sql(_DATABASE).one()
        mode = connection.exec_driver_sql("SELECT @@SESSION.sql_mode").scalar()
        others = {str(row[0]) for row in connection.exec_driver_sql("SHOW DATABASES")} - _SYSTEM
        options = f"CHARACTER SET {character_set} COLLATE {collation}"
        with _database_made(connection, name, options), connected_beside(connection, name) as scratch:
            scratch.execute(text("SET SESSION sql_mode = :mode"), {"mode": mode})
            scratch.commit()
            _kept_in(scratch, others)
            yield scratch

    def copy_structure(self, scratch: Connection) -> None:
        """Make the tables and sequences that the server prints; see the base."""
        connection = self.connection
        assert connection is not None
        own = re.escape(_quoted(_database(connection))) + r"\."
        scratch.exec_driver_sql("SET SESSION foreign_key_checks = 0")
        for name, kind in connection.exec_driver_sql(_TABLES).all():
            what = "SEQUENCE" if kind == "SEQUENCE" else "TABLE"
            printed = connection.exec_driver_sql(f"SHOW CREATE {what} {_quoted(name)}", None, _AS_IT_IS).one()[1]
            try:
                scratch.exec_driver_sql(re.sub(own, "", printed), None, _AS_IT_IS)
            except DBAPIError as error:
                raise CommandError(
                    f"The scratch copy of --verify cannot have the table {name}: {error.orig}.",
                    "Leave --verify out, and try the revision on a server that may be lost.",
                ) from error
        scratch.exec_driver_sql("SET SESSION foreign_key_checks = 1")
        scratch.commit()


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"  # SQLAlchemy's doubles each % too, for the driver


def _database(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT DATABASE()").scalar_one())


@contextmanager
def _database_made(connection: Connection, name: str, options: str) -> Iterator[None]:
    here = _database(connection)
    try:
        with connected_beside(connection, here) as admin:
            admin.exec_driver_sql(f"CREATE DATABASE `{name}` {options}")
    except DBAPIError as error:
        pattern = SCRATCH_PREFIX.replace("_", r"\_")
        raise CommandError(
            f"--verify needs a scratch database, and this account may not create one: {error.orig}",
            f"Let an administrator say:  GRANT ALL ON `{pattern}%`.* TO <account>\nor leave --verify out.",
        ) from error
    except BaseException:
        _drop(connection, here, name)
        raise
    try:
        yield
    finally:
        _drop(connection, here, name)


def _drop(connection: Connection, here: str, name: str) -> None:
    # Over a connection of its own: one that was interrupted while it waited for an answer is of no more use.
    with connected_beside(connection, here) as admin:
        admin.exec_driver_sql(f"DROP DATABASE IF EXISTS `{name}`")


def _kept_in(scratch: Connection, others: set[str]) -> None:
    """Have *scratch* refuse statements that name one of the other databases of the server."""
    names = "|".join(sorted(map(re.escape, others)))
    outside = re.compile(rf"(?:(?<![\w$`\"])(?:{names})|[`\"](?:{names})[`\"])\s*\.|^\s*USE\b", re.IGNORECASE)

    @event.listens_for(scratch, "before_cursor_execute")
    def look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found = outside.search(statement)
        if found is not None:
            raise CommandError(
                f"A statement names another database ({found[0].strip()}), and the scratch copy is in none of these.",
                "Leave --verify out, and try the revision on a server that may be lost.",
            )
