"""Constraints: which are refused, and the words that drop one of each kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import CheckConstraint, Constraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.schema import ExecutableDDLElement

from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.impl.needs import of_new_constraint
from whimbrel_mysql import catalog
from whimbrel_mysql.clauses import Syntax, unquoted
from whimbrel_mysql.ddl import MySQLDefineColumn, MySQLDropConstraint
from whimbrel_mysql.server import Server

# As ``information_schema`` calls them.
_KINDS: Final[dict[type[Constraint], str]] = {
    PrimaryKeyConstraint: "PRIMARY KEY",
    ForeignKeyConstraint: "FOREIGN KEY",
    UniqueConstraint: "UNIQUE",
    CheckConstraint: "CHECK",
}


def refuse_unheeded(const: Constraint, server: Server) -> None:
    """Refuse a constraint that says what the server does not understand, or reads and forgets.

    https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html

    :raises UnsupportedOperation: it does.
    """
    if isinstance(const, ForeignKeyConstraint) and const.match is not None:
        words, what = "MATCH", "reads, to forget ON DELETE and ON UPDATE over it"
    elif const.deferrable is not None or const.initially is not None:
        words, what = "DEFERRABLE or INITIALLY", "does not know"
    elif isinstance(const, CheckConstraint) and not server.heeds_checks:
        words, what = "CHECK", "reads and forgets in this version"
    else:
        return
    needed = of_new_constraint(const)
    raise UnsupportedOperation(
        f"{_called(const)} of table {const.table.name} says {words}, which {server.name} {what}.",
        "Leave it out where the database is one of these.",
        dialect=server.dialect.name,
        operation=needed[1] if needed is not None else "create_constraint",
    )


def _called(const: Constraint) -> str:
    return f"Constraint {const.name}" if isinstance(const.name, str) else "A constraint"


def drop_statement(const: Constraint, server: Server, if_exists: bool) -> ExecutableDDLElement | None:
    """Return the statement that drops a constraint; ``None`` where it is not there and need not be.

    Its kind decides on the words. Where it is not given, the database is asked.

    :param const: the constraint.
    :param server: the server.
    :param if_exists: whether it need not be there.
    :raises CommandError: its kind or its name is not given and cannot be found out.
    :raises UnsupportedOperation: *if_exists* as text, where the server has no words for it.
    """
    kind = next((kind for cls, kind in _KINDS.items() if isinstance(const, cls)), None)
    name = "PRIMARY" if kind == "PRIMARY KEY" else _name_of(const, server)
    has_words = server.is_mariadb and kind not in (None, "PRIMARY KEY")
    if kind is None or (if_exists and not has_words):
        kind = _kind_there(const, name, kind, server, if_exists)
        if kind is None:
            return None
        if_exists = False
    if kind == "CHECK" and server.is_mariadb and server.connection is not None:
        table, schema = const.table.name, const.table.schema
        if catalog.is_check_of_column(server.connection, table, name, schema):
            # It stands in the definition of the column of that name, where no DROP CONSTRAINT finds it.
            definition, _ = catalog.definition(server.connection, table, name, schema)
            assert definition is not None
            return MySQLDefineColumn(table, name, replace(definition, check=None), schema=schema)
    words = {"UNIQUE": "INDEX", "CHECK": "CONSTRAINT" if server.is_mariadb else "CHECK"}.get(kind, kind)
    return MySQLDropConstraint(words, const, if_exists)


def _name_of(const: Constraint, server: Server) -> str:
    """Return the name of a constraint, as a naming convention may have made it."""
    preparer = server.dialect.identifier_preparer
    formatted = preparer.format_constraint(const) if const.name is not None else None
    if formatted is None:
        raise CommandError(
            f"drop_constraint(None, {const.table.name!r}): a constraint is dropped by its name.",
            "Give it; SHOW CREATE TABLE tells the name that the database has made.",
        )
    name = unquoted(formatted, Syntax(ansi_quotes=True))
    # The preparer doubles them for drivers that would see a placeholder.
    return name.replace("%%", "%") if "%%" in preparer.quote_identifier("%") else name


def _kind_there(const: Constraint, name: str, kind: str | None, server: Server, if_exists: bool) -> str | None:
    """Return the kind of a constraint as the database knows it; ``None`` if it is not there and need not be.

    :param kind: the kind it is to be of; ``None`` for any.
    :raises CommandError: it is not there, or two are.
    """
    table = const.table.name
    called = f"drop_constraint({name!r}, {table!r})"
    if server.connection is None and kind is None:
        raise CommandError(
            f"{called}: {server.name} wants to know what kind of constraint that is.",
            'Give type_="unique", "foreignkey", "primary" or "check"; connected to a database, that is looked up.',
        )
    server.inspector("drop_constraint", "the primary key" if kind == "PRIMARY KEY" else f"constraint {name!r}")
    assert server.connection is not None
    there = catalog.constraint_kinds(server.connection, table, const.table.schema)
    kinds = there.get(name.lower(), set())
    if kind is not None:
        return kind if kind in kinds else None
    if len(kinds) == 1:
        return next(iter(kinds))
    if if_exists and not kinds:
        return None
    if kinds:
        raise CommandError(
            f"{called}: {' and '.join(sorted(kinds))} of table {table} have that name.", "Give type_ to tell which."
        )
    raise CommandError(
        f"{called}: table {table} has no constraint of that name.",
        f"It has {', '.join(sorted(there)) or 'none at all'}. if_exists=True passes over one that is not there.",
    )
