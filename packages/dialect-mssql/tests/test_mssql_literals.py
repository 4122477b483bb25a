r"""Values as Transact-SQL spells them, so that neither ``sqlcmd`` nor the settings of a session change them."""

from __future__ import annotations

import datetime as dt
import decimal
import re
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mssql

from testing.quoting import batches
from testing.wings import sql_of, text_of
from whimbrel_mssql.literals import script_literal

NOON = dt.datetime(2020, 1, 31, 12, 30, 5)


@pytest.mark.parametrize(
    ("type_", "value", "literal"),
    [
        (sa.Integer(), 5, "5"),
        (sa.Numeric(9, 2), decimal.Decimal("1.50"), "1.50"),
        (sa.Boolean(), True, "1"),
        (sa.String(), "it's 5% ;", "'it''s 5% ;'"),
        (sa.String(), "日本", "N'日本'"),
        (sa.Unicode(), "plain", "N'plain'"),
        (sa.String(), None, "NULL"),
        (sa.Enum("a", "b"), "a", "'a'"),
        (sa.JSON(), {"é": "it's"}, r"""'{"\u00e9": "it''s"}'"""),
        (sa.LargeBinary(), b"\x00\xff", "0x00ff"),
        (sa.LargeBinary(), b"", "0x"),
        (sa.Date(), NOON.date(), "'2020-01-31'"),
        (sa.Time(), dt.time(12, 30, 5, 250), "'12:30:05.000250'"),
        (sa.DateTime(), NOON, "'2020-01-31T12:30:05'"),
        (sa.DateTime(), NOON.replace(microsecond=678), "CAST('2020-01-31T12:30:05.000678' AS DATETIME2)"),
        (sa.DateTime(timezone=True), NOON.replace(tzinfo=dt.UTC), "'2020-01-31T12:30:05+00:00'"),
        (mssql.DATETIME2(), NOON, "'2020-01-31T12:30:05'"),
        (sa.Uuid(), uuid.UUID(int=10), "'00000000-0000-0000-0000-00000000000a'"),
    ],
)
def test_a_value(type_: sa.types.TypeEngine[Any], value: Any, literal: str) -> None:
    table = sa.table("t", sa.column("v", type_))
    insert = table.insert().values(v=value)
    assert sql_of("mssql", lambda op: op.execute(insert)) == f"INSERT INTO t (v) VALUES ({literal});\n\nGO"
    # Many rows are spelt on a path of their own.
    rows = text_of("mssql", lambda op: op.bulk_insert(table, [{"v": value}, {"v": value}]))
    assert rows.count(f"INSERT INTO t (v) VALUES ({literal});\n\nGO\n\n") == 2


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("a backslash\\ within", r"'a backslash\ within'"),
        ("a backslash\\\nat the end", "'a backslash\\' + '\nat the end'"),
        ("$(not a variable)", "'$' + '(not a variable)'"),
        ("first\nGO\nlast", "'first\nG' + 'O\nlast'"),
        ("é\n  go 5 \r\nx", "N'é\n  g' + N'o 5 \r\nx'"),
        ("$(" + "x" * 4000, "CAST('' AS VARCHAR(MAX)) + '$' + '(" + "x" * 4000 + "'"),
    ],
)
def test_what_a_client_would_read_as_its_own(text: str, literal: str) -> None:
    assert script_literal("'" + text.replace("'", "''") + "'") == literal


def test_a_default_and_a_check_are_spelt_alike() -> None:
    written = text_of("mssql", lambda op: op.add_column("t", sa.Column("x", sa.String(9), server_default="é$(x)")))
    assert written == "ALTER TABLE t ADD x VARCHAR(9) NULL DEFAULT N'é$' + N'(x)';\n\nGO\n\n"
    check = sa.column("x") != "é"
    assert "CHECK (x != N'é')" in text_of("mssql", lambda op: op.create_check_constraint("ck", "t", check))


def test_what_a_comment_says_may_be_an_expression() -> None:
    written = text_of("mssql", lambda op: op.create_table_comment("t", "a\\\nb"))
    assert "DECLARE @comment sql_variant = N'a\\' + N'\nb';\n" in written


CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
STRINGS = st.text(CHARACTERS) | st.lists(st.sampled_from(["GO", "go 2", "\n", "\r\n", "\\", "'", "$(", "é", " "])).map(
    "".join
)
PIECE = re.compile(r"N?'((?:[^']|'')*)'")


def value_of(expression: str) -> str:
    """Return what Transact-SQL makes of a sum of literals, a backslash before a line break being neither."""
    pieces = [match[1].replace("''", "'") for match in PIECE.finditer(expression)]
    assert PIECE.sub("_", expression).replace("CAST(_ AS NVARCHAR(MAX))", "_").replace(
        "CAST(_ AS VARCHAR(MAX))", "_"
    ) == " + ".join("_" * len(pieces))
    return "".join(re.sub(r"\\\r?\n", "", piece) for piece in pieces)


@given(STRINGS)
def test_any_string_is_itself_again(text: str) -> None:
    table = sa.table("t", sa.column("v", sa.String))
    written = text_of("mssql", lambda op: op.execute(table.insert().values(v=text)))
    insert = re.fullmatch(r"INSERT INTO t \(v\) VALUES \((.*)\)\n?;\n\nGO\n\n", written, re.S)
    assert insert is not None
    literal = insert[1]
    assert value_of(literal) == text
    assert "$(" not in literal
    assert text.isascii() or all(match[0].startswith("N") for match in PIECE.finditer(literal))
    assert len(batches("mssql", written, "GO")) == 1
