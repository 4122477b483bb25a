"""Values as Oracle spells them, so that SQL*Plus finds in them neither the end of a statement nor a variable."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from testing.quoting import batches
from testing.wings import sql_of, text_of
from whimbrel_oracle.literals import LONGEST_LITERAL, raw_literal, script_literal

NOON = dt.datetime(2020, 1, 31, 12, 30, 5)


@pytest.mark.parametrize(
    ("type_", "value", "literal"),
    [
        (sa.Integer(), 5, "5"),
        (sa.Numeric(9, 2), decimal.Decimal("1.50"), "1.50"),
        (sa.String(), "it's 5% ;", "'it''s 5% ;'"),
        (sa.String(), "", "''"),
        (sa.String(), None, "NULL"),
        (sa.String(), "a\r\nb", "'a' || CHR(13) || CHR(10) || 'b'"),
        (sa.String(), "\n", "CHR(10)"),
        (sa.String(), "AT&T", "'AT' || CHR(38) || 'T'"),
        (sa.Enum("a", "b"), "a", "'a'"),
        (sa.LargeBinary(), b"\x00\xff", "HEXTORAW('00ff')"),
        (sa.Date(), NOON.date(), "TO_DATE('2020-01-31', 'YYYY-MM-DD')"),
        (sa.DateTime(), NOON, "TO_DATE('2020-01-31 12:30:05', 'YYYY-MM-DD HH24:MI:SS')"),
        (
            sa.DateTime(),
            NOON.replace(microsecond=678),
            "TO_TIMESTAMP('2020-01-31 12:30:05.000678', 'YYYY-MM-DD HH24:MI:SS.FF')",
        ),
        (
            sa.DateTime(timezone=True),
            NOON.replace(tzinfo=dt.timezone(-dt.timedelta(hours=3))),
            "TIMESTAMP '2020-01-31 12:30:05 -03:00'",
        ),
        (
            sa.DateTime(timezone=True),
            NOON.replace(microsecond=678, tzinfo=dt.UTC),
            "TIMESTAMP '2020-01-31 12:30:05.000678 +00:00'",
        ),
        (sa.Interval(), dt.timedelta(hours=1), "NUMTODSINTERVAL(3600.0, 'SECOND')"),
    ],
)
def test_a_value(type_: sa.types.TypeEngine[Any], value: Any, literal: str) -> None:
    table = sa.table("t", sa.column("v", type_))
    insert = table.insert().values(v=value)
    assert sql_of("oracle", lambda op: op.execute(insert)) == f"INSERT INTO t (v) VALUES ({literal})\n\n/"
    # Many rows are spelt on a path of their own.
    rows = text_of("oracle", lambda op: op.bulk_insert(table, [{"v": value}, {"v": value}]))
    assert rows.count(f"INSERT INTO t (v) VALUES ({literal})\n\n/\n\n") == 2


def test_a_long_string_is_put_together_of_clobs_on_short_lines() -> None:
    text = "'" + "é" * 2500
    pieces = script_literal("'" + text.replace("'", "''") + "'").split("\n    || ")
    assert pieces == [
        "TO_CLOB('''" + "é" * 999 + "')",
        "TO_CLOB('" + "é" * 1000 + "')",
        "TO_CLOB('" + "é" * 501 + "')",
    ]
    assert script_literal(f"N'{'é' * 2500}'").startswith("TO_NCLOB(N'")
    # 2500 bytes: still a VARCHAR2, but no line of 2500 characters.
    assert script_literal(f"'{'e' * 2500}'") == "\n    || ".join(f"'{'e' * length}'" for length in (1000, 1000, 500))


def test_bytes_up_to_what_a_raw_holds() -> None:
    assert raw_literal(bytes(2000)) == f"HEXTORAW('{'00' * 2000}')"


def test_a_default_is_spelt_alike() -> None:
    written = text_of("oracle", lambda op: op.add_column("t", sa.Column("x", sa.String(9), server_default="a&b")))
    assert written == "ALTER TABLE t ADD (x VARCHAR2(9 CHAR) DEFAULT 'a' || CHR(38) || 'b')\n\n/\n\n"


CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
STRINGS = st.text(CHARACTERS) | st.lists(
    st.sampled_from(["/", "\n", "\r\n", ";", "'", "&", "é", " ", ".", "-", "@", "x" * 700])
).map("".join)
PIECE = re.compile(r"(?:TO_CLOB\()?(?:'((?:[^']|'')*)'|CHR\((\d+)\))\)?(?:\s+\|\|\s+|$)")


def value_of(expression: str) -> str:
    """Return what Oracle makes of literals and characters put together."""
    assert PIECE.sub("", expression) == ""
    found = PIECE.finditer(expression)
    return "".join(chr(int(match[2])) if match[2] else match[1].replace("''", "'") for match in found)


@given(STRINGS)
def test_any_string_is_itself_again(text: str) -> None:
    table = sa.table("t", sa.column("v", sa.String))
    written = text_of("oracle", lambda op: op.execute(table.insert().values(v=text)))
    insert = re.fullmatch(r"INSERT INTO t \(v\) VALUES \((.*)\)\n*/\n\n", written, re.S)
    assert insert is not None
    assert value_of(insert[1]) == text
    assert "&" not in written
    assert all(len(piece[0].encode()) < LONGEST_LITERAL + 20 for piece in PIECE.finditer(insert[1]))
    assert len(batches("oracle", written, "/")) == 1
    assert not any(line.rstrip().endswith(";") or not line.strip() for line in insert[1].split("\n"))
