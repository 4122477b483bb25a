"""What SQL Server does not do is refused with a word on what to do instead, before anything is written."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Computed, ForeignKey, Identity, Integer, String

from testing.wings import Action, text_of
from whimbrel.errors import CommandError, UnsupportedOperation


def foreign_key(**kw: object) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["x"], ["o.id"], name="fk", **kw)  # type: ignore[arg-type]  # whatever it takes


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            lambda op: op.alter_column("t", "x", server_default=Computed("a + 1"), comment="c"),
            "mssql cannot make a column computed: alter_column('t', 'x').\n"
            "Drop the column and add it again, or write the statement with op.execute().",
        ),
        (
            lambda op: op.alter_column("t", "x", type_=Integer(), server_default=Identity()),
            "mssql cannot make a column an identity: alter_column('t', 'x').\n"
            "Drop the column and add it again, or write the statement with op.execute().",
        ),
        (
            lambda op: op.alter_column("t", "x", server_default=None, existing_server_default=Identity()),
            "mssql cannot make an identity column plain: alter_column('t', 'x').\n"
            "Drop the column and add it again, or write the statement with op.execute().",
        ),
        (
            lambda op: op.create_index("ix", "t", [sa.func.lower(sa.column("x"))]),
            "mssql cannot index an expression: create_index('t', 'ix').\n"
            "Add a computed column for the expression and index that.",
        ),
        (
            lambda op: op.create_foreign_key("fk", "t", "o", ["x"], ["id"], deferrable=True),
            "mssql knows no DEFERRABLE or INITIALLY: constraint 'fk' of table 't'.\n"
            "Leave deferrable and initially out.",
        ),
        (
            lambda op: op.create_unique_constraint("uq", "t", ["x"], initially="DEFERRED"),
            "mssql knows no DEFERRABLE or INITIALLY: constraint 'uq' of table 't'.\n"
            "Leave deferrable and initially out.",
        ),
        (
            lambda op: op.create_table("t", Column("x", Integer), foreign_key(match="FULL")),
            "mssql knows no MATCH: constraint 'fk' of table 't'.\nLeave match out.",
        ),
        (
            lambda op: op.add_column("t", Column("x", Integer, ForeignKey("o.id", name="fk", ondelete="restrict"))),
            "mssql knows no RESTRICT: constraint 'fk' of table 't'.\nSay NO ACTION, which is the same here.",
        ),
    ],
)
def test_unsupported(action: Action, message: str) -> None:
    with pytest.raises(UnsupportedOperation) as raised:
        text_of("mssql", action)
    assert str(raised.value) == message
    assert raised.value.dialect == "mssql"


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (
            lambda op: op.alter_column("t", "x", nullable=False),
            "alter_column('t', 'x', nullable=...): SQL Server wants the type of the column repeated, and it is not "
            "given.\nGive existing_type.",
        ),
        (
            lambda op: op.drop_index("ix"),
            "drop_index('ix'): SQL Server has to know the table of an index.\n"
            "Give it: op.drop_index('ix', table_name='...')",
        ),
    ],
)
def test_something_is_missing(action: Action, message: str) -> None:
    with pytest.raises(CommandError) as raised:
        text_of("mssql", action)
    assert str(raised.value) == message


def test_rows_that_are_none() -> None:
    table = sa.table("t", sa.column("n", String))
    for rows in ({"n": "a"}, "a", ["a"]):
        with pytest.raises(TypeError, match="list of dictionaries"):
            text_of("mssql", lambda op, rows=rows: op.bulk_insert(table, rows))
    assert text_of("mssql", lambda op: op.bulk_insert(table, [])) == ""
