"""The law of names: whatever a table is called, no quote is left open, and the name arrives as it was given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, ForeignKey, Integer, String

from testing.quoting import batches, names, tokens, values
from testing.wings import text_of
from whimbrel.operations import Operations

NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=63) | st.sampled_from(
    ["it's", "a]b", "[x]", "a.b", "select", 'say "so"', "5% off", "]]", "''", "GO", "--", "/*", ";", "MixedCase", " "]
)
Verb = Callable[[Operations, str, str, str], Any]

VERBS: dict[str, Verb] = {
    "create_table": lambda op, s, t, c: op.create_table(t, Column(c, Integer, comment=c), schema=s, comment=t),
    "create_table_if_not_exists": lambda op, s, t, c: op.create_table(
        t, Column(c, String(9), server_default=c, index=True), schema=s, if_not_exists=True
    ),
    "drop_table": lambda op, s, t, c: op.drop_table(t, schema=s),
    "rename_table": lambda op, s, t, c: op.rename_table(t, c, schema=s),
    "add_column": lambda op, s, t, c: op.add_column(
        t, Column(c, Integer, ForeignKey("o.id", name=c)), schema=s, if_not_exists=True
    ),
    "drop_column": lambda op, s, t, c: op.drop_column(
        t, c, schema=s, mssql_drop_default=True, mssql_drop_check=True, mssql_drop_foreign_key=True
    ),
    "alter_column": lambda op, s, t, c: op.alter_column(
        t, c, type_=Integer(), server_default=t, comment=t, new_column_name=s, schema=s
    ),
    "drop_constraint": lambda op, s, t, c: op.drop_constraint(c, t, schema=s),
    "create_index": lambda op, s, t, c: op.create_index(t, t, [c], schema=s, if_not_exists=True),
    "drop_index": lambda op, s, t, c: op.drop_index(c, t, schema=s, if_exists=True),
    "drop_table_comment": lambda op, s, t, c: op.drop_table_comment(t, schema=s),
    "bulk_insert": lambda op, s, t, c: op.bulk_insert(
        sa.table(t, sa.column(c, String), schema=sa.quoted_name(s, True)), [{c: t}]
    ),
}


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=40)
@given(schema=NAMES, table=NAMES, column=NAMES)
def test_every_quote_is_closed(verb: str, schema: str, table: str, column: str) -> None:
    written = text_of("mssql", lambda op: VERBS[verb](op, sa.quoted_name(schema, True), table, column))
    for batch in batches("mssql", written, "GO"):
        inner = [text for text in values("mssql", batch, "string") if text.startswith("ALTER TABLE")]
        for text in [batch, *inner]:
            pieces = tokens("mssql", text)  # raises where a quote is open
            assert schema in _all_names(pieces), text
            assert table in _all_names(pieces), text


def _all_names(pieces: list[Any]) -> set[str]:
    """Return the names in a statement, those in its literals too, which may be qualified."""
    found = {piece.value for piece in pieces}
    for piece in pieces:
        if piece.kind == "string":
            try:
                found.update(names("mssql", piece.value))
            except ValueError:
                continue  # a value, no name
    return found


@given(old=NAMES, new=NAMES)
def test_a_new_name_is_no_more_than_a_name(old: str, new: str) -> None:
    """``sp_rename`` parses what is renamed, and takes what it is to be called as it is."""
    (batch,) = batches("mssql", text_of("mssql", lambda op: op.rename_table(old, new)), "GO")
    before, after, kind = values("mssql", batch, "string")
    assert (names("mssql", before), after, kind) == ([old], new, "OBJECT")
    (batch,) = batches("mssql", text_of("mssql", lambda op: op.alter_column(new, old, new_column_name=new)), "GO")
    before, after, kind = values("mssql", batch, "string")
    assert (names("mssql", before), after, kind) == ([new, old], new, "COLUMN")
