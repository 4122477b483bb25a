"""What Oracle does not do is refused with a word on what to do instead, before anything is written."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Computed, ForeignKey, Identity, Integer, LargeBinary, String

from testing.wings import Action, text_of
from whimbrel.errors import CommandError, UnsupportedOperation

COMPUTED = (
    "oracle cannot make a column computed, or a computed one plain: alter_column('t', 'x').\n"
    "Drop the column and add it again; or say existing_server_default=Computed(...), if it is computed."
)
IDENTITY = (
    "oracle cannot make an identity of a column that is none: alter_column('t', 'x').\n"
    "Drop the column and add it again; or say existing_server_default=Identity(), if it is one."
)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda op: op.alter_column("t", "x", type_=Integer(), server_default=Computed("a + 1")), COMPUTED),
        (
            lambda op: op.alter_column("t", "x", server_default=None, existing_server_default=Computed("a")),
            COMPUTED,
        ),
        (lambda op: op.alter_column("t", "x", server_default=Identity()), IDENTITY),
        (lambda op: op.alter_column("t", "x", server_default=Identity(), existing_server_default="5"), IDENTITY),
        (
            lambda op: op.add_column("t", Column("x", Integer, Computed("a + 1", persisted=True))),
            "oracle cannot store a computed column: add_column, column t.x.\n"
            "Leave persisted=True out: the column is then computed when it is read.",
        ),
        (
            lambda op: op.create_table("t", Column("x", Integer, Computed("a + 1", persisted=True))),
            "oracle cannot store a computed column: create_table, column t.x.\n"
            "Leave persisted=True out: the column is then computed when it is read.",
        ),
        (
            lambda op: op.create_foreign_key("fk", "t", "o", ["x"], ["id"], match="FULL"),
            "oracle knows no MATCH: foreign key 'fk' of table 't'.\nLeave match out.",
        ),
        (
            lambda op: op.add_column("t", Column("x", Integer, ForeignKey("o.id", name="fk", ondelete="RESTRICT"))),
            "oracle knows no ON DELETE RESTRICT: foreign key 'fk' of table 't'.\n"
            "Leave ondelete out: then a row that is referred to cannot go.",
        ),
    ],
)
def test_unsupported(action: Action, message: str) -> None:
    with pytest.raises(UnsupportedOperation) as raised:
        text_of("oracle", action)
    assert str(raised.value) == message
    assert raised.value.dialect == "oracle"


def test_a_value_that_no_literal_holds() -> None:
    table = sa.table("t", sa.column("b", LargeBinary))
    with pytest.raises(CommandError) as raised:
        text_of("oracle", lambda op: op.bulk_insert(table, [{"b": bytes(2001)}]))
    assert str(raised.value) == (
        "A value of 2001 bytes cannot be written as text for Oracle: a literal holds 2000.\n"
        "Insert it over a connection, or piece by piece with DBMS_LOB.WRITEAPPEND in op.execute()."
    )


def test_rows_that_are_none() -> None:
    table = sa.table("t", sa.column("n", String))
    for rows in ({"n": "a"}, "a", ["a"]):
        with pytest.raises(TypeError, match="list of dictionaries"):
            text_of("oracle", lambda op, rows=rows: op.bulk_insert(table, rows))
    assert text_of("oracle", lambda op: op.bulk_insert(table, [])) == ""
