"""A law: whatever is changed, ``--sql`` writes what a run does, and its reverse leaves nothing of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, String
from sqlalchemy.dialects import mysql

from testing.databases import Database
from testing.mysql import run_text, schema
from testing.wings import operations
from whimbrel.operations import ops
from whimbrel.operations.directives.base import MigrateOperation

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0xFFFF) | st.sampled_from("'\"\\%:?`;"))
NAMES = WORDS.filter(lambda name: 0 < len(name) <= 64 and name.strip() == name)
TYPES = st.sampled_from(
    [
        Integer(),
        sa.BigInteger(),
        mysql.INTEGER(unsigned=True),
        sa.Numeric(8, 2),
        String(20),
        mysql.VARCHAR(30, charset="utf8mb4", collation="utf8mb4_bin"),
        mysql.ENUM("1", "it's", "5%"),
        sa.Double(),
    ]
)
DEFAULTS = st.sampled_from([None, "1"])
COMMENTS = st.none() | WORDS.filter(bool)


@st.composite
def columns(draw: st.DrawFn) -> Column[object]:
    return Column(
        draw(NAMES), draw(TYPES), nullable=draw(st.booleans()), server_default=draw(DEFAULTS), comment=draw(COMMENTS)
    )


@st.composite
def changes(draw: st.DrawFn, table: str, column: Column[object], taken: set[str]) -> MigrateOperation:
    """Draw a directive that changes a table of one column, or that column."""
    new_name = draw(NAMES.filter(lambda name: name.lower() not in taken))
    kind = draw(st.sampled_from(["add", "alter", "comment", "index", "unique", "check", "rename"]))
    if kind == "add":
        added = draw(columns())
        return ops.AddColumnOp(table, Column(new_name, added.type, nullable=added.nullable, comment=added.comment))
    if kind == "alter":
        to = draw(columns())
        existing = column.server_default.arg if isinstance(column.server_default, sa.DefaultClause) else None
        return ops.AlterColumnOp(
            table,
            column.name,
            existing_type=column.type,
            existing_nullable=column.nullable,
            existing_server_default=existing,
            existing_comment=column.comment,
            modify_type=draw(st.none() | st.just(to.type)),
            modify_nullable=draw(st.none() | st.booleans()),
            modify_server_default=draw(st.sampled_from([False, None, "1"])),
            modify_comment=draw(st.just(False) | COMMENTS),
            modify_name=draw(st.none() | st.just(new_name)),
        )
    if kind == "comment":
        return ops.CreateTableCommentOp(table, draw(WORDS.filter(bool)))
    if kind == "index":
        return ops.CreateIndexOp(new_name, table, [column.name], unique=draw(st.booleans()))
    if kind == "unique":
        return ops.CreateUniqueConstraintOp(new_name, table, [column.name])
    if kind == "check":
        return ops.CreateCheckConstraintOp(new_name, table, sa.column(column.name) != draw(WORDS))
    return ops.RenameTableOp(table, new_name)


@pytest.fixture
def other_database(new_database: Callable[[str], Database]) -> Database:
    return new_database("mysql")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_any_change_and_back(mysql_database: Database, other_database: Database, data: st.DataObject) -> None:
    table = data.draw(NAMES)
    column = data.draw(columns())
    change = data.draw(changes(table, column, {table.lower(), column.name.lower()}))
    with operations(mysql_database) as done, operations(other_database) as told:
        for op in (done, told):
            for name in sa.inspect(op.get_bind()).get_table_names():
                op.drop_table(name)
            op.create_table(table, column._copy())
        before = schema(done.get_bind())

        done.invoke(change)
        run_text(told, lambda op: op.invoke(change))
        assert schema(told.get_bind()) == schema(done.get_bind())

        back = change.reverse()
        done.invoke(back)
        run_text(told, lambda op: op.invoke(back))
        assert schema(done.get_bind()) == before
        assert schema(told.get_bind()) == before
