"""``add_column(if_not_exists=True)``: a column that is there, and all that comes along, is there once only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.wings import apply, catalog, operations, sql_of
from whimbrel.errors import UnsupportedOperation
from whimbrel.operations import Operations, ops


def start(op: Operations) -> None:
    op.create_table("owner", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table("t", sa.Column("a", sa.Integer))


def loaded_column(*, unique: bool) -> sa.Column[Any]:
    """A column with all that may come along with one."""
    return sa.Column(
        "x",
        sa.Integer,
        sa.ForeignKey("owner.id", name="fk_x", ondelete="CASCADE"),
        sa.CheckConstraint("x > 5", name="ck_x"),
        unique=unique,
        index=not unique,
        comment="ex",
    )


KINDS: dict[str, Callable[[], sa.Column[Any]]] = {
    "unique": lambda: loaded_column(unique=True),
    "index": lambda: loaded_column(unique=False),
    "enum": lambda: sa.Column("x", sa.Enum("a", "b", name="ck_x", native_enum=False, create_constraint=True)),
}


def add(kind: str) -> ops.AddColumnOp:
    return ops.AddColumnOp("t", KINDS[kind](), if_not_exists=True)


@pytest.mark.parametrize("kind", KINDS)
def test_twice_is_once(database: Database, kind: str) -> None:
    if kind == "unique" and database.name.startswith("sqlite"):
        pytest.skip("SQLite adds no unique column")
    apply(database, start)
    directive = add(kind)
    apply(database, lambda op: op.invoke(directive))
    after = catalog(database)
    assert any(line.startswith("column t.x ") for line in after)
    assert len([line for line in after if "_x" in line]) >= 1
    apply(database, lambda op: op.invoke(directive))
    apply(database, lambda op: op.invoke(add(kind)))
    assert catalog(database) == after


def test_a_name_is_the_same_as_the_database_sees_it(database: Database) -> None:
    apply(database, start)
    apply(database, lambda op: op.add_column("t", sa.Column("A", sa.Integer), if_not_exists=True))
    with operations(database) as op:
        columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns("t")]
    assert columns == (["a", "A"] if database.engine().dialect.name == "postgresql" else ["a"])


TEXTS = {
    "unique": (
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS x INTEGER CONSTRAINT ck_x CHECK (x > 5) UNIQUE "
        "CONSTRAINT fk_x REFERENCES owner (id) ON DELETE CASCADE;\n\nCOMMENT ON COLUMN t.x IS 'ex';"
    ),
    "index": (
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS x INTEGER CONSTRAINT ck_x CHECK (x > 5) "
        "CONSTRAINT fk_x REFERENCES owner (id) ON DELETE CASCADE;\n\nCOMMENT ON COLUMN t.x IS 'ex';\n\n"
        "CREATE INDEX IF NOT EXISTS ix_t_x ON t (x);"
    ),
    "enum": "ALTER TABLE t ADD COLUMN IF NOT EXISTS x VARCHAR(1) CONSTRAINT ck_x CHECK (x IN ('a', 'b'));",
}


@pytest.mark.parametrize("kind", KINDS)
def test_as_text_it_is_one_statement(kind: str, postgresql_database: Database) -> None:
    """Nobody looks, so the server does: what it would do twice stands inside of what it does once."""
    directive = add(kind)
    text = sql_of("postgresql", lambda op: op.invoke(directive))
    assert text == TEXTS[kind] == sql_of("postgresql", lambda op: op.invoke(directive))
    apply(postgresql_database, start)
    with postgresql_database.engine().begin() as connection:
        connection.exec_driver_sql(text)
    after = catalog(postgresql_database)
    with postgresql_database.engine().begin() as connection:
        connection.exec_driver_sql(text)
    assert catalog(postgresql_database) == after


@pytest.mark.parametrize("kind", KINDS)
def test_mariadb_cannot_do_so_as_text_and_says_why(kind: str) -> None:
    with pytest.raises(UnsupportedOperation, match="they would be added once more") as caught:
        sql_of("mariadb", lambda op: op.invoke(add(kind)))
    assert caught.value.operation == "add_column"


def test_mariadb_adds_a_plain_column_as_text() -> None:
    column: sa.Column[Any] = sa.Column("x", sa.Integer, index=True)
    assert sql_of("mariadb", lambda op: op.add_column("t", column, if_not_exists=True)) == (
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS x INTEGER;\n\nCREATE INDEX IF NOT EXISTS ix_t_x ON t (x);"
    )
