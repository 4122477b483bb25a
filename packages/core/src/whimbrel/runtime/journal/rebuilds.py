"""Tables that were being made anew when a revision was interrupted.

A table is made anew from what the database says of it (see :mod:`whimbrel.operations.recreate`), so the same script
leads to the same statements only as long as the old table is there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, inspect

from whimbrel.operations.recreate import TEMPORARY_PREFIX
from whimbrel.runtime.journal.table import Entry

_TABLE: Final = rf"(?P<table>(?:[^\s.(]+\.)?(?:[`\"\[](?={TEMPORARY_PREFIX})[^`\"\]]+[`\"\]]|{TEMPORARY_PREFIX}\w+))"
_RENAMED: Final = r"\bRENAME\b"
_DROPPED: Final = re.compile(r"DROP TABLE (.+)", re.DOTALL)
_KEY: Final = re.compile(r"\bADD CONSTRAINT\b.*?\b(FOREIGN KEY\b.*)", re.DOTALL)


class Rebuild(NamedTuple):
    """A table under construction, as the journal knows it.

    :ivar table: its temporary name, quoted, as it stands in statements.
    :ivar position: where its first statement is.
    """

    table: str
    position: int

    def drop(self, connection: Connection) -> None:
        """Drop the table, where it is there: the old one has all that it has."""
        if _is_there(self.table, connection):
            connection.exec_driver_sql(f"DROP TABLE {self.table}", None, {"no_parameters": True})


def under_construction(entries: Sequence[Entry]) -> Rebuild | None:
    """Return the table whose making was the last thing that is noted; ``None`` where its old form may be gone.

    :param entries: statements that are done, in order.
    """
    found = None
    for entry in reversed(entries):
        match = re.search(_TABLE, entry.statement)
        if match is None or re.search(_RENAMED, entry.statement) or (found and match["table"] != found.table):
            break
        found = Rebuild(match["table"], entry.position)
    return found


def told_of(entries: Sequence[Entry], connection: Connection) -> list[str]:
    """Return what has to be known of tables whose old form is gone, and what to do, a text for each.

    :param entries: statements, in order.
    :param connection: of the database.
    """
    told, statements = list[str](), list[str]()  # those about the table under construction
    temporary = old = None
    for entry in entries:
        if match := re.search(_TABLE, entry.statement):
            temporary = match["table"]
            statements.append(entry.statement)
        elif temporary and (dropped := _DROPPED.match(entry.statement)):
            old = dropped[1]
        if old is not None and re.search(_RENAMED, entry.statement) and not _is_there(temporary or "", connection):
            told.append(
                f"Table {old} has been made anew, and batch_alter_table() may not be able to begin from its new form."
            )
            temporary, old, statements = None, None, []
    if temporary and old and _is_there(temporary, connection) and not _is_there(old, connection):
        told.append(_between(temporary, old, statements))
    return told


def _between(temporary: str, old: str, statements: Sequence[str]) -> str:
    keys = [found[1].replace(temporary, old) for found in map(_KEY.search, statements) if found]
    return "\n  ".join([
        f"Table {old} was being made anew. Its rows are in {temporary}; this is left to do:",
        f"ALTER TABLE {temporary} RENAME TO {old}",
        *(f"ALTER TABLE {old} ADD CONSTRAINT <its name> {key}" for key in keys),
    ])  # fmt: skip


def _is_there(table: str, connection: Connection) -> bool:
    """Return whether the database has a table, whose name is quoted as in statements."""
    *schema, name = connection.dialect.identifier_preparer.unformat_identifiers(table)
    return inspect(connection).has_table(name, schema[0] if schema else None)
