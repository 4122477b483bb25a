"""What is impossible is said before anything is done: which table, what there is, what is near."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from whimbrel.errors import CommandError
from whimbrel.operations import BatchOperations, Operations

Changes = Callable[[BatchOperations], object]

COLUMNS = "\nColumns: id, name, twice."
CONSTRAINTS = "\nConstraints: pk_account, uq_account."
UNNAMED = "\nConstraints without a name: 1; naming_convention of batch_alter_table gives them names."


@pytest.fixture
def account(op: Operations, connection: sa.Connection) -> sa.Connection:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer),
        sa.Column("name", sa.String(80)),
        sa.Column("twice", sa.Integer, sa.Computed("id * 2")),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("name", name="uq_account"),
        sa.CheckConstraint("length(name) > 2"),
        sa.Index("ix_account", "name"),
    )
    return connection


CASES: dict[str, tuple[Changes, str]] = {
    "no column": (
        lambda batch: batch.drop_column("nmae"),
        f"There is no column 'nmae'. Did you mean name?{COLUMNS}",
    ),
    "no column in these letters": (
        lambda batch: batch.alter_column("NAME", nullable=False),
        f"There is no column 'NAME'. Did you mean name?{COLUMNS}",
    ),
    "no column any more": (
        lambda batch: [batch.drop_column("name"), batch.alter_column("name", nullable=False)],
        "There is no column 'name'.\nColumns: id, twice.",
    ),
    "no column for an index": (
        lambda batch: batch.create_index("ix", ["id", "x"]),
        f"There is no column 'x'.{COLUMNS}",
    ),
    "no column for a constraint": (
        lambda batch: batch.create_unique_constraint("uq", ["x"]),
        f"There is no column 'x'.{COLUMNS}",
    ),
    "no column for a foreign key": (
        lambda batch: batch.create_foreign_key("fk", "person", ["person_id"], ["id"]),
        f"There is no column 'person_id'.{COLUMNS}",
    ),
    "no column for a foreign key to itself": (
        lambda batch: batch.create_foreign_key("fk", "account", ["id"], ["boss"]),
        f"There is no column 'boss'.{COLUMNS}",
    ),
    "insert_after no column": (
        lambda batch: batch.add_column(sa.Column("x", sa.Integer), insert_after="nam"),
        "There is no column 'nam'. Did you mean name?\nColumns: id, name, twice, x.",
    ),
    "beside itself": (
        lambda batch: batch.alter_column("name", insert_before="name"),
        "Column 'name' cannot stand beside itself.",
    ),
    "before and after": (
        lambda batch: batch.alter_column("name", insert_before="id", insert_after="twice"),
        "Column 'name' is to stand both before 'id' and after 'twice'.",
    ),
    "a column twice": (
        lambda batch: batch.add_column(sa.Column("name", sa.Integer)),
        f"There is a column 'name' already.{COLUMNS}",
    ),
    "a name twice": (
        lambda batch: batch.alter_column("name", new_column_name="id"),
        f"Column 'name' cannot be called 'id', as another one is.{COLUMNS}",
    ),
    "no constraint": (
        lambda batch: batch.drop_constraint("uq_acount"),
        f"There is no constraint 'uq_acount'. Did you mean uq_account or pk_account?{CONSTRAINTS}{UNNAMED}",
    ),
    "no constraint of that kind": (
        lambda batch: batch.drop_constraint("uq_account", type_="check"),
        f"There is no check constraint 'uq_account'. Did you mean uq_account or pk_account?{CONSTRAINTS}{UNNAMED}",
    ),
    "a constraint without a name": (
        lambda batch: batch.drop_constraint(None),
        f"A constraint is dropped by its name, and none is given.{CONSTRAINTS}{UNNAMED}",
    ),
    "a constraint twice": (
        lambda batch: batch.create_check_constraint("uq_account", "id > 0"),
        f"There is a constraint 'uq_account' already.{CONSTRAINTS}",
    ),
    "no index": (
        lambda batch: batch.drop_index("ix_acount"),
        "There is no index 'ix_acount'. Did you mean ix_account?\nIndexes: ix_account.",
    ),
    "an index twice": (
        lambda batch: batch.create_index("ix_account", ["id"]),
        "There is an index 'ix_account' already.\nIndexes: ix_account.",
    ),
    "what another column is computed from": (
        lambda batch: batch.drop_column("id"),
        "Column 'twice' is computed from column 'id', which is to be dropped.\n"
        "Drop 'twice' first, or give it another server_default.",
    ),
    "a second primary key": (
        lambda batch: batch.add_column(sa.Column("x", sa.Integer, primary_key=True)),
        "Column 'x' is to be the primary key, and there is one already: id.\n"
        "Say what it is to be:  batch.create_primary_key(name, [columns])",
    ),
    "no column at all": (
        lambda batch: [batch.drop_column(name) for name in ("twice", "name", "id")],
        "No column would be left.",
    ),
}


def attempt(op: Operations, changes: Changes, **settings: Any) -> str:
    def block() -> None:
        with op.batch_alter_table("account", recreate="always", **settings) as batch:
            batch.add_column(sa.Column("fine", sa.Integer), insert_before="id")
            batch.drop_column("fine")
            changes(batch)

    with pytest.raises(CommandError) as raised:
        block()
    return str(raised.value)


@pytest.mark.parametrize("name", CASES)
def test_an_impossible_change_is_refused(name: str, op: Operations, account: sa.Connection) -> None:
    statements: list[str] = []
    sa.event.listen(account, "before_cursor_execute", lambda *args: statements.append(args[2]))
    changes, message = CASES[name]
    assert attempt(op, changes) == f"batch_alter_table('account'): {message}"
    assert [text for text in statements if not text.lstrip().startswith(("PRAGMA", "SELECT"))] == []


def test_orders_that_contradict_each_other(op: Operations, account: sa.Connection) -> None:
    assert attempt(op, lambda batch: None, partial_reordering=[("name", "id"), ("id", "name")]) == (
        f"batch_alter_table('account'): partial_reordering contradicts itself: id, name each wait for another.{COLUMNS}"
    )


def test_a_table_that_is_not_there(op: Operations, account: sa.Connection) -> None:
    with pytest.raises(CommandError) as raised, op.batch_alter_table("acount", recreate="always"):
        pass
    assert str(raised.value) == "batch_alter_table('acount'): there is no such table. Did you mean account?"


def test_a_place_needs_a_table_made_anew(sql: Callable[..., str]) -> None:
    def script(op: Operations) -> None:
        with op.batch_alter_table("account") as batch:
            batch.drop_column("b")
            batch.add_column(sa.Column("x", sa.Integer), insert_after="a")

    with pytest.raises(CommandError) as raised:
        sql(script)
    assert str(raised.value) == (
        "batch_alter_table('account'): insert_before and insert_after take a table made anew; with ALTER TABLE a new "
        "column comes last on default.\n"
        "Leave them out, or say so:  op.batch_alter_table('account', recreate='always')"
    )


def test_pain_16_as_text_the_table_has_to_be_given(sql: Callable[..., str]) -> None:
    def script(op: Operations) -> None:
        with op.batch_alter_table("account", recreate="always") as batch:
            batch.drop_column("b")

    with pytest.raises(CommandError) as raised:
        sql(script)
    assert str(raised.value) == (
        "batch_alter_table('account') has to make the table anew on default, and with --sql there is no database to "
        "read it from.\n"
        "Give the table as it is:\n"
        "    with op.batch_alter_table('account', copy_from=sa.Table(...)) as batch: ...\n"
        "or leave it out of the SQL:\n"
        "    if not op.get_context().as_sql: ..."
    )


def test_rows_that_do_not_arrive_are_counted(op: Operations, account: sa.Connection) -> None:
    account.execute(sa.text("INSERT INTO account (id, name) VALUES (1, 'one'), (2, 'two')"))
    table = sa.Table(
        "account",
        sa.MetaData(),
        sa.Column("id", sa.Integer),
        sa.Column("name", sa.String(80), sa.CheckConstraint("name <> 'two'")),
        sa.UniqueConstraint("id", sqlite_on_conflict="REPLACE"),
    )

    def block() -> None:
        with op.batch_alter_table("account", recreate="always", copy_from=table) as batch:
            batch.alter_column("id", type_=sa.Integer, sqlite_using=sa.literal_column("1"))
            batch.drop_column("name")

    with pytest.raises(CommandError, match="Of the 2 rows of table account, 1 arrived in its new form"):
        block()
