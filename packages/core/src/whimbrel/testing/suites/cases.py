"""The operations that every dialect is asked for: what each needs, what it does, and how it is undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Integer,
    String,
    UniqueConstraint,
    column,
    func,
    text,
)

from whimbrel.impl import Capability as Can
from whimbrel.operations import Operations
from whimbrel.testing.running import Action
from whimbrel.testing.suites.case import Case, both
from whimbrel.testing.suites.generated import GENERATED
from whimbrel.testing.suites.start import PERSON, account, indexed, key, keyed, keyless, person, related, separate


def altering(column_name: str, **change: Any) -> Action:
    """Return an action that alters a column of ``account``, and says what it was, as some databases want to be told."""
    existing: dict[str, dict[str, Any]] = {
        "name": {"existing_type": String(50), "existing_nullable": False},
        "size": {"existing_type": Integer(), "existing_nullable": True, "existing_server_default": text("7")},
        "note": {"existing_type": String(30), "existing_nullable": True, "existing_server_default": None},
    }
    return lambda op: op.alter_column("account", column_name, **{**existing[column_name], **change})


def adding(make: Callable[[], Column[Any]], **kw: Any) -> Action:
    """Return an action that adds a column to ``account``."""
    return lambda op: op.add_column("account", make(), **kw)


def dropping(name: str, table: str, kind: Literal["check", "foreignkey", "primary", "unique"], **kw: Any) -> Action:
    """Return an action that drops a constraint."""
    return lambda op: op.drop_constraint(name, table, type_=kind, **kw)


def drop_extra(op: Operations) -> None:
    """Drop the column that :func:`adding` has added."""
    op.drop_column("account", "extra")


CASES: tuple[Case, ...] = (
    # -- tables
    Case("create_table", person, PERSON, lambda op: op.drop_table("person")),
    Case(
        "create_table_if_not_exists",
        both(
            lambda op: person(op, if_not_exists=True), lambda op: op.create_table("account", key(), if_not_exists=True)
        ),
        PERSON,
        lambda op: op.drop_table("person"),
        needs=(Can.IF_EXISTS_TABLE, Can.IF_EXISTS_INDEX),
    ),
    Case(
        "drop_table", lambda op: op.drop_table("person"), PERSON.replace("+", "-"), person, start=both(account, person)
    ),
    Case(
        "drop_table_if_exists",
        both(lambda op: op.drop_table("nobody", if_exists=True), lambda op: op.drop_table("account", if_exists=True)),
        "- table account\n- column account.*\n- primary key account (id)",
        account,
        needs=(Can.IF_EXISTS_TABLE,),
    ),
    Case(
        "rename_table",
        lambda op: op.rename_table("account", "konto"),
        """
        - table account
        - column account.*
        - primary key account (id)
        + table konto
        + column konto.id INTEGER not null
        + column konto.name *
        + column konto.size *
        + column konto.note *
        + primary key konto (id)
        """,
        lambda op: op.rename_table("konto", "account"),
        needs=(Can.RENAME_TABLE,),
        back_needs=(Can.RENAME_TABLE,),
    ),
    Case(
        "create_table_comment",
        lambda op: op.create_table_comment("account", "it's 100%"),
        "- table account\n+ table account -- it's 100%",
        lambda op: op.drop_table_comment("account", existing_comment="it's 100%"),
        needs=(Can.TABLE_COMMENT,),
        back_needs=(Can.TABLE_COMMENT,),
        may_pass_over=True,
    ),
    # -- columns
    Case(
        "add_column",
        adding(lambda: Column("extra", String(20))),
        "+ column account.extra * null",
        drop_extra,
        needs=(Can.ADD_COLUMN,),
        back_needs=(Can.DROP_COLUMN,),
    ),
    Case(
        "add_column_not_null",
        adding(lambda: Column("extra", Integer, nullable=False, server_default=text("3"))),
        "+ column account.extra INTEGER not null default *3*",
        drop_extra,
        needs=(Can.ADD_COLUMN, Can.ADD_NOT_NULL_COLUMN),
        back_needs=(Can.DROP_COLUMN,),
    ),
    Case(
        "add_column_computed",
        adding(lambda: Column("extra", Integer, Computed("size * 2"))),
        "+ column account.extra INTEGER null computed *size*",
        drop_extra,
        needs=(Can.ADD_COLUMN, Can.ADD_COMPUTED_COLUMN),
        back_needs=(Can.DROP_COLUMN,),
    ),
    Case(
        "add_column_with_index",
        adding(lambda: Column("extra", Integer, index=True)),
        "+ column account.extra INTEGER null\n+ index account.ix_account_extra (extra)*",
        both(lambda op: op.drop_index("ix_account_extra", "account"), drop_extra),
        needs=(Can.ADD_COLUMN,),
        back_needs=(Can.DROP_COLUMN,),
    ),
    Case(
        "add_column_if_not_exists",
        both(
            adding(lambda: Column("note", Integer), if_not_exists=True),
            adding(lambda: Column("extra", Integer), if_not_exists=True),
        ),
        "+ column account.extra INTEGER null",
        drop_extra,
        needs=(Can.ADD_COLUMN, Can.IF_EXISTS_COLUMN),
        back_needs=(Can.DROP_COLUMN,),
    ),
    Case(
        "drop_column",
        lambda op: op.drop_column("account", "note"),
        "- column account.note *",
        adding(lambda: Column("note", String(30))),
        needs=(Can.DROP_COLUMN,),
        back_needs=(Can.ADD_COLUMN,),
    ),
    Case(
        "drop_column_if_exists",
        both(
            lambda op: op.drop_column("account", "nothing", if_exists=True),
            lambda op: op.drop_column("account", "note", if_exists=True),
        ),
        "- column account.note *",
        adding(lambda: Column("note", String(30))),
        needs=(Can.DROP_COLUMN, Can.IF_EXISTS_COLUMN),
        back_needs=(Can.ADD_COLUMN,),
    ),
    Case(
        "rename_column",
        altering("size", new_column_name="volume"),
        "- column account.size INTEGER null default *7*\n+ column account.volume INTEGER null default *7*",
        lambda op: op.alter_column(
            "account",
            "volume",
            new_column_name="size",
            existing_type=Integer(),
            existing_nullable=True,
            existing_server_default=text("7"),
        ),
        needs=(Can.RENAME_COLUMN,),
        back_needs=(Can.RENAME_COLUMN,),
    ),
    Case(
        "alter_column_type",
        altering("size", type_=BigInteger()),
        "- column account.size INTEGER null default *7*\n+ column account.size BIGINT null default *7*",
        altering("size", type_=Integer(), existing_type=BigInteger()),
        needs=(Can.ALTER_COLUMN_TYPE,),
        back_needs=(Can.ALTER_COLUMN_TYPE,),
    ),
    Case(
        "alter_column_not_null",
        altering("note", nullable=False),
        "- column account.note * null\n+ column account.note * not null",
        altering("note", nullable=True, existing_nullable=False),
        needs=(Can.ALTER_COLUMN_NULLABLE,),
        back_needs=(Can.ALTER_COLUMN_NULLABLE,),
    ),
    Case(
        "alter_column_null",
        altering("name", nullable=True),
        "- column account.name * not null\n+ column account.name * null",
        altering("name", nullable=False, existing_nullable=True),
        needs=(Can.ALTER_COLUMN_NULLABLE,),
        back_needs=(Can.ALTER_COLUMN_NULLABLE,),
    ),
    Case(
        "alter_column_default",
        altering("note", server_default="it's 100%"),
        "- column account.note * null\n+ column account.note * null default *100%*",
        altering("note", server_default=None, existing_server_default="it's 100%"),
        needs=(Can.ALTER_COLUMN_DEFAULT,),
        back_needs=(Can.ALTER_COLUMN_DEFAULT,),
    ),
    Case(
        "alter_column_no_default",
        altering("size", server_default=None),
        "- column account.size INTEGER null default *7*\n+ column account.size INTEGER null",
        altering("size", server_default=text("7"), existing_server_default=None),
        needs=(Can.ALTER_COLUMN_DEFAULT,),
        back_needs=(Can.ALTER_COLUMN_DEFAULT,),
    ),
    Case(
        "alter_column_everything",
        altering("size", new_column_name="volume", type_=BigInteger(), nullable=False, server_default=text("9")),
        "- column account.size INTEGER null default *7*\n+ column account.volume BIGINT not null default *9*",
        lambda op: op.alter_column(
            "account",
            "volume",
            new_column_name="size",
            type_=Integer(),
            nullable=True,
            server_default=text("7"),
            existing_type=BigInteger(),
            existing_nullable=False,
            existing_server_default=text("9"),
        ),
        needs=(Can.RENAME_COLUMN, Can.ALTER_COLUMN_TYPE, Can.ALTER_COLUMN_NULLABLE, Can.ALTER_COLUMN_DEFAULT),
        back_needs=(Can.RENAME_COLUMN, Can.ALTER_COLUMN_TYPE, Can.ALTER_COLUMN_NULLABLE, Can.ALTER_COLUMN_DEFAULT),
    ),
    Case(
        "alter_column_comment",
        altering("note", comment="it's 100%"),
        "- column account.note * null\n+ column account.note * null -- it's 100%",
        altering("note", comment=None, existing_comment="it's 100%"),
        needs=(Can.COLUMN_COMMENT,),
        back_needs=(Can.COLUMN_COMMENT,),
        may_pass_over=True,
    ),
    *GENERATED,
    # -- constraints
    Case(
        "create_primary_key",
        lambda op: op.create_primary_key("pk_plain", "plain", ["a"]),
        "+ primary key plain (a)",
        dropping("pk_plain", "plain", "primary"),
        needs=(Can.ADD_PRIMARY_KEY,),
        back_needs=(Can.DROP_CONSTRAINT,),
        start=keyless,
    ),
    Case(
        "drop_primary_key",
        dropping("pk_plain", "plain", "primary"),
        "- primary key plain (a)",
        lambda op: op.create_primary_key("pk_plain", "plain", ["a"]),
        needs=(Can.DROP_CONSTRAINT,),
        back_needs=(Can.ADD_PRIMARY_KEY,),
        start=keyed,
    ),
    Case(
        "create_foreign_key",
        lambda op: op.create_foreign_key("fk_pet_account", "pet", "account", ["account_id"], ["id"]),
        "+ foreign key pet.fk_pet_account (account_id) -> account (id)*",
        dropping("fk_pet_account", "pet", "foreignkey"),
        needs=(Can.ADD_FOREIGN_KEY,),
        back_needs=(Can.DROP_CONSTRAINT,),
        start=separate,
    ),
    Case(
        "drop_foreign_key",
        dropping("fk_pet_account", "pet", "foreignkey"),
        "- foreign key pet.fk_pet_account (account_id) -> account (id)*",
        lambda op: op.create_foreign_key("fk_pet_account", "pet", "account", ["account_id"], ["id"]),
        needs=(Can.DROP_CONSTRAINT,),
        back_needs=(Can.ADD_FOREIGN_KEY,),
        start=related,
    ),
    Case(
        "create_unique_constraint",
        lambda op: op.create_unique_constraint("uq_note", "account", ["note", "size"]),
        "+ unique account.* (note, size)\n? + index account.uq_note (note, size) unique*",
        dropping("uq_note", "account", "unique"),
        needs=(Can.ADD_UNIQUE,),
        back_needs=(Can.DROP_CONSTRAINT,),
    ),
    Case(
        "drop_unique_constraint",
        dropping("uq_note", "account", "unique"),
        "- unique account.* (note)\n? - index account.uq_note (note) unique*",
        lambda op: op.create_unique_constraint("uq_note", "account", ["note"]),
        needs=(Can.DROP_CONSTRAINT,),
        back_needs=(Can.ADD_UNIQUE,),
        start=lambda op: account(op, UniqueConstraint("note", name="uq_note")),
    ),
    Case(
        "create_check_constraint",
        lambda op: op.create_check_constraint("ck_size", "account", "size < 100"),
        "+ check account.ck_size *size*",
        dropping("ck_size", "account", "check"),
        needs=(Can.ADD_CHECK,),
        back_needs=(Can.DROP_CONSTRAINT,),
    ),
    Case(
        "drop_check_constraint",
        dropping("ck_size", "account", "check"),
        "- check account.ck_size *size*",
        lambda op: op.create_check_constraint("ck_size", "account", "size < 100"),
        needs=(Can.DROP_CONSTRAINT,),
        back_needs=(Can.ADD_CHECK,),
        start=lambda op: account(op, CheckConstraint("size < 100", name="ck_size")),
    ),
    Case(
        "drop_constraint_if_exists",
        both(
            dropping("ck_nothing", "account", "check", if_exists=True),
            dropping("ck_size", "account", "check", if_exists=True),
        ),
        "- check account.ck_size *size*",
        lambda op: op.create_check_constraint("ck_size", "account", "size < 100"),
        needs=(Can.DROP_CONSTRAINT, Can.IF_EXISTS_CONSTRAINT),
        back_needs=(Can.ADD_CHECK,),
        start=lambda op: account(op, CheckConstraint("size < 100", name="ck_size")),
    ),
    # -- indexes
    Case(
        "create_index",
        lambda op: op.create_index("ix_both", "account", ["name", "size"]),
        "+ index account.ix_both (name, size)*",
        lambda op: op.drop_index("ix_both", "account"),
    ),
    Case(
        "create_index_unique",
        lambda op: op.create_index("ix_note", "account", ["note"], unique=True),
        "+ index account.ix_note (note) unique*\n? + unique account.ix_note (note)",
        lambda op: op.drop_index("ix_note", "account"),
    ),
    Case(
        "create_index_expression",
        lambda op: op.create_index("ix_lower", "account", [func.lower(column("name"))]),
        "+ index account.ix_lower (*lower*",
        lambda op: op.drop_index("ix_lower", "account"),
        needs=(Can.EXPRESSION_INDEX,),
    ),
    Case(
        "create_index_if_not_exists",
        both(
            lambda op: op.create_index("ix_note", "account", ["size"], if_not_exists=True),
            lambda op: op.create_index("ix_size", "account", ["size"], if_not_exists=True),
        ),
        "+ index account.ix_size (size)*",
        lambda op: op.drop_index("ix_size", "account"),
        needs=(Can.IF_EXISTS_INDEX,),
        start=indexed,
    ),
    Case(
        "drop_index",
        lambda op: op.drop_index("ix_note", "account"),
        "- index account.ix_note (note)*",
        lambda op: op.create_index("ix_note", "account", ["note"]),
        start=indexed,
    ),
    Case(
        "drop_index_if_exists",
        both(
            lambda op: op.drop_index("ix_nothing", "account", if_exists=True),
            lambda op: op.drop_index("ix_note", "account", if_exists=True),
        ),
        "- index account.ix_note (note)*",
        lambda op: op.create_index("ix_note", "account", ["note"]),
        needs=(Can.IF_EXISTS_INDEX,),
        start=indexed,
    ),
)
"""Every operation once."""
