"""Scratch copies: a database of its own on the same server, made of what the server prints of all it has."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from whimbrel.errors import CommandError
from whimbrel.impl.scratch import SCRATCH_PREFIX, Scratch, connected_beside

_MAY_CREATE = "SELECT rolcreatedb OR rolsuper, rolname FROM pg_roles WHERE rolname = current_user"
_DATABASE = """
    SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = current_database()
"""


class PostgresqlScratch(Scratch):
    """The answers of PostgreSQL."""

    @contextmanager
    def scratch_database(self, schemas: Collection[str | None]) -> Iterator[Connection]:
        """Return a context that makes a database, connects to it, and drops it, whoever is connected; see the base.

        :raises CommandError: the role may not make databases.
        """
        connection = self.connection
        assert connection is not None
        allowed, role = connection.execute(text(_MAY_CREATE)).one()
        if not allowed:
            raise CommandError(
                f"--verify needs a scratch database, and the role {role} may not create one.",
                f"Let an administrator say:  ALTER ROLE {self.dialect.identifier_preparer.quote(role)} CREATEDB\n"
                "or leave --verify out. A schema of the same database would not do: what a revision says of other "
                "schemas would reach real tables.",
            )
        encoding, collate, ctype = connection.execute(text(_DATABASE)).one()
        path = connection.execute(text("SHOW search_path")).scalar_one()
        name = f"{SCRATCH_PREFIX}{secrets.token_hex(6)}"
        options = f"TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE '{collate}' LC_CTYPE '{ctype}'"
        try:
            with _administrator(connection) as admin:
                admin.exec_driver_sql(f"CREATE DATABASE {name} {options}")
            with connected_beside(connection, name) as scratch:
                _find_names_as(scratch, self.dialect.default_schema_name, path)
                yield scratch
        finally:
            _drop(connection, name)

    def copy_structure(self, scratch: Connection) -> None:
        """Make types, sequences, functions, tables, views and triggers as the server prints them; see the base."""
        from whimbrel_postgresql.copying import fill, statements

        assert self.connection is not None
        fill(scratch, statements(self.connection))


def _find_names_as(scratch: Connection, default_schema: str | None, path: str) -> None:
    scratch.execute(text("SELECT set_config('search_path', :path, false)"), {"path": path})
    scratch.commit()
    scratch.dialect.default_schema_name = default_schema


@contextmanager
def _administrator(connection: Connection) -> Iterator[Connection]:
    with connected_beside(connection, connection.engine.url.database) as admin:
        yield admin.execution_options(isolation_level="AUTOCOMMIT")


def _drop(connection: Connection, name: str) -> None:
    # Over a connection of its own: one that was interrupted while it waited for an answer is of no more use.
    force = " WITH (FORCE)" if (connection.dialect.server_version_info or ()) >= (13,) else ""
    with _administrator(connection) as admin:
        admin.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}{force}")
