"""An SQLite database as its own driver sees it: every text in the schema, every row of every table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa

from testing.databases import Database


class Enforcing(Database):
    """A database whose connections have ``PRAGMA foreign_keys`` on, as an application does it.

    :param database: the database.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database.name, database.url)

    def engine(self, **options: Any) -> sa.Engine:
        """A new engine that keeps no connection open."""
        engine = super().engine(**options)

        @sa.event.listens_for(engine, "connect")
        def enforce(connection: sqlite3.Connection, record: object) -> None:
            connection.execute("PRAGMA foreign_keys = ON")

        return engine


@contextmanager
def raw(database: Database) -> Iterator[sqlite3.Connection]:
    """A connection of Python's driver, which commits each statement."""
    path = sa.make_url(database.url).database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def script(database: Database, sql: str) -> None:
    """Execute statements."""
    with raw(database) as connection:
        connection.executescript(sql)


def rows(database: Database, sql: str) -> list[Any]:
    """Return the rows of a query."""
    with raw(database) as connection:
        return connection.execute(sql).fetchall()


def text_of_table(database: Database, name: str) -> str:
    """Return the CREATE TABLE of a table."""
    return str(rows(database, f"SELECT sql FROM sqlite_master WHERE type = 'table' AND name = '{name}'")[0][0])


def everything(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return all there is: texts, rows, counters, and what violates foreign keys."""
    found: dict[str, Any] = {
        f"{kind} {name}": sql for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master")
    }
    tables = [name for kind, _, name in (key.partition(" ") for key in list(found)) if kind == "table"]
    for name in tables:
        found[f"rows of {name}"] = sorted(
            connection.execute(f'SELECT * FROM "{name.replace(chr(34), chr(34) * 2)}"'), key=repr
        )
    found["violations"] = sorted(connection.execute("PRAGMA foreign_key_check"), key=repr)
    return found
