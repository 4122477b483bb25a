"""Making a table anew on PostgreSQL, with all that belongs to it, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.schema import CreateIndex, DropConstraint, DropTable

from whimbrel.ddl import IdentityColumnDefault, plain_text
from whimbrel.ddl.quoting import quoted, quoted_table
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.impl import DefaultImpl
from whimbrel.impl.rebuild import (
    add_foreign_keys,
    copy_rows,
    create_comments,
    create_temporary,
    take_foreign_keys,
)
from whimbrel.operations.batch.names import ColumnNames, mentioned
from whimbrel.operations.construct import referred_to
from whimbrel.operations.recreate import TableRebuild
from whimbrel_postgresql.belongings import Belongings, Key
from whimbrel_postgresql.names import sequence_name
from whimbrel_postgresql.reflection import TextConstraint
from whimbrel_postgresql.serial import TypeOfSequence, counts

WITH_INDEX: Final = (PrimaryKeyConstraint, UniqueConstraint, ExcludeConstraint, TextConstraint)
"""The constraints whose name is that of an index too, and so can be had but once in a schema."""


EnsureTypes = Callable[..., None]
"""Creates the named types that it is given, unless they are there."""


def rebuild_table(impl: DefaultImpl, rebuild: TableRebuild, ensure_types: EnsureTypes) -> None:
    """Make a table anew.

    As text nobody can be asked, and the server alone refuses to drop a table that something else depends on.

    :param impl: the Impl of the run.
    :param rebuild: what is to be done.
    :param ensure_types: creates the types that its columns need.
    :raises UnsupportedOperation: something that belongs to the table cannot be carried over; nothing has been done.
    """
    _Rebuild(impl, rebuild).carry_out(ensure_types)


class _Rebuild:
    """One rebuild."""

    def __init__(self, impl: DefaultImpl, rebuild: TableRebuild) -> None:
        self.impl = impl
        self.rebuild = rebuild
        self.table = quoted_table(self.impl.dialect, rebuild.old)
        self.temporary = rebuild.temporary_table()
        take_foreign_keys(self.temporary)  # a deferred one would keep the table from being altered once rows are there
        self.always = [column for column in self.temporary.columns if column.identity and column.identity.always]

    def carry_out(self, ensure_types: EnsureTypes) -> None:
        """Do it, after a look at all that could get lost."""
        impl, rebuild = self.impl, self.rebuild
        self._run(f"LOCK TABLE {self.table} IN ACCESS EXCLUSIVE MODE")  # nobody writes a row that is not copied
        there = self._belongings()
        ensure_types(*(rebuild.new.c[name].type for name in sorted(rebuild.typed_anew)))
        for key in there.keys if there is not None else ():
            self._run(f"ALTER TABLE {key.table_name} DROP CONSTRAINT {key.name}")
        impl.prep_table_for_batch(rebuild, rebuild.old)
        for column in self.always:  # whose values can be copied only while it takes values
            assert column.identity is not None
            column.identity.always = False
        create_temporary(impl, rebuild, self.temporary)
        copy_rows(impl, rebuild, self.temporary)
        sequences = list(self._counters(there))
        impl.execute(DropTable(rebuild.old))  # without events: they would drop types that the new table has too
        impl.rename_table(rebuild.temporary_name, rebuild.new.name, schema=rebuild.new.schema)
        for statement in sequences:
            self._run(statement)
        for column in rebuild.new.columns:
            if column.name in rebuild.typed_anew and counts(column.server_default) and isinstance(column.type, Integer):
                impl.execute(TypeOfSequence(rebuild.new.name, column.name, rebuild.new.schema, column.type))
        self._always_again()
        add_foreign_keys(impl, rebuild.new)
        for index in rebuild.indexes:
            self._create_index(index, there)
        create_comments(impl, rebuild.new)
        if there is not None:
            self._bring_back(there)

    # -- before anything is done --------------------------------------------------------------------------------------

    def _belongings(self) -> Belongings | None:
        """Return what belongs to the table; ``None`` where SQL is written as text.

        :raises UnsupportedOperation: something cannot be carried over.
        """
        if self.impl.connection is None or self.impl.as_sql:
            return None
        there = Belongings(self.impl.connection, self.table)
        obstacles = there.obstacles + [f"trigger {name}, which mentions {self._touched}" for name in self._lost(there)]
        obstacles += [
            f"constraint {key.name} of table {key.table_name}, which refers to {', '.join(key.remote)}"
            for key in there.keys
            if not self.rebuild.dropped.isdisjoint(key.remote)
        ]
        if obstacles:
            listed = "\n".join(f"  {obstacle}" for obstacle in obstacles)
            raise UnsupportedOperation(
                f"Table {self.table} cannot be made anew without losing this:\n{listed}",
                'PostgreSQL can change a table as it is: leave out recreate="always". Or drop what is in the way '
                "before the block, with op.execute(), and create it again after it.",
                dialect=self.impl.dialect.name,
                operation="batch_alter_table",
            )
        return there

    @property
    def _touched(self) -> str:
        return ", ".join(sorted({*self.rebuild.renamed, *self.rebuild.dropped}))

    def _lost(self, there: Belongings) -> Iterator[str]:
        """Yield the triggers that speak of a column that goes or gets another name."""
        touched = {*self.rebuild.renamed, *self.rebuild.dropped}
        for name, words in there.triggers.items():
            before, _, _ = words.rpartition(" EXECUTE ")
            if mentioned(plain_text(before), touched, self.impl.dialect):
                yield name

    # -- the counters -------------------------------------------------------------------------------------------------

    def _counters(self, there: Belongings | None) -> Iterator[str]:
        """Let columns count on from where they are; yield what is to be done once the old table is gone."""
        kept = {held.name: old for old, held in self._kept().items()}
        owned = there.sequences if there is not None else {}
        for column in self.temporary.columns:
            old = kept.get(column.name)
            was = owned.get(old) if old is not None else None
            if counts(column.server_default) and was is not None:
                name = f"{quoted_table(self.impl.dialect, self.temporary)}.{self._quoted(column.name)}"
                self._run(f"ALTER SEQUENCE {was.name} OWNED BY {name}")
            elif column.identity is not None or column is self._serial():
                yield from self._own_counter(column, old, was.bare if was is not None else None)

    def _own_counter(self, column: Column[Any], old: str | None, name: str | None) -> Iterator[str]:
        """Let a column with a new sequence go on where the old one is, or after its greatest value."""
        temporary = quoted_table(self.impl.dialect, self.temporary)
        sequence = f"pg_get_serial_sequence({self._literal(temporary)}, {self._literal(column.name)})"
        greatest = f"(SELECT max({self._quoted(column.name)}) FROM {temporary})"
        if old is not None and column.name in self.rebuild.copied:
            before = f"pg_get_serial_sequence({self._literal(self.table)}, {self._literal(old)})"
            last = f"coalesce(pg_sequence_last_value(CAST({before} AS regclass)), {greatest})"
            self._run(f"SELECT setval(CAST({sequence} AS regclass), {last})")
        made = sequence_name(self.temporary.name, column.name)
        wanted = name or sequence_name(self.rebuild.new.name, column.name)
        schema = f"{self._quoted(self.temporary.schema)}." if self.temporary.schema else ""
        yield f"ALTER SEQUENCE {schema}{self._quoted(made)} RENAME TO {self._quoted(wanted)}"

    def _serial(self) -> Column[Any] | None:
        """Return the column that SQLAlchemy spells as SERIAL: one that ``copy_from`` says so of."""
        column = self.temporary.autoincrement_column
        return column if column is not None and column.server_default is None and column.identity is None else None

    def _create_index(self, index: Index, there: Belongings | None) -> None:
        """Create an index; one that was there in the words of the server, which say more than SQLAlchemy reads."""
        was = next((old for old in self.rebuild.old.indexes if old.name == index.name), None)
        words = there.indexes.get(str(index.name)) if there is not None else None
        names = ColumnNames(self.rebuild.renamed, self.impl.dialect)
        changed = was is None or was.unique != index.unique or names.in_sql(self._spelt(was)) != self._spelt(index)
        if changed or words is None:
            self.impl.create_index(index)
            return
        head, _, tail = words.partition(" USING ")
        self._run(f"{head} USING {names.in_sql(tail)}")

    def _spelt(self, index: Index) -> str:
        return str(CreateIndex(index).compile(dialect=self.impl.dialect)).partition(" ON ")[2]

    def _always_again(self) -> None:
        for column in self.always:
            self.impl.execute(
                IdentityColumnDefault(
                    self.rebuild.new.name,
                    column.name,
                    Identity(always=True),
                    self.impl,
                    schema=self.rebuild.new.schema,
                    existing_server_default=Identity(always=False),
                )
            )

    # -- what went with the old table ---------------------------------------------------------------------------------

    def _bring_back(self, there: Belongings) -> None:
        for words in there.triggers.values():
            self._run(words)
        for key in there.keys:
            self._run(f"ALTER TABLE {key.table_name} ADD CONSTRAINT {key.name} {self._words(key)}")
        for statement in there.ownership({old: self._quoted(held.name) for old, held in self._kept().items()}):
            self._run(statement)
        present, possible = there.present_remarks(), there.remarkable()
        for what, said in there.remarks.items():
            if what in possible and what not in present:
                self._run(f"COMMENT ON {what} IS {said}")

    def _words(self, key: Key) -> str:
        """Return the definition of a foreign key of another table, with columns under their new names.

        :raises CommandError: the server spells it in a way that is not understood here.
        """
        spelt = [", ".join(map(self._quoted, columns)) for columns in (key.local, key.remote)]
        begin = f"FOREIGN KEY ({spelt[0]}) REFERENCES {key.referent}({spelt[1]})"
        if self.rebuild.renamed.keys().isdisjoint(key.remote):
            return key.words
        if not key.words.startswith(begin):
            raise CommandError(
                f"Constraint {key.name} of table {key.table_name} is not understood: {key.words}",
                "Drop it before the block, and create it again after it.",
            )
        remote = ", ".join(self._quoted(self.rebuild.renamed.get(name, name)) for name in key.remote)
        return f"FOREIGN KEY ({spelt[0]}) REFERENCES {key.referent}({remote}){key.words[len(begin) :]}"

    # -- words --------------------------------------------------------------------------------------------------------

    def _kept(self) -> dict[str, Column[Any]]:
        """Return the columns that stay, by their old names."""
        rebuild = self.rebuild
        names = [column.name for column in rebuild.old.columns if column.name not in rebuild.dropped]
        return {name: rebuild.new.columns[rebuild.renamed.get(name, name)] for name in names}

    def _quoted(self, name: str) -> str:
        return quoted(self.impl.dialect, name)

    @staticmethod
    def _literal(text: str) -> str:
        return "'{}'".format(text.replace("'", "''"))

    def _run(self, sql: str) -> None:
        self.impl.execute(sql.replace("\\:", "\\\\:"))  # what the server has spelt is sent as it stands


def free_names(impl: DefaultImpl, table: Table) -> None:
    """Drop those constraints of the old table whose names the new one needs while both are there.

    :param impl: the Impl of the run.
    :param table: the old table.
    """
    itself = (table.schema, table.name)
    for constraint in sorted(table._sorted_constraints, key=lambda item: not isinstance(item, ForeignKeyConstraint)):
        if isinstance(constraint, ForeignKeyConstraint):  # such a key depends on the index of a primary key
            going = referred_to(constraint.elements[0])[:2] == itself
        else:
            going = isinstance(constraint, WITH_INDEX)
        if going and isinstance(constraint.name, str):
            impl.execute(DropConstraint(constraint))
