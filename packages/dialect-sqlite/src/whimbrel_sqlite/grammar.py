"""Reading CREATE TABLE and CREATE INDEX: the grammar of SQLite, as far as the text in sqlite_schema can use it.

https://www.sqlite.org/syntax/create-table-stmt.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from whimbrel_sqlite.definition import (
    Clause,
    ClauseKind,
    ColumnDefinition,
    IndexDefinition,
    IndexedItem,
    Reference,
    TableConstraint,
    TableDefinition,
)
from whimbrel_sqlite.tokens import Kind, Token, meaningful


class Unreadable(Exception):
    """A text is no statement that this grammar knows.

    :param sql: the text.
    :param at: where reading stopped.
    """

    def __init__(self, sql: str, at: int) -> None:
        rest = sql[at:].strip()
        super().__init__(f"at {rest[:40]!r}" if rest else "at its end")


# What cannot be part of a type's name, since something else begins with it.
_AFTER_TYPE: Final = frozenset(
    ["CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "AS", "DEFERRABLE"]
)
_CONSTRAINT: Final = frozenset(["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"])
"""What a constraint of the table begins with."""

_END: Final = Token(Kind.SIGN, "", 0, "")


def read_create_table(sql: str) -> TableDefinition:
    """Take a CREATE TABLE apart.

    :param sql: the text.
    :raises Unreadable: it is none, or has something that this grammar does not know.
    """
    return _Reader(sql).table()


def read_create_index(sql: str) -> IndexDefinition:
    """Take a CREATE INDEX apart.

    :param sql: the text.
    :raises Unreadable: it is none, or has something that this grammar does not know.
    """
    return _Reader(sql).index()


class _Reader:
    """Walks over the tokens of one statement."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = (*meaningful(sql), _END, _END)
        self.keywords = tuple([token.keyword for token in self.tokens])
        self.at = 0

    # -- steps --------------------------------------------------------------------------------------------------------

    def peek(self, ahead: int = 0) -> Token:
        return self.tokens[self.at + ahead]

    def sees(self, *keywords: str) -> bool:
        return self.keywords[self.at : self.at + len(keywords)] == keywords

    def take(self) -> Token:
        token = self.peek()
        if token is _END:
            raise self.unreadable()
        self.at += 1
        return token

    def passes(self, *keywords: str) -> bool:
        """Walk over *keywords* if they come next, and return whether they did."""
        if not self.sees(*keywords):
            return False
        self.at += len(keywords)
        return True

    def expect(self, *keywords: str) -> None:
        if not self.passes(*keywords):
            raise self.unreadable()

    def name(self) -> str:
        if not self.peek().is_name:
            raise self.unreadable()
        return self.take().name

    def unreadable(self) -> Unreadable:
        token = self.peek()
        return Unreadable(self.sql, len(self.sql) if token is _END else token.start)

    @property
    def here(self) -> int:
        """Where the last token ended."""
        return self.tokens[self.at - 1].end

    def parenthesis(self) -> str:
        """Walk over a parenthesis and return what is in it, as written."""
        self.expect("(")
        start, depth = self.here, 1
        while depth:
            token = self.take()
            depth += {"(": 1, ")": -1}.get(token.keyword, 0)
        return self.sql[start : self.tokens[self.at - 1].start].strip()

    def listed(self) -> tuple[tuple[str, ...], bool]:
        """Walk over a list of columns in parentheses; return them, and whether AUTOINCREMENT stands there."""
        self.expect("(")
        names, autoincrement = [], False
        while True:
            names.append(self.name())
            depth = 0
            while depth or self.peek().keyword not in (",", ")"):  # COLLATE, ASC, DESC
                token = self.take()
                depth += {"(": 1, ")": -1}.get(token.keyword, 0)
                autoincrement |= token.keyword == "AUTOINCREMENT"
            if self.take().keyword == ")":
                return tuple(names), autoincrement

    # -- the statement ------------------------------------------------------------------------------------------------

    def table(self) -> TableDefinition:
        self.expect("CREATE")
        _ = self.passes("TEMP") or self.passes("TEMPORARY")
        self.expect("TABLE")
        self.passes("IF", "NOT", "EXISTS")
        name_start = self.peek().start
        name = self.name()
        if self.passes("."):
            name = self.name()
        name_end = self.here
        self.expect("(")
        body_start = self.here
        columns, constraints = self.body()
        body_end = self.peek().start
        self.expect(")")
        return TableDefinition(
            self.sql, name, name_start, name_end, body_start, body_end, columns, constraints, self.options()
        )

    def body(self) -> tuple[tuple[ColumnDefinition, ...], tuple[TableConstraint, ...]]:
        columns: list[ColumnDefinition] = []
        constraints: list[TableConstraint] = []
        comma = True
        while comma or (constraints and not self.sees(")")):
            start = self.here
            if clause := self.constraint():
                constraints.append(TableConstraint(clause, start, self.end_of_item(), comma))
            elif comma and not constraints:
                columns.append(self.column(start))
            else:
                raise self.unreadable()
            comma = self.passes(",")
        return tuple(columns), tuple(constraints)

    def end_of_item(self) -> int:
        """Return where an item ends: at the comma or parenthesis that follows it, comments included."""
        return self.peek().start if self.peek().keyword in (",", ")") else self.here

    def options(self) -> frozenset[str]:
        found = set()
        while self.peek() is not _END and not self.sees(";"):
            if self.passes("WITHOUT", "ROWID"):
                found.add("WITHOUT ROWID")
            elif self.passes("STRICT"):
                found.add("STRICT")
            else:
                raise self.unreadable()
            self.passes(",")
        return frozenset(found)

    def index(self) -> IndexDefinition:
        self.expect("CREATE")
        unique = self.passes("UNIQUE")
        self.expect("INDEX")
        self.passes("IF", "NOT", "EXISTS")
        name = self.name()
        if self.passes("."):
            name = self.name()
        self.expect("ON")
        self.name()
        items = self.indexed()
        where = self.sql[self.here :].strip() if self.passes("WHERE") else None
        return IndexDefinition(name, unique, items, where)

    def indexed(self) -> tuple[IndexedItem, ...]:
        self.expect("(")
        items: list[IndexedItem] = []
        while True:
            first, start, depth = self.at, self.peek().start, 0
            while depth or self.peek().keyword not in (",", ")"):
                depth += {"(": 1, ")": -1}.get(self.take().keyword, 0)
            alone = self.at == first + 1 and self.tokens[first].is_name
            items.append(IndexedItem(self.sql[start : self.here], self.tokens[first].name if alone else None))
            if self.take().keyword == ")":
                return tuple(items)

    # -- a column -----------------------------------------------------------------------------------------------------

    def column(self, start: int) -> ColumnDefinition:
        name = self.name()
        type_start = type_end = self.here
        if self.in_type():
            type_start = self.peek().start
            while self.in_type():
                self.take()
            if self.sees("("):
                self.parenthesis()
            type_end = self.here
        clauses: list[Clause] = []
        while self.peek().keyword not in (",", ")", ""):
            clauses.append(self.column_clause(name))
        return ColumnDefinition(name, start, self.end_of_item(), type_start, type_end, tuple(clauses))

    def in_type(self) -> bool:
        token = self.peek()
        return token.is_name and token.keyword not in _AFTER_TYPE and not self.sees("GENERATED", "ALWAYS", "AS")

    def constraint_name(self) -> str | None:
        """Walk over ``CONSTRAINT name``; SQLite takes several, of which the last counts."""
        name = None
        while self.passes("CONSTRAINT"):
            name = self.name()
        return name

    def column_clause(self, column: str) -> Clause:
        start = self.peek().start
        name = self.constraint_name()
        for keywords, read in _CLAUSES:
            if self.passes(*keywords):
                kind, body, reference, words = read(self)
                return Clause(kind, start, self.here, name, (column,), body, reference, frozenset(words))
        if name is not None:
            return Clause(ClauseKind.NOTHING, start, self.here, name)
        raise self.unreadable()

    def plain(self, kind: ClauseKind) -> _Read:
        self.on_conflict()
        return kind, "", None, ()

    def with_parenthesis(self, kind: ClauseKind) -> _Read:
        body = self.parenthesis()
        self.on_conflict()
        return kind, body, None, ()

    def column_key(self) -> _Read:
        _ = self.passes("ASC") or self.passes("DESC")
        self.on_conflict()
        return ClauseKind.PRIMARY_KEY, "", None, ("AUTOINCREMENT",) if self.passes("AUTOINCREMENT") else ()

    def default(self) -> _Read:
        start = self.peek().start
        if self.sees("("):
            self.parenthesis()
        else:
            _ = self.passes("+") or self.passes("-")
            self.take()
        return ClauseKind.DEFAULT, self.sql[start : self.here], None, ()

    def generated(self) -> _Read:
        body = self.parenthesis()
        stored = self.passes("STORED")
        _ = stored or self.passes("VIRTUAL")
        return ClauseKind.GENERATED, body, None, ("STORED",) if stored else ()

    def deferrable(self) -> _Read:
        self.initially()
        return ClauseKind.DEFERRABLE, "", None, ()

    # -- a constraint of the table ------------------------------------------------------------------------------------

    def constraint(self) -> Clause | None:
        """Read a constraint of the table if one comes next."""
        if self.peek().keyword not in _CONSTRAINT:
            return None
        start, before = self.peek().start, self.at
        name = self.constraint_name()
        if self.passes("PRIMARY", "KEY"):
            columns, autoincrement = self.listed()
            self.on_conflict()
            words = frozenset({"AUTOINCREMENT"} if autoincrement else ())
            return Clause(ClauseKind.PRIMARY_KEY, start, self.here, name, columns, words=words)
        if self.passes("UNIQUE"):
            columns, _ = self.listed()
            self.on_conflict()
            return Clause(ClauseKind.UNIQUE, start, self.here, name, columns)
        if self.passes("CHECK"):
            body = self.parenthesis()
            self.on_conflict()
            return Clause(ClauseKind.CHECK, start, self.here, name, body=body)
        if self.passes("FOREIGN", "KEY"):
            columns, _ = self.listed()
            self.expect("REFERENCES")
            reference = self.reference()
            return Clause(ClauseKind.FOREIGN_KEY, start, self.here, name, columns, reference=reference)
        if name is not None:
            return Clause(ClauseKind.NOTHING, start, self.here, name)
        self.at = before
        return None

    # -- parts of constraints -----------------------------------------------------------------------------------------

    def on_conflict(self) -> None:
        if self.passes("ON", "CONFLICT"):
            self.take()

    def reference(self) -> Reference:
        """Walk over what stands after REFERENCES."""
        table = self.name()
        columns: tuple[str, ...] = ()
        if self.sees("("):
            columns, _ = self.listed()
        actions: dict[str, str] = {}
        match = None
        while True:
            if self.sees("ON") and self.peek(1).keyword in ("DELETE", "UPDATE", "INSERT"):
                self.take()
                event = self.take().keyword
                words = 2 if self.peek().keyword in ("SET", "NO") else 1
                actions[event] = " ".join(self.take().keyword for _ in range(words))
            elif self.passes("MATCH"):
                match = self.name()
            else:
                break
        deferrable, initially = None, None
        if self.passes("NOT", "DEFERRABLE"):
            deferrable, initially = False, self.initially()
        elif self.passes("DEFERRABLE"):
            deferrable, initially = True, self.initially()
        return Reference(table, columns, tuple(actions.items()), match, deferrable, initially)

    def initially(self) -> str | None:
        return self.take().keyword if self.passes("INITIALLY") else None


_Read = tuple[ClauseKind, str, Reference | None, tuple[str, ...]]
"""What a clause of a column says: its kind, its text, what it refers to, its words of its own."""

_CLAUSES: Final[tuple[tuple[tuple[str, ...], Callable[[_Reader], _Read]], ...]] = (
    (("PRIMARY", "KEY"), _Reader.column_key),
    (("UNIQUE",), lambda reader: reader.plain(ClauseKind.UNIQUE)),
    (("NOT", "NULL"), lambda reader: reader.plain(ClauseKind.NOT_NULL)),
    (("NULL",), lambda reader: reader.plain(ClauseKind.NULL)),
    (("CHECK",), lambda reader: reader.with_parenthesis(ClauseKind.CHECK)),
    (("DEFAULT",), _Reader.default),
    (("COLLATE",), lambda reader: (ClauseKind.COLLATE, reader.name(), None, ())),
    (("REFERENCES",), lambda reader: (ClauseKind.FOREIGN_KEY, "", reader.reference(), ())),
    (("NOT", "DEFERRABLE"), _Reader.deferrable),
    (("DEFERRABLE",), _Reader.deferrable),
    (("GENERATED", "ALWAYS", "AS"), _Reader.generated),
    (("AS",), _Reader.generated),
)
"""The clauses that a column may have: the keywords they begin with, and what reads the rest."""
