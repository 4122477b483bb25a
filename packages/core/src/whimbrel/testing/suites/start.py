"""The tables that the cases of the conformance suite begin with."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    String,
    UniqueConstraint,
    text,
)

from whimbrel.operations import Operations


def key(name: str = "id", **kw: Any) -> Column[Any]:
    """Return an integer column that is a primary key and does not count by itself."""
    return Column(name, Integer, primary_key=True, autoincrement=False, **kw)


def account(op: Operations, *more: Any) -> None:
    """Create the table that most cases begin with, and a row."""
    table = op.create_table(
        "account",
        key(),
        Column("name", String(50), nullable=False),
        Column("size", Integer, server_default=text("7")),
        Column("note", String(30)),
        *more,
    )
    op.bulk_insert(table, [{"id": 1, "name": "Ada", "size": 3, "note": "first"}])


def person(op: Operations, **kw: Any) -> None:
    """Create a table that has everything and refers to another one."""
    op.create_table(
        "person",
        key(),
        Column("account_id", Integer, nullable=False, index=True),
        Column("code", String(20), server_default="none"),
        Column("age", Integer),
        ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_person_account"),
        UniqueConstraint("code", name="uq_person_code"),
        CheckConstraint("age > 0", name="ck_person_age"),
        **kw,
    )


PERSON: Final = """
    + table person
    + column person.id INTEGER not null
    + column person.account_id INTEGER not null
    + column person.code * null default *none*
    + column person.age INTEGER null
    + primary key person (id)
    + foreign key person.* (account_id) -> account (id)*
    + unique person.* (code)
    ? + index person.uq_person_code (code) unique*
    + check person.* *age*
    + index person.ix_person_account_id (account_id)*
"""


def keyless(op: Operations) -> None:
    """Create a table without a key."""
    op.create_table("plain", Column("a", Integer, nullable=False), Column("b", Integer))


def keyed(op: Operations) -> None:
    """Create the table of :func:`keyless` with one."""
    key_ = PrimaryKeyConstraint("a", name="pk_plain")
    op.create_table("plain", Column("a", Integer, autoincrement=False, nullable=False), Column("b", Integer), key_)


def separate(op: Operations) -> None:
    """Create two tables that could refer to each other."""
    account(op)
    op.create_table("pet", key(), Column("account_id", Integer, index=True))


def related(op: Operations) -> None:
    """Create two tables of which one refers to the other."""
    account(op)
    refers = ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_pet_account")
    op.create_table("pet", key(), Column("account_id", Integer, index=True), refers)


def indexed(op: Operations) -> None:
    """Create a table with an index."""
    account(op)
    op.create_index("ix_note", "account", ["note"])
