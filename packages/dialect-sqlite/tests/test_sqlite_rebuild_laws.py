"""Laws of a rebuild, over random tables with everything that SQLite lets a table have."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer

from testing.databases import Database
from testing.sqlite import Enforcing, everything, raw
from testing.wings import apply
from whimbrel.operations import BatchOperations, Operations
from whimbrel_sqlite.definition import meaning
from whimbrel_sqlite.grammar import read_create_table
from whimbrel_sqlite.names import quoted
from whimbrel_sqlite.tokens import tokens

NAMES = st.sampled_from(
    [
        "a",
        "order",
        'qu"ote',
        "it's",
        "[b]",
        "per%cent",
        "co:lon",
        "spa ce",
        "über",
        "--dash",
        "new",
        "x.y",
        "CHECK",
        "`t",
    ]
)
BLANKS = st.sampled_from([" ", "\n  ", " /* , ( */ ", " -- it's )\n"])
TYPES = st.sampled_from(["", "INT", "TEXT", "varchar(10)", "DECIMAL(10, 2)", "UNSIGNED BIG INT", "FANCY", "BLOB"])
STRICT_TYPES = st.sampled_from(["INT", "INTEGER", "TEXT", "REAL", "BLOB", "ANY"])
DEFAULTS = st.sampled_from(["1", "-1.5", "'it''s--x'", "NULL", "(abs(-5)||'x')", "CURRENT_TIMESTAMP", "x'00ff'"])
ACTIONS = st.sampled_from(
    ["", " ON DELETE CASCADE", " ON DELETE SET NULL ON UPDATE CASCADE", " DEFERRABLE INITIALLY DEFERRED"]
)


class Made(NamedTuple):
    """A database that was made up.

    :param statements: make it.
    :param names: the columns of its table that are not computed.
    :param plain: those that have neither a default nor NULL or NOT NULL.
    """

    statements: list[str]
    names: list[str]
    plain: set[str]


def spell(draw: st.DrawFn, name: str) -> str:
    """Return *name* in one of SQLite's four kinds of quotes."""
    if "]" not in name and draw(st.booleans()):
        return f"[{name}]"
    if draw(st.booleans()):
        return "`" + name.replace("`", "``") + "`"
    return quoted(name)


@st.composite
def databases(draw: st.DrawFn) -> Made:
    """A table with random features, children, indexes, triggers, views and rows."""
    strict = draw(st.booleans())
    names = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    items, columns = [], []
    key = draw(st.sampled_from(["INTEGER PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT", "INT PRIMARY KEY DESC"]))
    without_rowid = key.startswith("INT ") and draw(st.booleans())
    items.append(f'"the key" {key}{" NOT NULL" if without_rowid else ""}')
    for name in names:
        spelt = spell(draw, name)
        clauses = [
            draw(st.sampled_from(["", "NOT NULL", "CONSTRAINT nn NOT NULL ON CONFLICT FAIL", "NULL"])),
            draw(st.sampled_from(["", f"DEFAULT {draw(DEFAULTS)}"])),
            draw(st.sampled_from(["", "COLLATE nocase", "COLLATE RTRIM"])),
            draw(
                st.sampled_from(["", f"CHECK ({quoted(name)} IS NOT 'never')", f"CONSTRAINT ck CHECK ({spelt} <> 77)"])
            ),
            draw(st.sampled_from(["", "UNIQUE", "UNIQUE ON CONFLICT IGNORE"])),
            draw(st.sampled_from(["", f'REFERENCES "the table"{draw(ACTIONS)}'])),
        ]
        shuffled = draw(st.permutations([clause for clause in clauses if clause]))
        if any("DEFERRABLE" in clause for clause in shuffled):
            shuffled = sorted(shuffled, key=lambda clause: "REFERENCES" in clause)
        blank = draw(BLANKS)
        items.append(f"{spelt}{blank}{draw(STRICT_TYPES if strict else TYPES)}{blank}{blank.join(shuffled)}")
        columns.append((name, not clauses[0] and not clauses[1]))
    if draw(st.booleans()):
        kind = draw(st.sampled_from(["", " STORED", " VIRTUAL"]))
        items.append(f'"made" {"TEXT" if strict else ""} GENERATED ALWAYS AS ({quoted(names[0])} || 1){kind}')
    if draw(st.booleans()):
        items.append(f'CHECK ("the key" <> -1 /* ) */){draw(BLANKS)}')
    if draw(st.booleans()):
        items.append(f"CONSTRAINT [u q] UNIQUE ({quoted(names[0])} COLLATE rtrim DESC, {quoted(names[1])})")
    if draw(st.booleans()):
        items.append(f'FOREIGN KEY ({quoted(names[1])}) REFERENCES "the table" ("the key"){draw(ACTIONS)}')
    options = ", ".join([*(["STRICT"] if strict else []), *(["WITHOUT ROWID"] if without_rowid else [])])
    statements = [
        f'CREATE TABLE "the table" ({draw(BLANKS)}{("," + draw(BLANKS)).join(items)}{draw(BLANKS)}) {options}'
    ]
    statements.append(f'CREATE TABLE child (up INT REFERENCES "the table"{draw(ACTIONS)})')
    first, second = quoted(names[0]), quoted(names[1])
    extras = [
        f'CREATE INDEX "ix 1" ON "the table" ({first} COLLATE nocase DESC, {second})',
        f'CREATE UNIQUE INDEX ix2 ON "the table" (lower({first}), "the key") WHERE {second} IS NOT NULL',
        f'CREATE VIEW "a view" AS SELECT {first}, count(*) AS n FROM "the table" GROUP BY 1',
        'CREATE VIEW whole AS SELECT * FROM "the table"',
        f'CREATE TRIGGER changed AFTER UPDATE OF {first} ON "the table" '
        f"BEGIN DELETE FROM child WHERE up = old.{first}; END",
        f'CREATE TRIGGER elsewhere AFTER DELETE ON child BEGIN UPDATE "the table" SET {second} = {second}; END',
    ]
    statements += [extra for extra in extras if draw(st.booleans())]
    for number in range(draw(st.integers(0, 4))):
        values = ", ".join([str(number * 10 + 1), *(str(number * 10 + 2) for _ in names)])
        inserted = ", ".join(['"the key"', *map(quoted, names)])
        statements.append(f'INSERT OR IGNORE INTO "the table" ({inserted}) VALUES ({values})')
        statements.append('INSERT INTO child SELECT max("the key") FROM "the table"')
    return Made(statements, names, {name for name, free in columns if free})


def make(folder: Path, made: Made) -> Database:
    """Return a database made of what was drawn; a row that it does not take is left out."""
    database = Database("sqlite", f"sqlite:///{folder / 'made.sqlite'}")
    with raw(database) as connection:
        for statement in made.statements:
            try:
                connection.execute(statement)
            except sqlite3.IntegrityError:
                assert statement.startswith("INSERT")
    return database


def normalized(found: dict[str, Any]) -> dict[str, Any]:
    """Return what a database has, the texts as their words: a rename puts names into quotes."""
    return {name: meaning(value) if isinstance(value, str) else value for name, value in found.items()}


def state(database: Database) -> dict[str, Any]:
    with raw(database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return normalized(everything(connection))


def rebuilt(database: Database, *changes: Callable[[BatchOperations], object]) -> None:
    """Make the table anew, with some changes."""

    def action(op: Operations) -> None:
        with op.batch_alter_table("the table", recreate="always") as batch:
            for change in changes:
                change(batch)

    apply(database, action)


class Change(NamedTuple):
    """A change, and what takes it back."""

    there: Callable[[BatchOperations], object]
    back: Callable[[BatchOperations], object]


def changes(made: Made) -> dict[str, Change]:
    """Return changes that a table may have, each with its reverse."""
    first = made.names[0]
    found = {
        "rename": Change(
            lambda batch: batch.alter_column(first, new_column_name='re"named'),
            lambda batch: batch.alter_column('re"named', new_column_name=first),
        ),
        "swap": Change(
            lambda batch: swapped(batch, first, made.names[1]), lambda batch: swapped(batch, first, made.names[1])
        ),
        "add a column": Change(
            lambda batch: batch.add_column(Column("added", Integer, server_default="5"), insert_after="the key"),
            lambda batch: batch.drop_column("added"),
        ),
        "add a check": Change(
            lambda batch: batch.create_check_constraint("ck new", f"{quoted(first)} IS NOT 'forbidden'"),
            lambda batch: batch.drop_constraint("ck new", type_="check"),
        ),
        "add an index": Change(
            lambda batch: batch.create_index("ix new", [first]), lambda batch: batch.drop_index("ix new")
        ),
    }
    if made.plain:
        plain = min(made.plain)
        found["default and NOT NULL"] = Change(
            lambda batch: batch.alter_column(plain, server_default="99", nullable=False),
            lambda batch: batch.alter_column(plain, server_default=None, nullable=True),
        )
    return found


def swapped(batch: BatchOperations, one: str, other: str) -> None:
    batch.alter_column(one, new_column_name="between")
    batch.alter_column(other, new_column_name=one)
    batch.alter_column("between", new_column_name=other)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_tokens_together_are_the_text(text: str) -> None:
    assert "".join(token.text for token in tokens(text)) == text


@given(databases())
@settings(max_examples=100)
def test_what_is_read_is_what_is_there(made: Made) -> None:
    """The pieces of a CREATE TABLE, put together again, are the CREATE TABLE; and SQLite counts as many columns."""
    connection = sqlite3.connect(":memory:")
    connection.execute(made.statements[0])
    (text,) = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table'").fetchone()
    read = read_create_table(text)
    names = [name for (name,) in connection.execute("SELECT name FROM pragma_table_xinfo('the table')")]
    connection.close()
    assert [column.name for column in read.columns] == names
    pieces = [(piece.start, piece.end) for piece in (*read.columns, *read.constraints)]
    assert pieces[0][0] == read.body_start
    assert pieces[-1][1] == read.body_end
    for (_, end), (start, _) in pairwise(pieces):
        assert text[end:start] == ","


@given(databases(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_rebuild_without_a_change_changes_nothing(made: Made, enforce: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = make(Path(folder), made)
        before = state(database)
        rebuilt(Enforcing(database) if enforce else database)
        assert state(database) == before


def there_and_back(made: Made, enforce: bool, data: st.DataObject) -> None:
    """Make a change and its reverse, and compare what there is with what there was."""
    with tempfile.TemporaryDirectory() as folder:
        database = make(Path(folder), made)
        before = state(database)
        available = changes(made)
        change = available[data.draw(st.sampled_from(sorted(available)))]
        wanted = Enforcing(database) if enforce else database
        rebuilt(wanted, change.there)
        changed = state(database)
        assert changed != before
        assert changed["rows of child"] == before["rows of child"]
        assert len(changed["rows of the table"]) == len(before["rows of the table"])
        rebuilt(wanted, change.back)
        assert state(database) == before


@given(databases(), st.booleans(), st.data())
@settings(max_examples=40, deadline=None)
def test_a_change_and_its_reverse_leave_nothing_behind(made: Made, enforce: bool, data: st.DataObject) -> None:
    there_and_back(made, enforce, data)


@pytest.mark.long
@given(databases(), st.booleans(), st.data())
@settings(max_examples=1500, deadline=None)
def test_many_changes_and_their_reverses(made: Made, enforce: bool, data: st.DataObject) -> None:
    there_and_back(made, enforce, data)
