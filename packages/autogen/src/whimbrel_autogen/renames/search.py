"""The search for renamed tables and columns; the rest is compared under their new names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from whimbrel.operations.ops import (
    CreateTableOp,
    DropColumnOp,
    DropTableOp,
    MigrateOperation,
    ModifyTableOps,
    RenameTableOp,
)
from whimbrel_autogen.renames.columns import TableColumns, columns_differ
from whimbrel_autogen.renames.places import Place
from whimbrel_autogen.renames.renames import tell_of_likeness, tell_of_loss, unsettled
from whimbrel_autogen.renames.tables import SchemaState

if TYPE_CHECKING:
    from whimbrel_autogen.context import AutogenContext

Key = tuple[str | None, str]
Offer = tuple[Place, str, str]


class Search:
    """Finds what was renamed, and what looks as if it had been.

    :param context: the comparison.
    :param states: the tables of each schema; those of the database get their new names.
    """

    def __init__(self, context: AutogenContext, states: Sequence[SchemaState]) -> None:
        self._renames = context.renames
        self._context = context
        self._states = states
        self._tables: dict[Key, Offer] = {}
        self._columns: dict[tuple[str | None, str, str], Offer] = {}

    def run(self) -> list[MigrateOperation]:
        """Return the directives that rename, in the order to be run.

        :raises CommandError: a declaration is contradictory, or fits several things.
        """
        tables = self._renamed_tables()
        if tables:
            self._take_names()
        columns = self._renamed_columns()
        if columns:
            self._take_names()
        return [*tables, *columns]

    def remark(self, found: Sequence[MigrateOperation]) -> None:
        """Say above what drops a look-alike that its data is lost.

        :param found: what was found afterwards.
        """
        drops = {(op.schema, op.table_name): op for op in found if isinstance(op, DropTableOp)}
        creates = {(op.schema, op.table_name): op for op in found if isinstance(op, CreateTableOp)}
        for (schema, old), (place, _, new) in self._tables.items():
            if (schema, old) in drops:
                tell_of_loss(drops[schema, old], place, old, new)
            elif (schema, new) in creates:
                tell_of_likeness(creates[schema, new], place, old, new)
        for op in found:
            offer = (
                self._columns.get((op.schema, op.table_name, op.column_name)) if isinstance(op, DropColumnOp) else None
            )
            if offer is not None:
                tell_of_loss(op, *offer)

    def _take_names(self) -> None:
        for state in self._states:
            tables = [self._renames.names.renamed(table) for table in state.database.values()]
            state.database = {table.name: table for table in tables}

    def _renamed_tables(self) -> list[MigrateOperation]:
        states = {state.place(self._context): state for state in self._states if self._differ(state)}
        settled = self._renames.settle(list(states))
        found: list[MigrateOperation] = []
        for place, names in settled.items():
            schema = states[place].schema
            for old, new in names.items():
                self._renames.names.tables[schema, old] = new
                found.append(RenameTableOp(old, new, schema=schema))
        for place, old, new in unsettled(settled):
            self._tables[states[place].schema, old] = place, old, new
        return found

    def _differ(self, state: SchemaState) -> bool:
        return bool(self._renames.declarations) or state.database.keys() != state.models.keys()

    def _renamed_columns(self) -> list[MigrateOperation]:
        tables = {table.place(): table for state in self._states for table in self._tables_of(state)}
        settled = self._renames.settle(list(tables))
        found: list[MigrateOperation] = []
        for place, names in settled.items():
            table = tables[place]
            if names:
                self._renames.names.columns[table.schema, table.table_name] = names
                found.append(ModifyTableOps(table.table_name, table.directives(names), schema=table.schema))
        for place, old, new in unsettled(settled):
            table = tables[place]
            self._columns[table.schema, table.table_name, old] = place, old, new
        return found

    def _tables_of(self, state: SchemaState) -> list[TableColumns]:
        """Return the tables that both sides have and whose columns may have new names: nearly none."""
        before = {new: old for (schema, old), new in self._renames.names.tables.items() if schema == state.schema}
        both = ((name, state.database[name], state.models[name]) for name in state.database if name in state.models)
        return [
            TableColumns(self._context, theirs, ours, before.get(name, name))
            for name, theirs, ours in sorted(both, key=lambda item: item[0])
            if not theirs.opaque and (self._renames.declarations or columns_differ(theirs, ours))
        ]
