"""What else in a database uses a table: views, triggers, indexes, foreign keys of other tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import OperationalError

from whimbrel_sqlite.catalog import Catalog, SchemaObject
from whimbrel_sqlite.definition import TableDefinition
from whimbrel_sqlite.names import folded, quoted
from whimbrel_sqlite.refusal import cannot
from whimbrel_sqlite.tokens import meaningful, names_in

_SAVEPOINT = "whimbrel_trial"
_PLACEHOLDER = "_whimbrel_column_"


@dataclass(frozen=True)
class Users:
    """What uses a column.

    :param definition: the table's own definition, where the column has another name.
    :param objects: everything else: each index, view and trigger, and each table that refers to the column.
    """

    definition: TableDefinition
    objects: tuple[SchemaObject, ...]


class Dependents:
    """What uses one table.

    :param catalog: knows the table.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._table = catalog.qualified(catalog.name)

    @contextmanager
    def on_trial(self) -> Iterator[None]:
        """Undo what is done in the block."""
        self.catalog.run(f"SAVEPOINT {_SAVEPOINT}")
        try:
            yield
        finally:
            self.catalog.run(f"ROLLBACK TO {_SAVEPOINT}")
            self.catalog.run(f"RELEASE {_SAVEPOINT}")

    # -- columns ------------------------------------------------------------------------------------------------------

    def of_column(self, column: str) -> Users:
        """Return what uses a column.

        SQLite itself is asked: it renames the column wherever it is meant, and that is undone again. A name in the
        text of a view may be that of another table's column; nothing but SQLite's own resolution tells.

        :raises UnsupportedOperation: SQLite cannot say.
        """
        before = {(item.schema, item.type, item.name): item for item in self.catalog.objects()}
        with self.on_trial():
            try:
                self._rename(column, f"{_PLACEHOLDER}0")
            except OperationalError as error:
                raise cannot(
                    f"Column {column!r} of table {self.catalog.name!r} cannot be dropped: {error.orig}.",
                    "Put right, or drop, what SQLite names there, and create it again afterwards.",
                ) from error
            definition = self.catalog.definition()
            changed = [
                item
                for item in self.catalog.objects()
                if item.sql != before[item.schema, item.type, item.name].sql
                and (item.schema, item.type, item.name) != (self.catalog.schema, "table", self.catalog.name)
            ]
        return Users(definition, tuple(changed))

    def rename_columns(self, names: Mapping[str, str]) -> None:
        """Give columns other names, in the table and in all that uses them.

        :param names: old names, and the new ones; they may change places.
        :raises UnsupportedOperation: something in the schema keeps SQLite from it.
        """
        changed = {old: new for old, new in names.items() if old != new}
        if not changed:
            return
        others = {folded(name) for name in self.catalog.columns()}
        taken = [new for old, new in changed.items() if folded(new) in others and folded(new) != folded(old)]
        try:
            if taken:
                between = {name: f"{_PLACEHOLDER}{number}" for number, name in enumerate([*changed, *taken])}
                for name, placeholder in between.items():
                    self._rename(name, placeholder)
                changed = {between[old]: new for old, new in changed.items()}
            for old, new in changed.items():
                self._rename(old, new)
        except OperationalError as error:
            raise cannot(
                f"SQLite cannot rename columns of table {self.catalog.name!r}: {error.orig}.",
                "Put right, or drop, what SQLite names there, and create it again afterwards.",
            ) from error

    def _rename(self, old: str, new: str) -> None:
        self.catalog.run(f"ALTER TABLE {self._table} RENAME COLUMN {quoted(old)} TO {quoted(new)}")

    # -- views and triggers -------------------------------------------------------------------------------------------

    def related(self) -> Iterator[SchemaObject]:
        """Yield the views and triggers that name the table, or a view that does, with the table's own triggers."""
        others = [item for item in self.catalog.objects() if item.type in ("view", "trigger")]
        reached = {folded(self.catalog.name)}
        while more := [item for item in others if names_in(item.sql) & reached]:
            others = [item for item in others if item not in more]
            reached |= {folded(item.name) for item in more if item.type == "view"}
            yield from more

    def working(self) -> frozenset[tuple[str, str, str]]:
        """Return the views that can be read and the triggers that can fire, as schema, type and name."""
        return frozenset((item.schema, item.type, item.name) for item in self.related() if self._trouble(item) is None)

    def require(self, working: frozenset[tuple[str, str, str]]) -> None:
        """See that what was working still is.

        :raises UnsupportedOperation: something is not.
        """
        broken = [
            f"  {item.called}: {trouble}"
            for item in self.related()
            if (item.schema, item.type, item.name) in working and (trouble := self._trouble(item)) is not None
        ]
        if broken:
            raise cannot(
                "\n".join([f"With table {self.catalog.name} made anew as asked, these would no longer work:", *broken]),
                "Drop them before with op.execute(), and create them afterwards as they are to be.",
            )

    def _trouble(self, item: SchemaObject) -> str | None:
        """Return what SQLite says against a view or trigger when it prepares a statement that uses it."""
        try:
            statement = self._select(item) if item.type == "view" else self._firing(item)
            self.catalog.run(f"EXPLAIN {statement}")
        except OperationalError as error:
            return str(error.orig)
        return None

    def _select(self, view: SchemaObject) -> str:
        return f"SELECT * FROM {quoted(view.schema)}.{quoted(view.name)}"

    def _firing(self, trigger: SchemaObject) -> str:
        """Return a statement that would fire a trigger."""
        words = [token.keyword for token in meaningful(trigger.sql)][3:]  # after CREATE TRIGGER and the name
        event = next(word for word in words if word in ("INSERT", "UPDATE", "DELETE"))
        ours = folded(trigger.table) == folded(self.catalog.name)
        table = self._table if ours else quoted(trigger.table)
        if event == "INSERT":
            return f"INSERT INTO {table} DEFAULT VALUES"
        if event == "DELETE":
            return f"DELETE FROM {table}"
        columns = self.catalog.rows("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", trigger.table)
        sets = ", ".join(f"{quoted(name)} = {quoted(name)}" for (name,) in columns)
        return f"UPDATE {table} SET {sets}"
