"""BatchRun: from the directives of a block to statements, all of it checked before the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import Table, inspect
from sqlalchemy.exc import NoSuchTableError

from whimbrel.errors import CommandError
from whimbrel.operations.abstract import AbstractOperations
from whimbrel.operations.batch.draft import CHANGES, TableDraft
from whimbrel.operations.batch.names import renamed
from whimbrel.operations.batch.outcome import rebuild_of
from whimbrel.operations.batch.settings import BatchSettings
from whimbrel.operations.directives.alter_column import AlterColumnOp
from whimbrel.operations.directives.base import MigrateOperation
from whimbrel.operations.directives.columns import AddColumnOp, DropColumnOp
from whimbrel.operations.recreate import Batch, TableRebuild


class BatchRun:
    """Carries out what a block has collected.

    Changes of the table that follow each other go together. What else a block asks for (``execute``, a plugin's
    directive, a change of another table) is carried out in its place among them.

    :param operations: carries out what needs no new table.
    :param table_name: the table.
    :param schema: its schema.
    :param settings: what ``batch_alter_table`` was told.
    """

    def __init__(
        self, operations: AbstractOperations, table_name: str, schema: str | None, settings: BatchSettings
    ) -> None:
        self._operations = operations
        self._impl = operations.impl
        self._table_name = table_name
        self._schema = schema
        self._settings = settings

    def carry_out(self, directives: Sequence[MigrateOperation]) -> None:
        """Carry *directives* out, in order.

        :raises CommandError: one of them is impossible; nothing has been done.
        """
        groups = list(self._groups(directives))
        recreated = [self._needs_recreate(group) for group in groups]
        for group in groups:
            if not all(map(self._is_change, group.directives)):  # one that nothing carries out here is found now
                self._operations.registry.implementation(type(group.directives[0]), self._impl.dialect.name)
        planned = self._plan(groups, recreated) if any(recreated) else [None] * len(groups)
        for number, (group, rebuild) in enumerate(zip(groups, planned, strict=True)):
            if rebuild is None:
                for directive in self._under_present_names(group.directives):
                    self._operations.invoke(directive)
            elif number and self._settings.copy_from is None:
                last = not any(planned[number + 1 :])
                self._impl.rebuild_table(self._rebuild(self._table(), group, complete=last))
            else:
                self._impl.rebuild_table(rebuild)

    # -- deciding -----------------------------------------------------------------------------------------------------

    def _groups(self, directives: Sequence[MigrateOperation]) -> Iterator[Batch]:
        """Yield the changes that can be made together, and each other directive alone."""
        changes = 0
        for ours, group in groupby(directives, self._is_change):
            for members in [tuple(group)] if ours else [(directive,) for directive in group]:
                changes += ours
                yield Batch(self._table_name, self._schema, members)
        if not changes and self._settings.recreate == "always":
            yield Batch(self._table_name, self._schema, ())

    def _is_change(self, directive: MigrateOperation) -> bool:
        of = (getattr(directive, "table_name", None), getattr(directive, "schema", None))
        return isinstance(directive, CHANGES) and of == (self._table_name, self._schema)

    def _needs_recreate(self, group: Batch) -> bool:
        """Return whether the table has to be made anew for a group of changes.

        :raises CommandError: it is not to be, and a column is to stand in a certain place.
        """
        if not all(map(self._is_change, group.directives)):
            return False
        asked = self._settings.recreate
        if asked == "always" or (asked == "auto" and self._impl.requires_recreate_in_batch(group)):
            return True
        for directive in group.directives:
            if (
                isinstance(directive, CHANGES)
                and {"insert_before", "insert_after"} & getattr(directive, "kw", {}).keys()
            ):
                raise CommandError(
                    f"batch_alter_table({self._table_name!r}): insert_before and insert_after take a table made anew; "
                    f"with ALTER TABLE a new column comes last on {self._impl.dialect.name}.",
                    f"Leave them out, or say so:  op.batch_alter_table({self._table_name!r}, recreate='always')",
                )
        return False

    # -- planning -----------------------------------------------------------------------------------------------------

    def _plan(self, groups: Sequence[Batch], recreated: Sequence[bool]) -> list[TableRebuild | None]:
        """Go through all changes on a draft, so that an impossible one is found before anything is done.

        :return: for each group the rebuild it takes; ``None`` where it takes none.
        """
        table, planned = self._table(), list[TableRebuild | None]()
        for group, recreate in zip(groups, recreated, strict=True):
            rebuild = None
            if all(map(self._is_change, group.directives)):
                rebuild = self._rebuild(table, group, complete=recreate and True not in recreated[len(planned) + 1 :])
                table = rebuild.new
            planned.append(rebuild if recreate else None)
        return planned

    def _rebuild(self, table: Table, group: Batch, complete: bool) -> TableRebuild:
        """Return what makes *table* as a group of changes wants it.

        :param complete: whether it is the last rebuild of the block, the one that ``table_args``, ``table_kwargs`` and
            ``partial_reordering`` are for.
        """
        settings = self._settings
        draft = TableDraft(table, self._impl, self._operations.migration_context, settings.naming_convention)
        for directive in group.directives:
            draft.apply(directive)
        if not complete:
            return rebuild_of(draft)
        return rebuild_of(draft, settings.table_args, settings.table_kwargs, settings.partial_reordering or ())

    def _table(self) -> Table:
        """Return the table as it is now.

        :raises CommandError: there is none, or nobody to ask.
        """
        settings = self._settings
        if settings.copy_from is not None:
            return settings.copy_from
        if self._impl.connection is None or self._impl.as_sql:
            raise CommandError(
                f"batch_alter_table({self._table_name!r}) has to make the table anew on {self._impl.dialect.name}, and "
                "with --sql there is no database to read it from.",
                "Give the table as it is:\n"
                f"    with op.batch_alter_table({self._table_name!r}, copy_from=sa.Table(...)) as batch: ...\n"
                "or leave it out of the SQL:\n"
                "    if not op.get_context().as_sql: ...",
            )
        try:
            table: Table = self._impl.reflect_for_batch(
                self._table_name, self._schema, settings.reflect_args, settings.reflect_kwargs
            )
        except NoSuchTableError as error:
            raise self._no_such_table() from error
        return table

    def _no_such_table(self) -> CommandError:
        from difflib import get_close_matches

        names = inspect(self._impl.connection).get_table_names(schema=self._schema)
        near = get_close_matches(self._table_name, names, n=2)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        where = f" in schema {self._schema!r}" if self._schema else ""
        return CommandError(f"batch_alter_table({self._table_name!r}): there is no such table{where}.{hint}")

    # -- without a new table ------------------------------------------------------------------------------------------

    def _under_present_names(self, directives: Sequence[MigrateOperation]) -> Iterator[MigrateOperation]:
        """Yield directives with columns under the names they have when it comes to them.

        A block may go on calling a column by the name it had before it was renamed.
        """
        names: dict[str, str] = {}
        for directive in directives:
            now = renamed(directive, names, self._impl.dialect) if names else directive
            yield now
            if isinstance(now, AlterColumnOp) and now.modify_name is not None:
                names = {old: now.modify_name if new == now.column_name else new for old, new in names.items()}
                names[now.column_name] = now.modify_name
                names.pop(now.modify_name, None)
            elif isinstance(now, DropColumnOp):
                names = {old: new for old, new in names.items() if new != now.column_name}
            elif isinstance(now, AddColumnOp):
                names.pop(now.column.name, None)
