"""Which changes of a batch SQLite's own ALTER TABLE can do, so that the table need not be made anew.

https://www.sqlite.org/lang_altertable.html
"""

from __future__ import annotations

from sqlalchemy.exc import NoSuchTableError

from whimbrel.errors import UnsupportedOperation
from whimbrel.impl import Capability, DefaultImpl, Support
from whimbrel.operations import ops
from whimbrel.operations.construct import scratch_table
from whimbrel.operations.directives.base import MigrateOperation
from whimbrel.operations.recreate import Batch
from whimbrel.unset import UNSET
from whimbrel_sqlite.catalog import Catalog
from whimbrel_sqlite.definition import ClauseKind, TableDefinition
from whimbrel_sqlite.dependents import Dependents
from whimbrel_sqlite.limits import always_refused, has_rows, refused_with_rows
from whimbrel_sqlite.names import folded

_PLACED = frozenset({"insert_before", "insert_after"})


class NativeChanges:
    """Says of the changes of one batch which ALTER TABLE can do.

    :param impl: is asked about the database.
    :param batch: the batch.
    """

    def __init__(self, impl: DefaultImpl, batch: Batch) -> None:
        self.impl = impl
        self.batch = batch
        self._going = {
            folded(str(directive.index_name))
            for directive in batch.directives
            if isinstance(directive, ops.DropIndexOp)
        }

    def can_do(self, directive: MigrateOperation) -> bool:
        """Return whether ALTER TABLE, or a statement about an index, can do it."""
        if _PLACED & getattr(directive, "kw", {}).keys():
            return False
        if isinstance(directive, ops.AddColumnOp):
            return self._can_add(directive)
        if isinstance(directive, ops.DropColumnOp):
            return self._can_drop(directive)
        if isinstance(directive, ops.AlterColumnOp):
            changes = directive.modify_type, directive.modify_nullable
            return changes == (None, None) and directive.modify_server_default is UNSET
        return not isinstance(directive, ops.AddConstraintOp | ops.DropConstraintOp)

    def _can_add(self, directive: ops.AddColumnOp) -> bool:
        column = directive.column._copy()
        scratch_table(directive.table_name, None, column)
        if always_refused(column) is not None:
            return False
        if column.foreign_keys and column.server_default is not None:
            return False  # refused where foreign keys are enforced
        refused = refused_with_rows(column, self.impl.dialect)
        return refused is None or not has_rows(self.impl, self.batch.table_name, self.batch.schema)

    def _can_drop(self, directive: ops.DropColumnOp) -> bool:
        if self.impl.support(Capability.DROP_COLUMN) is not Support.YES:
            return False
        if self.impl.connection is None or self.impl.as_sql:
            return True  # nobody to ask, and nothing to make the table anew from
        try:
            catalog = Catalog(self.impl.connection, self.batch.table_name, self.batch.schema)
            catalog.require_table()
            definition = catalog.definition()
            there = folded(directive.column_name) in map(folded, catalog.columns())
            return self._is_free(catalog, definition, directive.column_name) if there else bool(directive.if_exists)
        except (NoSuchTableError, UnsupportedOperation):
            return False  # who makes it anew says what is wrong

    def _is_free(self, catalog: Catalog, definition: TableDefinition, name: str) -> bool:
        """Return whether nothing uses a column but its own CHECK, which goes with it."""
        column = definition.column(name)
        if column.clause(ClauseKind.PRIMARY_KEY) or column.clause(ClauseKind.UNIQUE):
            return False
        users = Dependents(catalog).of_column(name)
        if any(item.type != "index" or folded(item.name) not in self._going for item in users.objects):
            return False
        own = definition.columns.index(column)
        before, after = definition.texts, users.definition.texts
        return before[:own] == after[:own] and before[own + 1 :] == after[own + 1 :]
