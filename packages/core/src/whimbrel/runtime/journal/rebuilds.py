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


class Rebuild(NamedTuple):
    """A table under construction, as the journal knows it.

    :ivar table: its temporary name, quoted, as it stands in statements.
    :ivar position: where its first statement is.
    """

    table: str
    position: int

    def is_there(self, connection: Connection) -> bool:
        """Return whether the database has the table."""
        *schema, name = connection.dialect.identifier_preparer.unformat_identifiers(self.table)
        return inspect(connection).has_table(name, schema[0] if schema else None)

    def drop(self, connection: Connection) -> None:
        """Drop the table, where it is there: the old one has all that it has."""
        if self.is_there(connection):
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
    """Return what has to be known of tables that were made anew, and what to do, a text for each.

    :param entries: statements, in order.
    :param connection: of the database.
    """
    matches = (re.search(_TABLE, entry.statement) for entry in entries)
    names = dict.fromkeys(match["table"] for match in matches if match is not None)
    return [_told(Rebuild(name, 0), connection) for name in names]


def _told(rebuild: Rebuild, connection: Connection) -> str:
    name = rebuild.table.replace(TEMPORARY_PREFIX, "")
    if not rebuild.is_there(connection):
        return f"Table {name} has been made anew, and batch_alter_table() may not be able to begin from its new form."
    return (
        f"Table {name} was being made anew. Its rows are in {rebuild.table}; then its foreign keys are left to do:\n"
        f"  ALTER TABLE {rebuild.table} RENAME TO {name}"
    )
