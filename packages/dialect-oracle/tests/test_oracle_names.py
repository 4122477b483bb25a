"""The law of names: whatever a table is called, no quote is left open, and the name arrives as it was given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, ForeignKey, Integer, String

from testing.quoting import Token, batches, names, tokens, values
from testing.wings import text_of
from whimbrel.operations import Operations

NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=63) | st.sampled_from(
    ["it's", "[x]", "a.b", "select", 'say "so"', "5% off", '""', "''", "/", "--", "/*", ";", "MixedCase", " ", "_x"]
)
Verb = Callable[[Operations, str, str, str], Any]

VERBS: dict[str, Verb] = {
    "create_table": lambda op, s, t, c: op.create_table(t, Column(c, Integer, comment=c), schema=s, comment=t),
    "create_table_if_not_exists": lambda op, s, t, c: op.create_table(
        t, Column(c, String(9), server_default=c, index=True), schema=s, if_not_exists=True
    ),
    "drop_table": lambda op, s, t, c: op.drop_table(t, schema=s, if_exists=True),
    "rename_table": lambda op, s, t, c: op.rename_table(t, c, schema=s),
    "add_column": lambda op, s, t, c: op.add_column(
        t, Column(c, Integer, ForeignKey("o.id", name=c)), schema=s, if_not_exists=True
    ),
    "drop_column": lambda op, s, t, c: op.drop_column(t, c, schema=s, if_exists=True),
    "alter_column": lambda op, s, t, c: op.alter_column(
        t, c, type_=Integer(), server_default=t, comment=f"{t}\n{c}", new_column_name=s, schema=s
    ),
    "drop_constraint": lambda op, s, t, c: op.drop_constraint(c, t, schema=s, if_exists=True),
    "create_index": lambda op, s, t, c: op.create_index(t, t, [c], schema=s, if_not_exists=True),
    "drop_table_comment": lambda op, s, t, c: op.drop_table_comment(t, schema=s),
    "bulk_insert": lambda op, s, t, c: op.bulk_insert(sa.table(t, sa.column(c, String), schema=s), [{c: t}]),
}


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=40)
@given(schema=NAMES, table=NAMES, column=NAMES)
def test_every_quote_is_closed(verb: str, schema: str, table: str, column: str) -> None:
    written = text_of("oracle", lambda op: VERBS[verb](op, schema, table, column))
    for batch in batches("oracle", written, "/"):
        pieces = tokens("oracle", batch)  # raises where a quote is open
        if pieces[0] == Token("word", "BEGIN"):
            said = next(piece.value for piece in pieces if piece.kind == "string")
            # The literal of a comment is put in when the block runs.
            pieces = tokens("oracle", said.removesuffix("'") if said.startswith("COMMENT ON") else said)
        found = {piece.value for piece in pieces}
        assert schema in found, batch
        assert table in found, batch


@given(old=NAMES, new=NAMES)
def test_a_new_name_is_no_more_than_a_name(old: str, new: str) -> None:
    (batch,) = batches("oracle", text_of("oracle", lambda op: op.rename_table(old, new)), "/")
    assert names("oracle", batch) == ["ALTER", "TABLE", old, "RENAME", "TO", new]
    assert values("oracle", batch, "string") == []


@pytest.mark.parametrize("length", [30, 128])
def test_names_as_long_as_they_may_be(length: int) -> None:
    """30 bytes up to 12.1, 128 since (Oracle Database SQL Language Reference, "Database Object Naming Rules")."""
    name = "n" * length
    written = text_of("oracle", lambda op: op.create_index(name, name, [name], schema=name))
    assert written == f"CREATE INDEX {name}.{name} ON {name}.{name} ({name})\n\n/\n\n"


def test_lower_case_names_are_those_that_oracle_folds() -> None:
    """SQLAlchemy takes names in lower case for names without case, which Oracle keeps in upper case."""
    assert text_of("oracle", lambda op: op.drop_table("users")) == "DROP TABLE users\n\n/\n\n"
    assert text_of("oracle", lambda op: op.drop_table("Users")) == 'DROP TABLE "Users"\n\n/\n\n'
    assert text_of("oracle", lambda op: op.drop_table(sa.quoted_name("users", True))) == 'DROP TABLE "users"\n\n/\n\n'
