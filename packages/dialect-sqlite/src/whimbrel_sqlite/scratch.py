"""Scratch copies: a database in memory, made of the texts that SQLite keeps of all it has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.impl.scratch import Scratch, connected_beside

# https://www.sqlite.org/schematab.html; what virtual tables keep their content in is made with them.
_TEXTS = """
    SELECT type, name, sql FROM sqlite_schema
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND name NOT IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow')
    ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END, rowid
"""
_KEPT = ("foreign_keys", "legacy_alter_table", "recursive_triggers", "ignore_check_constraints")
"""What a connection may have been told, that changes what statements do."""


class SQLiteScratch(Scratch):
    """The answers of SQLite."""

    @contextmanager
    def scratch_database(self, schemas: Collection[str | None]) -> Iterator[Connection]:
        """Return a context that connects to a new database in memory.

        :param schemas: an attached database cannot be copied.
        :raises UnsupportedOperation: the models are in one.
        """
        assert self.connection is not None
        attached = sorted(schema for schema in schemas if schema not in (None, "main"))
        if attached:
            raise UnsupportedOperation(
                f"--verify cannot copy the attached database {attached[0]!r}.",
                "Leave --verify out, and try the revision on copies of the files.",
                dialect=self.dialect.name,
                operation="scratch_database",
            )
        with connected_beside(self.connection, None) as scratch:
            yield scratch

    def copy_structure(self, scratch: Connection) -> None:
        """Execute the texts of the run's database in that of *scratch*; see the base."""
        assert self.connection is not None
        texts = self.connection.exec_driver_sql(_TEXTS, None, {"no_parameters": True}).all()
        for kind, name, sql in texts:
            try:
                scratch.exec_driver_sql(sql, None, {"no_parameters": True})
            except DBAPIError as error:
                raise CommandError(
                    f"The scratch copy of --verify lacks what {kind} {name} needs: {error.orig}.",
                    "What env.py gives to connections by itself, such as functions, collations and extensions, the "
                    "scratch copy does not have. Leave --verify out, and try the revision on a copy of the file.",
                ) from error
        scratch.commit()
        for pragma in _KEPT:
            value = self.connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            scratch.exec_driver_sql(f"PRAGMA {pragma} = {value}")
        scratch.commit()
