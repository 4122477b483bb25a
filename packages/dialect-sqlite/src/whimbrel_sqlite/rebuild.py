"""Making a table anew by the procedure that SQLite documents, with all that belongs to it.

https://www.sqlite.org/lang_altertable.html#otheralter
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Index
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateIndex

from whimbrel.impl import DefaultImpl
from whimbrel.operations.recreate import TableRebuild
from whimbrel_sqlite.catalog import Catalog, SchemaObject
from whimbrel_sqlite.counters import Counters
from whimbrel_sqlite.definition import ClauseKind, TableDefinition
from whimbrel_sqlite.dependents import Dependents
from whimbrel_sqlite.foreign_keys import ForeignKeys, broken, children, violations
from whimbrel_sqlite.grammar import read_create_index, read_create_table
from whimbrel_sqlite.names import folded, quoted
from whimbrel_sqlite.reflection import TEXT
from whimbrel_sqlite.refusal import OTHER_WAYS, cannot
from whimbrel_sqlite.rewrite import Rewriting, create_table, unchanged
from whimbrel_sqlite.tokens import meaningful

REBUILD_SINCE: Final = (3, 26)  # https://www.sqlite.org/changes.html#version_3_26_0: PRAGMA legacy_alter_table
_SAVEPOINT: Final = "whimbrel_rebuild"
_ROWIDS: Final = ("rowid", "_rowid_", "oid")


def rebuild_table(impl: DefaultImpl, rebuild: TableRebuild, keys: ForeignKeys, begin: Callable[[], None]) -> None:
    """Make a table anew, or leave everything as it is.

    :param impl: knows the dialect and holds the connection.
    :param rebuild: what is to change.
    :param keys: the connection's foreign keys.
    :param begin: begins a transaction as the run does.
    :raises UnsupportedOperation: something of the table cannot be carried over.
    :raises CommandError: a foreign key would be violated that was not.
    """
    assert impl.connection is not None
    catalog = Catalog(impl.connection, rebuild.old.name, rebuild.old.schema)
    catalog.require_table()
    work = _Rebuild(impl, rebuild, catalog)
    with keys.resting(catalog, begin), all_or_nothing(impl.connection), work.plain_alter_table():
        work.carry_out()


@contextmanager
def all_or_nothing(connection: Connection) -> Iterator[None]:
    """Undo what an exception interrupts: to a savepoint in a transaction, else in a transaction of its own."""
    driver: Any = connection.connection.driver_connection
    inside = driver.in_transaction
    connection.exec_driver_sql(f"SAVEPOINT {_SAVEPOINT}" if inside else "BEGIN IMMEDIATE")
    try:
        yield
        connection.exec_driver_sql(f"RELEASE {_SAVEPOINT}" if inside else "COMMIT")
    except BaseException:
        # SQLite itself may have ended the transaction: a full disk.
        if driver.in_transaction:
            connection.exec_driver_sql(f"ROLLBACK TO {_SAVEPOINT}" if inside else "ROLLBACK")
        if driver.in_transaction and inside:
            connection.exec_driver_sql(f"RELEASE {_SAVEPOINT}")
        raise


class _Rebuild:
    """One rebuild."""

    def __init__(self, impl: DefaultImpl, rebuild: TableRebuild, catalog: Catalog) -> None:
        self.impl = impl
        self.rebuild = rebuild
        self.catalog = catalog
        self.dependents = Dependents(catalog)
        self.counters = Counters(catalog)
        self.temporary = catalog.qualified(rebuild.temporary_name)
        self.there = catalog.qualified(catalog.name)
        self.from_text = TEXT in rebuild.old.info
        """Whether the table was reflected here, not given by ``copy_from``."""
        self.is_legacy = bool(catalog.pragma("legacy_alter_table"))

    @contextmanager
    def plain_alter_table(self) -> Iterator[None]:
        """Leave ``PRAGMA legacy_alter_table`` as it was."""
        before = self.is_legacy
        try:
            yield
        finally:
            self._legacy(before)

    def _legacy(self, on: bool) -> None:
        """Say whether ALTER TABLE keeps its hands off other objects, or rewrites and tests them."""
        if on is not self.is_legacy:
            self.catalog.run(f"PRAGMA legacy_alter_table = {'ON' if on else 'OFF'}")
            self.is_legacy = on

    def carry_out(self) -> None:
        """Do it; whoever calls undoes it if this raises."""
        self._legacy(False)
        self._free_temporary_name()
        statement = self._statement()
        working = self.dependents.working()
        tables = self._tables_with_keys()
        before = violations(self.catalog.connection, self.catalog.schema, tables)
        self.catalog.run(statement)
        self._copy(read_create_table(statement))
        self.dependents.rename_columns(self.rebuild.renamed)
        there = list(self.catalog.objects())
        self.counters.remember()
        self._legacy(True)
        self.catalog.run(f"DROP TABLE {self.there}")
        self.catalog.run(f"ALTER TABLE {self.temporary} RENAME TO {quoted(self.catalog.name)}")
        self._bring_back(there)
        self.counters.bring_back()
        self._legacy(False)
        self.dependents.require(working)
        after = violations(self.catalog.connection, self.catalog.schema, tables)
        if error := broken(before, after, f"table {self.catalog.name} is made anew"):
            raise error

    # -- before anything is done --------------------------------------------------------------------------------------

    def _free_temporary_name(self) -> None:
        if self.catalog.has(self.rebuild.temporary_name):
            raise cannot(
                f"There is a table {self.rebuild.temporary_name!r} already, which is the name that "
                f"{self.catalog.name} has while it is made anew.",
                f"Look at what is in it, and drop it: op.drop_table({self.rebuild.temporary_name!r})",
            )

    def _statement(self) -> str:
        """Return the new CREATE TABLE, once it is known that nothing gets lost by it.

        :raises UnsupportedOperation: something would.
        """
        if not self.from_text:
            self._refuse_what_would_break(None, frozenset())
            return create_table(self.impl, self.rebuild.new, self.temporary)
        definition = self.catalog.definition()
        same = Rewriting(self.impl, definition, unchanged(self.rebuild.old), naming=False).statement("")
        if same != f"CREATE TABLE {definition.sql[definition.name_end :]}":
            raise cannot(f"The CREATE TABLE of {self.catalog.name} cannot be written again as it is.", OTHER_WAYS)
        with self.dependents.on_trial():
            self.dependents.rename_columns(self.rebuild.renamed)
            rewriting = Rewriting(self.impl, self.catalog.definition(), self.rebuild)
        self._refuse_what_would_break(definition, rewriting.kept_clauses)
        return rewriting.statement(self.temporary)

    def _refuse_what_would_break(self, definition: TableDefinition | None, kept: frozenset[int]) -> None:
        """See that nothing uses a column that is to go.

        :param definition: the table's, as it is; ``None`` where ``copy_from`` says what it is to be.
        :param kept: the places of the clauses that stay.
        :raises UnsupportedOperation: something does.
        """
        users: list[str] = []
        indexes = {str(index.name) for index in self.rebuild.old.indexes}
        going = indexes - {str(index.name) for index in self.rebuild.indexes}
        for column in sorted(self.rebuild.dropped):
            found = self.dependents.of_column(column)
            used = [item.called for item in found.objects if item.type != "index" or item.name not in going]
            if definition is not None:
                used += self._clauses_that_differ(definition, found.definition, kept)
            users += [f"  {column} is used by {user}" for user in used]
        if users:
            raise cannot(
                "\n".join([f"Columns of table {self.catalog.name} cannot be dropped:", *users]),
                "Drop that first (views and triggers with op.execute(), the table's own constraints and indexes with "
                "batch.drop_constraint() and batch.drop_index()), and create it again afterwards without the column.",
            )

    def _clauses_that_differ(
        self, before: TableDefinition, after: TableDefinition, kept: frozenset[int]
    ) -> Iterator[str]:
        """Yield what would stay in the CREATE TABLE though it uses a column that goes."""
        for place, (one, other) in enumerate(zip(before.clauses, after.clauses, strict=True)):
            if place in kept and before.text(one) != after.text(other):
                yield f"the constraint {before.text(one)}"
        for column, renamed in zip(before.columns, after.columns, strict=True):
            if column.name in self.rebuild.dropped:
                continue
            one_, other_ = column.clause(ClauseKind.GENERATED), renamed.clause(ClauseKind.GENERATED)
            if one_ is not None and other_ is not None and one_.body != other_.body:
                yield f"column {column.name} {before.text(one_)}"

    def _tables_with_keys(self) -> list[str]:
        """Return the tables whose foreign keys a rebuild could violate."""
        return list(dict.fromkeys([*children(self.catalog), self.catalog.name]))

    # -- the rows -----------------------------------------------------------------------------------------------------

    def _copy(self, new: TableDefinition) -> None:
        """Copy the rows, with their rowids: a full-text index may know the rows by these."""
        names, expressions = list(self.rebuild.copied), list(self.rebuild.copied.values())
        rowid = self._rowid(new)
        if rowid is None and not names and new.rowid:
            rowid = "rowid"  # a key that counts is new, and nothing is left but to number the rows
        if rowid is not None:
            names.insert(0, rowid)
            expressions.insert(0, sa.literal_column(rowid))
        target = sa.table(self.rebuild.temporary_name, *[sa.column(name) for name in names], schema=self.catalog.schema)
        rows = sa.select(*[item.label(name) for name, item in zip(names, expressions, strict=True)])
        # OR ABORT: an ON CONFLICT IGNORE or REPLACE of the table would leave rows out.
        insert = target.insert().prefix_with("OR ABORT").from_select(names, rows.select_from(self.rebuild.old), False)
        # A row that refers to none is to be found and named afterwards, not to end the statement.
        deferred = self.catalog.pragma("defer_foreign_keys")
        self.catalog.run("PRAGMA defer_foreign_keys = ON")
        try:
            self.impl.execute(insert)
        finally:
            self.catalog.run(f"PRAGMA defer_foreign_keys = {deferred}")

    def _rowid(self, new: TableDefinition) -> str | None:
        """Return under which name rows have a rowid of their own, before and after; ``None`` where they have not."""
        if not new.rowid or self._key_is_rowid():
            return None
        taken = {folded(name) for name in [*self.catalog.columns(), *(column.name for column in new.columns)]}
        for name in _ROWIDS:
            if name not in taken:
                try:
                    self.catalog.run(f"EXPLAIN SELECT {name} FROM {self.there}")
                except OperationalError:  # WITHOUT ROWID
                    return None
                return name
        return None

    def _key_is_rowid(self) -> bool:
        """Return whether the new table has an INTEGER PRIMARY KEY, which is the rowid."""
        schema, name = self.catalog.schema, self.rebuild.temporary_name
        key = self.catalog.primary_key(name)
        indexes = self.catalog.rows("SELECT origin FROM pragma_index_list(?, ?)", name, schema)
        return bool(key) and ("pk",) not in [tuple(row) for row in indexes]

    # -- what went with the old table ---------------------------------------------------------------------------------

    def _bring_back(self, there: list[SchemaObject]) -> None:
        """Create the indexes and triggers again that went with the old table.

        :param there: what there was before.
        """
        left = {(item.schema, item.type, item.name) for item in self.catalog.objects()}
        gone = [item for item in there if item.sql and (item.schema, item.type, item.name) not in left]
        old = {str(index.name) for index in self.rebuild.old.indexes}
        new = {str(index.name): index for index in self.rebuild.indexes}
        for item in gone:
            if item.type == "index":
                wanted = new.get(item.name)
                if wanted is None and item.name in old:
                    continue  # the batch dropped it
                if wanted is not None and not self._alike(item.sql, wanted):
                    continue
                new.pop(item.name, None)
            if item.type in ("index", "trigger"):
                self.catalog.run(in_schema(item.sql, item.schema))
        for index in new.values():
            self.impl.create_index(index)

    def _alike(self, sql: str, wanted: Index) -> bool:
        """Return whether an index is the one that is wanted, and may keep its text."""
        asked = read_create_index(str(CreateIndex(wanted).compile(dialect=self.impl.dialect)))
        return asked.meaning == read_create_index(sql).meaning


def in_schema(sql: str, schema: str) -> str:
    """Return a CREATE statement from sqlite_schema, where names stand without it, with the schema in it."""
    words = meaningful(sql)
    name = next(after for word, after in pairwise(words) if word.keyword in ("INDEX", "TRIGGER"))
    return f"{sql[: name.start]}{quoted(schema)}.{sql[name.start :]}"
