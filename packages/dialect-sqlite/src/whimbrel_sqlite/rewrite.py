"""The new CREATE TABLE of a table: its own text, with what is to change changed and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Constraint, PrimaryKeyConstraint, String, Table
from sqlalchemy.schema import ColumnCollectionConstraint, CreateColumn, CreateTable
from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel.impl import DefaultImpl
from whimbrel.operations.recreate import TableRebuild
from whimbrel_sqlite.definition import Clause, ClauseKind, ColumnDefinition, Edit, TableDefinition, edited, meaning
from whimbrel_sqlite.names import folded, quoted
from whimbrel_sqlite.reflection import origin
from whimbrel_sqlite.tokens import meaningful

_BLANKS = " \t\r\n\f"


class Rewriting:
    """Makes one CREATE TABLE out of another.

    :param impl: knows the dialect, and which constraints it has.
    :param definition: the table's own, in which columns have their new names already.
    :param rebuild: what is to change.
    :param naming: whether a constraint without a name gets the one that a naming convention, or the caller, has for it.
    """

    def __init__(
        self, impl: DefaultImpl, definition: TableDefinition, rebuild: TableRebuild, *, naming: bool = True
    ) -> None:
        self.impl = impl
        self.definition = definition
        self.rebuild = rebuild
        self._names = naming
        self._compiler = ddl_compiler(impl)
        self._before = {
            rebuild.renamed.get(column.name, column.name): column
            for column in rebuild.old.columns
            if column.name not in rebuild.dropped
        }
        """The columns as they were, by their new names."""
        self._autoincrement = _autoincrement(rebuild.new)
        self._kept: dict[int, Constraint] = {}
        """What was there already, by the place of its clause."""
        self._added: list[Constraint] = []
        for constraint in rebuild.new._sorted_constraints:  # the set has no order
            if (isinstance(constraint, PrimaryKeyConstraint) and not constraint.columns) or not impl.wants(constraint):
                continue
            place = self._place(constraint)
            if place is None:
                self._added.append(constraint)
            else:
                self._kept[place] = constraint

    @property
    def kept_clauses(self) -> frozenset[int]:
        """The places of the clauses that stay."""
        return frozenset(self._kept)

    def statement(self, name: str) -> str:
        """Return the CREATE TABLE.

        :param name: the table's name in it, quoted, with its schema.
        """
        sql, definition = self.definition.sql, self.definition
        items = [*self._column_items(), *self._constraint_items()]
        items[0] = items[0][1:]
        added = [text for item in self._added if (text := self._compiler.process(item))]
        if added:
            items[-1], blanks = _without_blanks(items[-1])
            items += [f",{self._indent}{text}" for text in added]
            items[-1] += blanks
        before, after = _options(self.rebuild.old), _options(self.rebuild.new)
        options = sql[definition.body_end :]
        if before != after:
            words = {**dict.fromkeys(definition.options, True), **dict(after.items() - before.items())}
            options = f") {', '.join(word for word, there in words.items() if there)}".rstrip()
        return f"CREATE TABLE {name}{sql[definition.name_end : definition.body_start]}{''.join(items)}{options}"

    def _place(self, constraint: Constraint) -> int | None:
        """Return the place of the clause that a constraint has been all along; ``None`` for a new one."""
        place = origin(constraint)
        if place is None:
            return None
        clause = self.definition.clauses[place]
        if isinstance(constraint, ColumnCollectionConstraint) and clause.columns:
            now = [folded(column.name) for column in constraint.columns]
            if clause.kind is not ClauseKind.CHECK and now != [folded(name) for name in clause.columns]:
                return None
        changes = self._autoincrement != self.definition.autoincrement
        return None if changes and clause.kind is ClauseKind.PRIMARY_KEY else place

    # -- columns ------------------------------------------------------------------------------------------------------

    def _column_items(self) -> Iterator[str]:
        """Yield the columns, each with the comma before it."""
        for column in self.rebuild.new.columns:
            old = self._before.get(column.name)
            if old is None:
                yield f",{self._indent}{CreateColumn(column).compile(dialect=self.impl.dialect)}"
                continue
            said = self.definition.column(column.name)
            edits = [*self._column_edits(said, old, column), *self._constraint_edits(said)]
            yield "," + edited(self.definition.sql, said.start, said.end, edits)

    def _column_edits(self, said: ColumnDefinition, old: Column[Any], new: Column[Any]) -> Iterator[Edit]:
        """Return what changes in the text of a column, its constraints aside."""
        if new.name in self.rebuild.typed_anew:
            yield from self._type_edits(said, new)
        if old.nullable is not new.nullable:
            yield from self._instead(said, (ClauseKind.NOT_NULL, ClauseKind.NULL), None if new.nullable else "NOT NULL")
        default = self._default(new)
        if default != self._default(old):
            yield from self._instead(said, (ClauseKind.DEFAULT,), None if default is None else f"DEFAULT {default}")
        if not self._computes(said, new):
            computed = None if new.computed is None else str(self._compiler.process(new.computed))
            yield from self._instead(said, (ClauseKind.GENERATED,), computed)

    def _type_edits(self, said: ColumnDefinition, new: Column[Any]) -> Iterator[Edit]:
        """Return how a column gets its type; it keeps its collation unless the type has one, or the old one had it."""
        text = str(new.type.compile(self.impl.dialect))
        if meaning(self.definition.sql[said.type_start : said.type_end]) != meaning(text):
            yield Edit(said.type_start, said.type_end, text if said.type_end > said.type_start else f" {text}")
        said_anew = isinstance(new.type, String) and new.type.collation is not None
        if said_anew or new.name in self.rebuild.collation_gone:
            yield from self._instead(said, (ClauseKind.COLLATE,), None)

    def _instead(self, said: ColumnDefinition, kinds: tuple[ClauseKind, ...], text: str | None) -> Iterator[Edit]:
        """Return how clauses of some kinds go, and *text* comes."""
        yield from (self._without(clause) for clause in said.clauses if clause.kind in kinds)
        if text is not None:
            end = max([said.type_end, *(clause.end for clause in said.clauses)])
            yield Edit(end, end, f" {text}")

    def _default(self, column: Column[Any]) -> str | None:
        return self._compiler.get_column_default_string(column) if column.computed is None else None

    def _computes(self, said: ColumnDefinition, column: Column[Any]) -> bool:
        """Return whether a column is computed as it has been."""
        clause, computed = said.clause(ClauseKind.GENERATED), column.computed
        if clause is None or computed is None:
            return clause is None and computed is None
        same = meaning(clause.body) == meaning(str(computed.sqltext))
        return same and bool(computed.persisted) is ("STORED" in clause.words)

    # -- constraints --------------------------------------------------------------------------------------------------

    def _constraint_edits(self, said: ColumnDefinition) -> Iterator[Edit]:
        """Return how constraints within a column go, or get a name."""
        foreign_key_gone = False
        for clause in said.clauses:
            if clause.kind is ClauseKind.DEFERRABLE and foreign_key_gone:
                yield self._without(clause)
            if clause not in self.definition.clauses:
                continue
            constraint = self._kept.get(self.definition.clauses.index(clause))
            if clause.kind is ClauseKind.FOREIGN_KEY:
                foreign_key_gone = constraint is None
            yield from [self._without(clause)] if constraint is None else self._naming(clause, constraint)
        if self._autoincrement and not self.definition.autoincrement:
            key = self.rebuild.new.primary_key
            if [folded(column.name) for column in key.columns] == [folded(said.name)]:
                yield from self._instead(said, (), "PRIMARY KEY AUTOINCREMENT")

    def _naming(self, clause: Clause, constraint: Constraint) -> list[Edit]:
        """Return how a constraint without a name gets the one that a naming convention makes for it."""
        if not self._names or clause.name is not None or not isinstance(constraint.name, str):
            return []
        return [Edit(clause.start, clause.start, f"CONSTRAINT {quoted(constraint.name)} ")]

    def _without(self, clause: Clause) -> Edit:
        """Return how a clause goes, and the blanks before it; not the end of a line, which may end a comment."""
        start = clause.start
        while self.definition.sql[start - 1] in _BLANKS:
            start -= 1
        return Edit(start, clause.end, "\n" if "\n" in self.definition.sql[start : clause.start] else "")

    def _constraint_items(self) -> Iterator[str]:
        """Yield the constraints that stand by themselves and stay, each with what is between it and the one before."""
        sql, clauses = self.definition.sql, self.definition.clauses
        comma = ","
        for place, item in enumerate(self.definition.constraints, len(clauses) - len(self.definition.constraints)):
            constraint = self._kept.get(place)
            if constraint is not None or item.clause.kind is ClauseKind.NOTHING:
                edits = self._naming(item.clause, constraint) if constraint is not None else []
                yield ("," if item.comma else comma) + edited(sql, item.start, item.end, edits)
                comma = ""

    @property
    def _indent(self) -> str:
        """The white space before the first column, which new items get too.

        Not before the last: SQLite puts a column that it adds itself on the line of the one before, and SQLAlchemy's
        Inspector misreads the name of a foreign key that is not the first constraint on its line.
        """
        first = self.definition.text(self.definition.columns[0])
        before = first[: meaningful(first)[0].start]
        return before[len(before.rstrip(_BLANKS)) :] or " "


def unchanged(table: Table) -> TableRebuild:
    """Return the rebuild of a table that changes nothing."""
    return TableRebuild(old=table, new=table, temporary_name=table.name, copied={})


def create_table(impl: DefaultImpl, table: Table, name: str) -> str:
    """Return a CREATE TABLE where there is no text to begin with, since the table came by ``copy_from``.

    :param impl: knows the dialect.
    :param table: the table.
    :param name: the table's name in it, quoted, with its schema.
    """
    text = str(CreateTable(table).compile(dialect=impl.dialect)).strip()
    start = text.index("TABLE ") + len("TABLE ")
    spelt = impl.dialect.identifier_preparer.format_table(table)
    assert text.startswith(spelt, start)
    return f"CREATE TABLE {name}{text[start + len(spelt) :]}"


def ddl_compiler(impl: DefaultImpl) -> DDLCompiler:
    """Return what spells parts of DDL in the dialect of *impl*."""
    compiler = impl.dialect.ddl_compiler(impl.dialect, None)  # type: ignore[arg-type]  # None is SQLAlchemy's own habit
    assert isinstance(compiler, DDLCompiler)
    return compiler


def _without_blanks(item: str) -> tuple[str, str]:
    """Return an item without the white space after it, and that; but where a comment ends in it, it stays."""
    end = meaningful(item)[-1].end
    return (item[:end], item[end:]) if not item[end:].strip(_BLANKS) else (item, "")


def _autoincrement(table: Table) -> bool:
    return bool(table.dialect_options["sqlite"]["autoincrement"]) and len(table.primary_key.columns) == 1


def _options(table: Table) -> dict[str, bool]:
    said = table.dialect_options["sqlite"]
    # SQLAlchemy knows sqlite_strict since 2.0.37.
    return {"WITHOUT ROWID": said["with_rowid"] is False, "STRICT": bool(said.get("strict"))}
