"""Batch mode: a table that is made anew keeps its rows and all that was not to change."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    column,
    select,
    table,
    text,
)
from sqlalchemy.exc import DBAPIError

from whimbrel.errors import CommandError
from whimbrel.impl import Capability, Support
from whimbrel.operations import Operations
from whimbrel.testing.catalog import changes, mismatches
from whimbrel.testing.running import apply
from whimbrel.testing.suites.base import AsText, Connected, SuiteBase
from whimbrel.testing.suites.start import key

ROWS = [{"id": number, "name": f"it's {number}%", "size": number, "note": None} for number in range(1, 101)]
EFFECT = """
- column account.name * not null
- column account.note * null
- column account.size INTEGER null default *7*
+ column account.extra INTEGER not null default *3*
+ column account.size BIGINT null default *7*
+ column account.title * not null
- unique account.* (name)
+ unique account.* (title)
? - index account.* (name) unique*
? + index account.* (title) unique*
? - check account.* *
? + check account.* *
"""


def as_it_is() -> Table:
    """Return the table as :func:`start` makes it."""
    return Table(
        "account",
        MetaData(),
        key(),
        Column("name", String(50), nullable=False),
        Column("size", Integer, server_default=text("7"), index=True),
        Column("note", String(30)),
        UniqueConstraint("name", name="uq_account_name"),
        CheckConstraint("size < 100000", name="ck_account_size"),
    )


def start(op: Operations) -> None:
    """Create a table with a constraint and an index of each kind, and rows."""
    made = as_it_is()
    op.create_table("account", *(item._copy() for item in (*made.columns, *constraints(made))))
    op.bulk_insert(made, ROWS)


def constraints(of: Table) -> list[Any]:
    """Return the unique and check constraints of a table."""
    return [item for item in of.constraints if isinstance(item, UniqueConstraint | CheckConstraint)]


def change(op: Operations, **batch: Any) -> None:
    """Make the table anew with a column that comes, one that goes, another type and another name."""
    with op.batch_alter_table("account", recreate="always", **batch) as block:
        block.add_column(Column("extra", Integer, nullable=False, server_default=text("3")))
        block.drop_column("note")
        block.alter_column("size", type_=BigInteger(), existing_type=Integer(), existing_server_default=text("7"))
        block.alter_column("name", new_column_name="title", existing_type=String(50), existing_nullable=False)


def back(op: Operations) -> None:
    """Make the table anew as it was."""
    with op.batch_alter_table("account", recreate="always") as block:
        block.drop_column("extra")
        block.add_column(Column("note", String(30)))
        block.alter_column("size", type_=Integer(), existing_type=BigInteger(), existing_server_default=text("7"))
        block.alter_column("title", new_column_name="name", existing_type=String(50), existing_nullable=False)


class BatchSuite(SuiteBase):
    """``batch_alter_table(recreate="always")``."""

    def test_a_table_made_anew_keeps_the_rest(self, engine: Engine) -> None:
        """Every row and every thing that was not to change is there; and the way back leads to the start."""
        apply(engine, start)
        before = self.catalog(engine)
        apply(engine, change)
        assert mismatches(EFFECT.strip().splitlines(), changes(before, self.catalog(engine)).splitlines()) == []
        assert self.rows(engine, "title", "extra") == [(row["id"], row["name"], row["size"], 3) for row in ROWS]
        apply(engine, back)
        assert changes(before, self.catalog(engine)) == ""
        assert self.rows(engine, "name", "note") == [(row["id"], row["name"], row["size"], None) for row in ROWS]

    def test_a_table_made_anew_as_text(self, engine: Engine) -> None:
        """The text, written from a Table and executed, does what a connection does."""
        apply(engine, start)
        Connected(engine).run(lambda op: change(op, copy_from=as_it_is()))
        expected, rows = self.catalog(engine), self.rows(engine, "title", "extra")
        apply(engine, lambda op: op.drop_table("account"))
        apply(engine, start)
        AsText(engine, engine.url).run(lambda op: change(op, copy_from=as_it_is()))
        assert changes(expected, self.catalog(engine)) == ""
        assert self.rows(engine, "title", "extra") == rows

    def test_a_change_that_fails_leaves_the_table_as_it_was(self, engine: Engine) -> None:
        """Where DDL is transactional; the note of each row is NULL, and may not become so."""
        apply(engine, start)
        before, rows = self.catalog(engine), self.rows(engine, "name", "note")

        def forbid_null(op: Operations) -> None:
            with op.batch_alter_table("account", recreate="always") as block:
                block.alter_column("note", nullable=False, existing_type=String(30))

        with pytest.raises((DBAPIError, CommandError)):
            apply(engine, forbid_null)
        if self.support(engine, Capability.TRANSACTIONAL_DDL) is Support.YES:
            assert changes(before, self.catalog(engine)) == ""
        assert self.rows(engine, "name", "note") == rows

    def rows(self, engine: Engine, *names: str) -> list[tuple[Any, ...]]:
        """Return the rows of ``account``: the id, the first of *names*, the size, the second.

        :param engine: the database under test.
        :param names: two columns.
        """
        lean = table("account", *(column(name) for name in ("id", names[0], "size", names[1])))
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(select(lean).order_by(lean.c.id))]
