"""What a CREATE TABLE or CREATE INDEX says, in pieces that know where they stand in its text.

https://www.sqlite.org/lang_createtable.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from whimbrel_sqlite.names import folded
from whimbrel_sqlite.tokens import meaningful


class ClauseKind(Enum):
    """What a clause of a column or a table says; each value is how a message calls it."""

    PRIMARY_KEY = "PRIMARY KEY"
    UNIQUE = "UNIQUE"
    CHECK = "CHECK"
    FOREIGN_KEY = "FOREIGN KEY"
    NOT_NULL = "NOT NULL"
    NULL = "NULL"
    DEFAULT = "DEFAULT"
    COLLATE = "COLLATE"
    GENERATED = "GENERATED ALWAYS AS"
    DEFERRABLE = "DEFERRABLE"
    NOTHING = "CONSTRAINT"
    """A name given to nothing, which SQLite allows."""


CONSTRAINTS = frozenset({ClauseKind.PRIMARY_KEY, ClauseKind.UNIQUE, ClauseKind.CHECK, ClauseKind.FOREIGN_KEY})


@dataclass(frozen=True, slots=True)
class Reference:
    """What a foreign key refers to.

    :param table: the table.
    :param columns: its columns; none for its primary key.
    :param on: ``DELETE`` and ``UPDATE`` with what is done then.
    :param match: the word after MATCH.
    :param deferrable: whether DEFERRABLE, or NOT DEFERRABLE, is said.
    :param initially: DEFERRED or IMMEDIATE, where it is said.
    """

    table: str
    columns: tuple[str, ...] = ()
    on: tuple[tuple[str, str], ...] = ()
    match: str | None = None
    deferrable: bool | None = None
    initially: str | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a column, or one constraint of a table.

    :param kind: what it says.
    :param start: where it begins in the statement, its CONSTRAINT name included.
    :param end: where it ends.
    :param name: the name it was given with CONSTRAINT.
    :param columns: the columns it lists, or the one it stands at.
    :param body: the expression of a CHECK, DEFAULT or GENERATED, the name of a COLLATE, as written.
    :param reference: of a foreign key.
    :param words: keywords of it that matter by themselves: AUTOINCREMENT, STORED.
    """

    kind: ClauseKind
    start: int
    end: int
    name: str | None = None
    columns: tuple[str, ...] = ()
    body: str = ""
    reference: Reference | None = None
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """One column.

    :param name: its name.
    :param start: where its part of the statement begins: after the comma before it.
    :param end: where it ends: at the comma, or the parenthesis, after it.
    :param type_start: where its type begins, or would.
    :param type_end: where its type ends.
    :param clauses: what follows.
    """

    name: str
    start: int
    end: int
    type_start: int
    type_end: int
    clauses: tuple[Clause, ...]

    def clause(self, kind: ClauseKind) -> Clause | None:
        """Return the last clause of a kind, which is the one that counts; ``None`` where there is none."""
        return next((clause for clause in reversed(self.clauses) if clause.kind is kind), None)


@dataclass(frozen=True, slots=True)
class TableConstraint:
    """One constraint that stands by itself.

    :param clause: what it says.
    :param start: where its part of the statement begins.
    :param end: where it ends.
    :param comma: whether a comma stands before it, which SQLite wants only after the columns.
    """

    clause: Clause
    start: int
    end: int
    comma: bool


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """A CREATE TABLE statement.

    :param sql: its text.
    :param name: the table.
    :param name_start: where the name begins, with a schema if it has one.
    :param name_end: where the name ends.
    :param body_start: right after the opening parenthesis.
    :param body_end: at the closing one.
    :param columns: the columns.
    :param constraints: the constraints that stand by themselves.
    :param options: WITHOUT ROWID and STRICT, as far as they are there.
    """

    sql: str
    name: str
    name_start: int
    name_end: int
    body_start: int
    body_end: int
    columns: tuple[ColumnDefinition, ...]
    constraints: tuple[TableConstraint, ...]
    options: frozenset[str]

    def text(self, piece: ColumnDefinition | TableConstraint | Clause) -> str:
        """Return a piece as it stands."""
        return self.sql[piece.start : piece.end]

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns, then the constraints that stand by themselves, as they are written."""
        return (*map(self.text, self.columns), *map(self.text, self.constraints))

    def column(self, name: str) -> ColumnDefinition:
        """Return a column by its name, in capitals or not.

        :raises KeyError: there is none.
        """
        for column in self.columns:
            if folded(column.name) == folded(name):
                return column
        raise KeyError(name)

    @property
    def rowid(self) -> bool:
        """Whether rows have a rowid."""
        return "WITHOUT ROWID" not in self.options

    @property
    def strict(self) -> bool:
        """Whether types are enforced."""
        return "STRICT" in self.options

    @property
    def autoincrement(self) -> bool:
        """Whether the primary key is AUTOINCREMENT."""
        return any("AUTOINCREMENT" in clause.words for clause in self.of_kind(ClauseKind.PRIMARY_KEY))

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All constraints, those within columns first, in the order they stand in.

        The place of one in this tuple tells it apart: it stays the same when a column is renamed.
        """
        within = [clause for column in self.columns for clause in column.clauses if clause.kind in CONSTRAINTS]
        return (*within, *(constraint.clause for constraint in self.constraints))

    def of_kind(self, kind: ClauseKind) -> tuple[Clause, ...]:
        """Return the constraints of a kind."""
        return tuple(clause for clause in self.clauses if clause.kind is kind)


@dataclass(frozen=True, slots=True)
class IndexedItem:
    """One of the things an index is over.

    :param text: as it is written, with COLLATE and DESC.
    :param column: the column, where the text is a name and nothing else.
    """

    text: str
    column: str | None


@dataclass(frozen=True, slots=True)
class IndexDefinition:
    """A CREATE INDEX statement.

    :param name: the index.
    :param unique: whether it is UNIQUE.
    :param items: what it is over.
    :param where: the condition of a partial index.
    """

    name: str
    unique: bool
    items: tuple[IndexedItem, ...]
    where: str | None

    @property
    def meaning(self) -> tuple[object, ...]:
        """What two texts of one index have in common, however they quote and space."""
        return self.unique, tuple(meaning(item.text) for item in self.items), meaning(self.where or "")


@dataclass(frozen=True, slots=True)
class Edit:
    """A stretch of a text, and what is to stand there instead."""

    start: int
    end: int
    text: str


def meaning(sql: str) -> tuple[str, ...]:
    """Return what two spellings of one expression have in common: their words, without quotes, spaces and comments."""
    return tuple(folded(token.name) if token.is_name else token.text.lower() for token in meaningful(sql))


def edited(sql: str, start: int, end: int, edits: Iterable[Edit]) -> str:
    """Return the part of *sql* from *start* to *end*, with *edits* made, which are counted as *start* is."""
    pieces = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += [sql[start : edit.start], edit.text]
        start = edit.end
    return "".join([*pieces, sql[start:end]])
