"""Indexes built without a lock, which PostgreSQL does outside of a transaction only."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String

from testing.databases import Database
from testing.wings import Action, apply, catalog, changes, operations, sql_of
from whimbrel.errors import CommandError
from whimbrel.operations import Operations


def start(op: Operations) -> None:
    op.create_table(
        "t",
        Column("id", Integer, primary_key=True),
        Column("a", Integer, nullable=False),
        Column("b", String(30), server_default="7", comment="bee"),
    )
    op.create_index("ix_t_b", "t", ["b"])
    op.bulk_insert(sa.table("t", sa.column("id"), sa.column("a")), [{"id": 1, "a": 5}])


def create_concurrently(op: Operations) -> None:
    op.create_index("ix_t_a", "t", ["a"], postgresql_concurrently=True)


def drop_concurrently(op: Operations) -> None:
    op.drop_index("ix_t_b", "t", postgresql_concurrently=True)


def test_concurrently_as_text() -> None:
    assert sql_of("postgresql", create_concurrently) == "CREATE INDEX CONCURRENTLY ix_t_a ON t (a);"
    assert sql_of("postgresql", drop_concurrently) == "DROP INDEX CONCURRENTLY ix_t_b;"


def test_concurrently_outside_of_a_transaction(postgresql_database: Database) -> None:
    apply(postgresql_database, start)
    before = catalog(postgresql_database)
    with operations(postgresql_database) as op, op.get_context().autocommit_block():
        create_concurrently(op)
        drop_concurrently(op)
    assert changes(before, catalog(postgresql_database)) == "- index t.ix_t_b (b)\n+ index t.ix_t_a (a)"


@pytest.mark.parametrize("action", [create_concurrently, drop_concurrently])
def test_concurrently_in_a_transaction_names_the_remedy(postgresql_database: Database, action: Action) -> None:
    apply(postgresql_database, start)
    with operations(postgresql_database) as op:
        with pytest.raises(CommandError, match=r"cannot run inside of a transaction") as caught:
            action(op)
        # Refused before the server did: the transaction goes on.
        op.execute("INSERT INTO t (id, a) VALUES (2, 2)")
    assert "with op.get_context().autocommit_block():" in str(caught.value)


def test_what_a_failed_attempt_has_left_is_not_taken_for_the_index(postgresql_database: Database) -> None:
    def create(op: Operations) -> None:
        with op.get_context().autocommit_block():
            op.create_index("ix_t_a", "t", ["a"], unique=True, postgresql_concurrently=True, if_not_exists=True)

    apply(postgresql_database, start)
    apply(postgresql_database, lambda op: op.execute("INSERT INTO t (id, a) VALUES (2, 5)"))
    with pytest.raises(sa.exc.IntegrityError, match="could not create unique index"):
        apply(postgresql_database, create)
    with pytest.raises(CommandError, match=r"an index ix_t_a already, and it is invalid") as caught:
        apply(postgresql_database, create)
    assert "op.drop_index('ix_t_a', postgresql_concurrently=True)" in str(caught.value)
    apply(postgresql_database, lambda op: op.execute("UPDATE t SET a = id"))
    with operations(postgresql_database) as op, op.get_context().autocommit_block():
        op.drop_index("ix_t_a", postgresql_concurrently=True)
    apply(postgresql_database, create)
    apply(postgresql_database, create)
    assert "index t.ix_t_a (a) unique" in catalog(postgresql_database)
