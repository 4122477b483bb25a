"""What a database of MySQL or MariaDB says of itself that SQLAlchemy's reflection does not tell."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, text

from whimbrel.errors import CommandError
from whimbrel_mysql.clauses import Clause, Syntax, without_escapes
from whimbrel_mysql.ddl import ShowCreateTable
from whimbrel_mysql.definition import Definition, read_definition

_GEOMETRY: Final = re.compile("geom.*|(?:multi)?(?:point|linestring|polygon)", re.I)


def definition(
    connection: Connection, table_name: str, column_name: str, schema: str | None
) -> tuple[Definition | None, Syntax]:
    """Return how a column is defined now, ``None`` where there is no such column; and how that is written.

    Read from SHOW CREATE TABLE, which tells more than any table of the catalog and knows temporary tables too:
    https://dev.mysql.com/doc/refman/8.4/en/show-create-table.html, https://mariadb.com/kb/en/show-create-table/

    :param connection: the connection.
    :param table_name: the table.
    :param column_name: the column, in upper or lower case.
    :param schema: the table's schema; ``None`` for the connection's default.
    :raises sqlalchemy.exc.ProgrammingError: there is no such table.
    :raises CommandError: the session is set not to tell all.
    """
    mode = _sql_mode(connection)
    if "NO_FIELD_OPTIONS" in mode:
        raise CommandError(
            f"This session's sql_mode hides AUTO_INCREMENT and more of the columns of {table_name}, which would be "
            "lost by the change.",
            "Take NO_FIELD_OPTIONS, or ORACLE and the like that bring it, out of sql_mode while migrations run.",
        )
    syntax = _syntax(mode)
    statement = connection.execute(ShowCreateTable(table_name, schema)).one()[1]
    if isinstance(statement, bytes | bytearray):  # of some drivers
        statement = statement.decode()
    # Both servers write backslashes whether the session reads them or not.
    found = read_definition(statement if syntax.backslashes else without_escapes(statement), column_name, syntax)
    if found is not None and _GEOMETRY.fullmatch(str(found.type_)) and not found.details:
        found = _with_srid(connection, found, table_name, column_name, schema)
    return found, syntax


def session_syntax(connection: Connection) -> Syntax:
    """Return how a session reads and writes SQL."""
    return _syntax(_sql_mode(connection))


def _sql_mode(connection: Connection) -> list[str]:
    return str(connection.exec_driver_sql("SELECT @@sql_mode").scalar_one()).split(",")


def _syntax(mode: list[str]) -> Syntax:
    return Syntax(backslashes="NO_BACKSLASH_ESCAPES" not in mode, ansi_quotes="ANSI_QUOTES" in mode)


def _with_srid(
    connection: Connection, found: Definition, table_name: str, column_name: str, schema: str | None
) -> Definition:
    """Return a definition with the reference system of its geometry, of which MariaDB's SHOW CREATE TABLE says nothing.

    https://mariadb.com/kb/en/information-schema-geometry_columns-table/
    """
    if not getattr(connection.dialect, "is_mariadb", False):
        return found
    srid = connection.execute(
        text(
            "SELECT srid FROM information_schema.geometry_columns WHERE g_table_schema = coalesce(:schema, database()) "
            "AND g_table_name = :table AND g_geometry_column = :column"
        ),
        {"schema": schema, "table": table_name, "column": column_name},
    ).scalar()
    return replace(found, details=(Clause("REF_SYSTEM_ID", f"REF_SYSTEM_ID={int(srid)}"),)) if srid else found


def is_check_of_column(connection: Connection, table_name: str, name: str, schema: str | None) -> bool:
    """Return whether a CHECK stands in the definition of a column, which MariaDB then calls it by.

    https://mariadb.com/kb/en/information-schema-check_constraints-table/

    :param connection: a connection to MariaDB.
    :param table_name: the table.
    :param name: the constraint's name.
    :param schema: the table's schema; ``None`` for the connection's default.
    """
    found = connection.execute(
        text(
            "SELECT level FROM information_schema.check_constraints WHERE constraint_name = :name "
            "AND constraint_schema = coalesce(:schema, database()) AND table_name = :table"
        ),
        {"schema": schema, "table": table_name, "name": name},
    )
    return found.scalar() == "Column"


def constraint_kinds(connection: Connection, table_name: str, schema: str | None) -> dict[str, set[str]]:
    """Return the kinds of the constraints of a table, as in ``PRIMARY KEY``, by their names in lower case.

    https://dev.mysql.com/doc/refman/8.4/en/information-schema-table-constraints-table.html

    :param connection: the connection.
    :param table_name: the table.
    :param schema: the table's schema; ``None`` for the connection's default.
    """
    rows = connection.execute(
        text(
            "SELECT constraint_name, constraint_type FROM information_schema.table_constraints "
            "WHERE table_schema = coalesce(:schema, database()) AND table_name = :table ORDER BY constraint_name"
        ),
        {"schema": schema, "table": table_name},
    )
    kinds: dict[str, set[str]] = {}
    for name, kind in rows:
        kinds.setdefault(name.lower(), set()).add(kind)
    return kinds
