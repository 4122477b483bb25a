"""Foreign keys while a table is made anew: what is enforced, what can be switched off, what is violated.

``PRAGMA foreign_keys`` does nothing inside of a transaction, and with it DROP TABLE deletes the rows of a table first,
with all that ON DELETE says (https://www.sqlite.org/foreignkeys.html#fk_schemacommands). So enforcement has to rest
while a table that others refer to is made anew. Two ways, the first that is open:

1. ``SQLITE_DBCONFIG_ENABLE_FKEY`` works at any time, a transaction or not, and for just as long as the rebuild takes.
   Python's driver can set it since 3.12.
2. Before anything has been written the transaction can be ended, and begun again with the PRAGMA off. It then stays
   off until the end of the transaction, before which every foreign key of the database is checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from whimbrel.errors import CommandError
from whimbrel_sqlite.names import quoted
from whimbrel_sqlite.refusal import cannot

if TYPE_CHECKING:
    from whimbrel_sqlite.catalog import Catalog

ENABLE_FKEY = 1002  # sqlite3.SQLITE_DBCONFIG_ENABLE_FKEY, which Python 3.11 does not have


class Violation(NamedTuple):
    """A row that refers to none, or a foreign key that cannot be enforced at all.

    :param schema: where the table is.
    :param table: the table.
    :param rowid: the row; ``None`` in a table without rowids.
    :param parent: the table that the row refers to.
    :param reason: why the key cannot be enforced, if it cannot.
    """

    schema: str
    table: str
    rowid: int | None
    parent: str
    reason: str = ""

    def __str__(self) -> str:
        if self.reason:
            return f"table {self.table}: {self.reason}"
        row = "a row" if self.rowid is None else f"the row with rowid {self.rowid}"
        return f"table {self.table}: {row} refers to a row of {self.parent} that is not there"


def violations(connection: Connection, schema: str, tables: Iterable[str] | None = None) -> Counter[Violation]:
    """Return what violates foreign keys.

    :param connection: to the database.
    :param schema: where the tables are.
    :param tables: the tables whose foreign keys are looked at; ``None`` for all.
    """
    found: Counter[Violation] = Counter()
    if tables is None:
        sql = f"SELECT name FROM {quoted(schema)}.sqlite_master WHERE type = 'table' AND rootpage > 0"
        tables = [name for (name,) in connection.exec_driver_sql(sql)]
    for table in dict.fromkeys(tables):
        try:
            rows = connection.exec_driver_sql(f"PRAGMA {quoted(schema)}.foreign_key_check({quoted(table)})").fetchall()
        except OperationalError as error:  # a parent without the key that is referred to
            found[Violation(schema, table, None, "", str(error.orig))] += 1
        else:
            found.update(Violation(schema, name, rowid, parent) for name, rowid, parent, _ in rows)
    return found


def broken(before: Counter[Violation], after: Counter[Violation], what: str) -> CommandError | None:
    """Return what to raise when foreign keys are violated that were not; ``None`` if none are.

    :param before: the violations there were.
    :param after: those there are.
    :param what: has happened in between.
    """
    new = list((after - before).elements())
    if not new:
        return None
    lines = [f"  {violation}" for violation in new[:10]]
    if len(new) > len(lines):
        lines.append(f"  and {len(new) - len(lines)} more")
    return CommandError(
        "\n".join([f"Foreign keys would be violated after {what}:", *lines]),
        "Put the rows right first, in this revision or before it: PRAGMA foreign_key_check lists them all.",
    )


@dataclass(frozen=True)
class Beginning:
    """How things stood when a transaction of ours began: what changes when something is written.

    :param changes: how many rows the connection has changed.
    :param schemas: the version of each schema.
    """

    changes: int
    schemas: Mapping[str, int]

    @classmethod
    def now(cls, connection: Connection) -> Beginning:
        """Return how things stand."""
        names = [name for _, name, _ in connection.exec_driver_sql("PRAGMA database_list").fetchall()]
        versions = {
            name: connection.exec_driver_sql(f"PRAGMA {quoted(name)}.schema_version").scalar_one() for name in names
        }
        if not versions.get("temp"):
            versions.pop("temp", None)  # it is there once somebody has looked
        return cls(connection.exec_driver_sql("SELECT total_changes()").scalar_one(), versions)


class ForeignKeys:
    """The foreign keys of one connection, over the transactions of a run."""

    def __init__(self) -> None:
        self._beginning: Beginning | None = None
        self._found: Counter[Violation] | None = None
        """The violations there were when enforcement was switched off until the end of the transaction."""

    # -- the transactions of a run ------------------------------------------------------------------------------------

    def begun(self, connection: Connection) -> None:
        """Remember how things stand at the beginning of a transaction that is ours to end, if it may matter."""
        matters = _switch(connection.connection.driver_connection) is None and enforced(connection)
        self._beginning = Beginning.now(connection) if matters else None

    def before_commit(self, connection: Connection) -> None:
        """See that nothing is violated that was not, if nobody else has: enforcement is off.

        :raises CommandError: it is.
        """
        if self._found is None:
            return
        error = broken(self._found, _all_violations(connection), "this transaction")
        if error is not None:
            raise error

    def commit_check(self, connection: Connection) -> Callable[[], None]:
        """Return what sees that nothing is violated that is not now, where foreign keys are enforced."""
        if not enforced(connection):
            return lambda: None
        found = _all_violations(connection)

        def check() -> None:
            error = broken(found, _all_violations(connection), "this revision")
            if error is not None:
                raise error

        return check

    def ended(self, connection: Connection) -> None:
        """Switch enforcement on again, if it was switched off until the end of the transaction."""
        self._beginning = None
        if self._found is not None:
            self._found = None
            _set(connection, on=True)

    # -- a rebuild ----------------------------------------------------------------------------------------------------

    @contextmanager
    def resting(self, catalog: Catalog, begin: Callable[[], None]) -> Iterator[None]:
        """Keep foreign keys from being enforced where they would get in the way of a rebuild.

        :param catalog: the table that is to be made anew.
        :param begin: begins a transaction as the run does.
        :raises UnsupportedOperation: they cannot be switched off here. Nothing has been done.
        """
        connection = catalog.connection
        driver: Any = connection.connection.driver_connection
        switch = _switch(driver)
        if not enforced(connection) or not _in_the_way(catalog):
            yield
        elif switch is not None:
            switch(ENABLE_FKEY, False)
            try:
                yield
            finally:
                switch(ENABLE_FKEY, True)
        elif not driver.in_transaction:
            _set(connection, on=False)
            try:
                yield
            finally:
                _set(connection, on=True)
        else:
            self._begin_again(catalog, begin)
            yield

    def _begin_again(self, catalog: Catalog, begin: Callable[[], None]) -> None:
        connection = catalog.connection
        fresh = self._beginning is not None and self._beginning == Beginning.now(connection)
        if not fresh or connection.in_nested_transaction():
            raise cannot(
                f"Table {catalog.name} cannot be made anew here: PRAGMA foreign_keys is on, other tables refer to it, "
                "and something has been written in this transaction already. SQLite would delete the rows that refer "
                "to it, and Python before 3.12 cannot tell it not to.",
                "Make this block the first in its revision, or give it a revision of its own, or put it into\n"
                "    with op.get_context().autocommit_block(): ...\n"
                "or run the migration with Python 3.12 or newer.",
            )
        self._found = _all_violations(connection)
        connection.rollback()
        _set(connection, on=False)
        begin()


def enforced(connection: Connection) -> bool:
    """Return whether foreign keys are enforced."""
    return bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())


def _switch(driver: Any) -> Callable[[int, bool], None] | None:
    """Return what sets an option of a connection at any time; ``None`` where the driver has no such thing."""
    switch: Callable[[int, bool], None] | None = getattr(driver, "setconfig", None)
    return switch


def children(catalog: Catalog) -> list[str]:
    """Return the tables that refer to a table, which may be one of them."""
    rows = catalog.rows(
        f"SELECT DISTINCT m.name FROM {quoted(catalog.schema)}.sqlite_master m, pragma_foreign_key_list(m.name, ?) k "
        "WHERE m.type = 'table' AND m.rootpage > 0 AND k.\"table\" = ? COLLATE NOCASE",
        catalog.schema,
        catalog.name,
    )
    return [name for (name,) in rows]


def _in_the_way(catalog: Catalog) -> bool:
    """Return whether enforcement would delete rows elsewhere, or refuse rows that are there."""
    return bool(children(catalog)) or bool(violations(catalog.connection, catalog.schema, [catalog.name]))


def _all_violations(connection: Connection) -> Counter[Violation]:
    names = [name for _, name, _ in connection.exec_driver_sql("PRAGMA database_list").fetchall()]
    return sum((violations(connection, name) for name in names), Counter[Violation]())


def _set(connection: Connection, *, on: bool) -> None:
    """Switch enforcement, which does nothing inside of a transaction, with no transaction of SQLAlchemy's."""
    if connection.closed or connection.invalidated:
        return
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if on else 'OFF'}")
    finally:
        cursor.close()
