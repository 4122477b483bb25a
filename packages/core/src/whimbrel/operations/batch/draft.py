"""TableDraft: a table that directives change one after the other, in memory, until it is the one to be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Column, Computed, Table
from sqlalchemy.types import TypeEngine, to_instance

from whimbrel.operations import ops
from whimbrel.operations.batch.columns import DraftColumn, bare_column, set_default, unbound
from whimbrel.operations.batch.constraints import DraftConstraints
from whimbrel.operations.batch.names import ColumnNames, mentioned, refers_to_itself, renamed
from whimbrel.operations.batch.reading import constraints_of, conventional_name, indexes_of
from whimbrel.operations.batch.refusal import Listing, refusal
from whimbrel.operations.construct import own_column, scratch_table
from whimbrel.operations.directives.base import MigrateOperation, RunContext
from whimbrel.unset import UNSET


class TableDraft:
    """A table under change: its columns in order, its constraints and indexes, its comment.

    :param table: the table as it is; not changed.
    :param impl: the dialect's ``DefaultImpl``, which is asked, and told nothing to do.
    :param context: the run, for the naming convention of what is added.
    :param naming_convention: makes names for constraints of *table* that have none.
    """

    def __init__(
        self, table: Table, impl: Any, context: RunContext, naming_convention: Mapping[str, Any] | None = None
    ) -> None:
        self.old = table
        self.impl = impl
        self.context = context
        self.comment = table.comment
        self.columns = {column.name: DraftColumn(bare_column(column), column) for column in table.columns}
        self.constraints = DraftConstraints(impl.dialect)
        self._renamed: dict[str, str] = {}
        for directive, bound_to in constraints_of(table, impl):
            if directive.constraint_name is None and naming_convention:
                directive.constraint_name = conventional_name(directive, naming_convention)
            self.constraints.add(directive, bound_to)
        self.constraints.indexes = indexes_of(table, impl)

    def apply(self, directive: MigrateOperation) -> None:
        """Change the draft as *directive* says.

        :raises CommandError: the table has no such column, constraint or index; or has it already.
        """
        change = next(change for kind, change in _CHANGES.items() if isinstance(directive, kind))
        change(self, directive)

    def column(self, name: str) -> str:
        """Return the present name of the column that is called *name*, or was before it got another.

        :raises CommandError: there is none.
        """
        found = name if name in self.columns else self._renamed.get(name)
        if found is None:
            raise refusal(self.old, f"There is no column {name!r}", Listing("Columns", self.columns, name))
        return found

    # -- columns ------------------------------------------------------------------------------------------------------

    def _add_column(self, op: ops.AddColumnOp) -> None:
        if op.column.name in self.columns:
            if op.if_not_exists:
                return
            raise refusal(self.old, f"There is a column {op.column.name!r} already", Listing("Columns", self.columns))
        column = own_column(op.column)
        table = scratch_table(op.table_name, self.context, column, schema=op.schema)
        self.columns[column.name] = DraftColumn(bare_column(column), typed_anew=True, in_primary_key=column.primary_key)
        for directive, bound_to in constraints_of(table, self.impl):
            if not isinstance(directive, ops.CreatePrimaryKeyOp):
                self.add_constraint(directive, bound_to)
        for index in indexes_of(table, self.impl):
            self._create_index(index)
        self._place(column.name, op.kw)

    def _drop_column(self, op: ops.DropColumnOp) -> None:
        if op.if_exists and op.column_name not in {**self.columns, **self._renamed}:
            return
        name = self.column(op.column_name)
        del self.columns[name]
        self._renamed = {old: new for old, new in self._renamed.items() if new != name}
        for other, held in self.columns.items():
            if held.column.computed is not None and self._mentions(held.column.computed.sqltext, name):
                raise refusal(
                    self.old,
                    f"Column {other!r} is computed from column {name!r}, which is to be dropped",
                    remedy=f"Drop {other!r} first, or give it another server_default.",
                )
        self.constraints.remove_column(name)

    def _alter_column(self, op: ops.AlterColumnOp) -> None:
        name = self.column(op.column_name)
        held = self.columns[name]
        if op.modify_type is not None:
            self._change_type(name, op.existing_type, to_instance(op.modify_type))
        held.using = op.kw.get(f"{self.impl.dialect.name}_using", held.using)
        if op.modify_nullable is not None:
            held.column.nullable = op.modify_nullable
        if op.modify_server_default is not UNSET:
            set_default(held.column, op.modify_server_default)
        if op.modify_comment is not UNSET:
            held.column.comment = op.modify_comment
        if op.kw.get("autoincrement") is not None:
            held.column.autoincrement = op.kw["autoincrement"]
        if op.modify_name is not None and op.modify_name != name:
            self._rename(name, op.modify_name)
            name = op.modify_name
        self._place(name, op.kw)

    def _change_type(self, name: str, existing: Any, type_: TypeEngine[Any]) -> None:
        """Give a column a type; the CHECK that the old one brought goes, that of the new one comes."""
        going = self._brought_by(name, to_instance(existing)) if existing is not None else []
        self.constraints.remove_brought(name, going)
        held = self.columns[name]
        held.column.type = unbound(type_)
        held.typed_anew = True
        had = None if existing is None else getattr(to_instance(existing), "collation", None)
        held.collation_gone = had is not None and getattr(type_, "collation", None) is None
        for check in self._brought_by(name, type_):
            self.add_constraint(check, name)

    def _brought_by(self, name: str, type_: TypeEngine[Any]) -> list[ops.CreateCheckConstraintOp]:
        """Return what adds the CHECK that a Boolean or an Enum brings along."""
        column: Column[Any] = Column(name, type_)
        table = scratch_table(self.old.name, self.context, column, schema=self.old.schema)
        found = (directive for directive, _ in constraints_of(table, self.impl))
        return [directive for directive in found if isinstance(directive, ops.CreateCheckConstraintOp)]

    def _rename(self, name: str, new: str) -> None:
        if new in self.columns:
            raise refusal(
                self.old,
                f"Column {name!r} cannot be called {new!r}, as another one is",
                Listing("Columns", self.columns),
            )
        names = {name: new}
        self.columns = {names.get(key, key): held for key, held in self.columns.items()}
        column = self.columns[new].column
        column.name = column.key = new
        for held in self.columns.values():
            computed = held.column.computed
            if computed is not None and self._mentions(computed.sqltext, name):
                sql = ColumnNames(names, self.impl.dialect)(computed.sqltext)
                set_default(held.column, Computed(sql, computed.persisted))
        self.constraints.rename(names)
        self._renamed = {old: new if now == name else now for old, now in self._renamed.items()} | names

    def _place(self, name: str, keywords: Mapping[str, Any]) -> None:
        """Move a column before or after the one that ``insert_before`` or ``insert_after`` names."""
        before, after = keywords.get("insert_before"), keywords.get("insert_after")
        if before is None and after is None:
            return
        if before is not None and after is not None:
            raise refusal(self.old, f"Column {name!r} is to stand both before {before!r} and after {after!r}")
        beside = self.column(str(after if before is None else before))
        if beside == name:
            raise refusal(self.old, f"Column {name!r} cannot stand beside itself")
        order = [other for other in self.columns if other != name]
        order.insert(order.index(beside) + (after is not None), name)
        self.columns = {column: self.columns[column] for column in order}

    # -- constraints, indexes, comment --------------------------------------------------------------------------------

    def add_constraint(self, op: ops.AddConstraintOp, bound_to: str | None = None) -> None:
        """Take a constraint in.

        :param op: adds it.
        :param bound_to: the column whose type brings it along.
        :raises CommandError: it lists a column that is not there, or its name is taken.
        """
        directive = renamed(op, self._aliases(), self.impl.dialect)
        self._check_columns(directive)
        if bound_to is None:
            name = op.to_constraint(self.context).name
            directive.constraint_name = name if isinstance(name, str) else None
        if directive.constraint_name in self.constraints.names and not isinstance(directive, ops.CreatePrimaryKeyOp):
            raise refusal(
                self.old,
                f"There is a constraint {directive.constraint_name!r} already",
                Listing("Constraints", self.constraints.names),
            )
        self.constraints.add(directive, bound_to)

    def _drop_constraint(self, op: ops.DropConstraintOp) -> None:
        there = Listing("Constraints", self.constraints.names, op.constraint_name)
        unnamed = len(self.constraints.held) - len(self.constraints.names)
        remedy = (
            f"Constraints without a name: {unnamed}; naming_convention of batch_alter_table gives them names."
            if unnamed
            else None
        )
        if op.constraint_name is None and op.constraint_type != "primary":
            raise refusal(self.old, "A constraint is dropped by its name, and none is given", there, remedy)
        names = (op.constraint_name, op.to_constraint(self.context).name)
        if self.constraints.remove_meant(op, names) or self.constraints.remove_unique_index(op, names) or op.if_exists:
            return
        if op.constraint_name in self.constraints.gone_with_columns:
            return
        kind = f"{op.constraint_type} constraint" if op.constraint_type else "constraint"
        raise refusal(self.old, f"There is no {kind} {op.constraint_name!r}", there, remedy)

    def _create_index(self, op: ops.CreateIndexOp) -> None:
        directive = renamed(op, self._aliases(), self.impl.dialect)
        self._check_columns(directive)
        name = op.to_index(self.context).name
        if name in self.constraints.index_names:
            if op.if_not_exists:
                return
            raise refusal(
                self.old, f"There is an index {name!r} already", Listing("Indexes", self.constraints.index_names)
            )
        self.constraints.add_index(directive, name)

    def _drop_index(self, op: ops.DropIndexOp) -> None:
        meant = (op.index_name, op.to_index(self.context).name)
        kept = [index for index in self.constraints.indexes if index.index_name not in meant]
        if len(kept) == len(self.constraints.indexes) and not op.if_exists:
            there = Listing("Indexes", self.constraints.index_names, op.index_name)
            raise refusal(self.old, f"There is no index {op.index_name!r}", there)
        self.constraints.indexes = kept

    def _create_comment(self, op: ops.CreateTableCommentOp) -> None:
        self.comment = op.comment

    def _drop_comment(self, op: ops.DropTableCommentOp) -> None:
        self.comment = None

    # -- looking ------------------------------------------------------------------------------------------------------

    def _aliases(self) -> dict[str, str]:
        """Return present names of columns by those they had."""
        return {old: new for old, new in self._renamed.items() if old not in self.columns}

    def _mentions(self, item: Any, name: str) -> bool:
        return bool(mentioned(item, [name], self.impl.dialect))

    def _check_columns(self, directive: MigrateOperation) -> None:
        """See that the columns a directive lists by name are there."""
        listed = [*getattr(directive, "columns", ()), *getattr(directive, "local_cols", ())]
        if isinstance(directive, ops.CreateForeignKeyOp) and refers_to_itself(directive):
            listed += directive.remote_cols
        for name in listed:
            if isinstance(name, str):
                self.column(name)


_CHANGES: dict[type[MigrateOperation], Callable[[TableDraft, Any], None]] = {
    ops.AddColumnOp: TableDraft._add_column,
    ops.DropColumnOp: TableDraft._drop_column,
    ops.AlterColumnOp: TableDraft._alter_column,
    ops.AddConstraintOp: TableDraft.add_constraint,
    ops.DropConstraintOp: TableDraft._drop_constraint,
    ops.CreateIndexOp: TableDraft._create_index,
    ops.DropIndexOp: TableDraft._drop_index,
    ops.CreateTableCommentOp: TableDraft._create_comment,
    ops.DropTableCommentOp: TableDraft._drop_comment,
}

CHANGES = tuple(_CHANGES)
"""The directives that a draft understands: all that change a table without giving it another name."""
