"""Fingerprints of version files: comments and formatting do not count, everything else does."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.script.checksum import checksum

FILE = '''\
"""add a table

Revision ID: a1
"""
import sqlalchemy as sa
from whimbrel import op

revision = "a1"
down_revision = None


def upgrade():
    op.create_table("t", sa.Column("x", sa.Integer, nullable=False), sa.Column("y", sa.String(20)))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("UPDATE t SET x = 1")
        op.execute("UPDATE t SET y = 'ä'")


def downgrade():
    op.drop_table("t")
'''
ALIKE = {
    "a comment": FILE.replace("revision =", "# this one\nrevision =", 1),
    "the docstring": FILE.replace("add a table", "Add the table"),
    "single quotes": FILE.replace('"t"', "'t'"),
    "one argument a line": FILE.replace('("t", sa.Column("x"', '(\n        "t",\n        sa.Column("x"'),
    "a trailing comma": FILE.replace("sa.String(20)))", "sa.String(20),),)"),
    "brackets": FILE.replace('"UPDATE t SET x = 1"', '("UPDATE t " "SET x = 1")'),
    "Windows": FILE.replace("\n", "\r\n"),
    "blank lines": FILE.replace("\n\n\n", "\n\n\n\n\n"),
}
OTHER = {
    "a number": FILE.replace("20", "21"),
    "a type of number": FILE.replace("20", "20.0"),
    "a text": FILE.replace("x = 1", "x = 2"),
    "a name": FILE.replace("sa.Integer", "sa.Float"),
    "a keyword": FILE.replace("nullable", "unique"),
    "False and 0": FILE.replace("False", "0"),
    "None and nothing": FILE.replace("down_revision = None", "down_revision = ()"),
    "out of the if": FILE.replace('        op.execute("UPDATE t SET y', '    op.execute("UPDATE t SET y'),
    "the order": FILE.replace("def upgrade", "def _")
    .replace("def downgrade", "def upgrade")
    .replace("def _", "def downgrade"),
    "a statement less": FILE.replace('        op.execute("UPDATE t SET x = 1")\n', ""),
    "bytes": FILE.replace('"t"', 'b"t"'),
}


@pytest.mark.parametrize("text", ALIKE.values(), ids=ALIKE)
def test_what_does_not_count(text: str) -> None:
    assert text != FILE
    assert checksum(text.encode()).meaning == checksum(FILE.encode()).meaning


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_what_counts(text: str) -> None:
    assert text != FILE
    assert checksum(text.encode()).meaning != checksum(FILE.encode()).meaning


def test_line_endings_do_not_change_the_fingerprint_of_the_text_either() -> None:
    assert checksum(FILE.replace("\n", "\r\n").encode()) == checksum(FILE.encode())


def test_what_is_no_python_is_compared_by_its_bytes() -> None:
    sums = checksum(b"\x00\x01")
    assert sums.text == sums.meaning != checksum(b"\x00\x02").meaning


def test_the_fingerprint_does_not_depend_on_the_process() -> None:
    code = "import sys; from whimbrel.script.checksum import checksum; print(checksum(sys.stdin.buffer.read()).meaning)"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=FILE.encode(),
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert runs == {f"{checksum(FILE.encode()).meaning}\n".encode()}


def test_the_fingerprint_is_the_one_that_was_written_into_databases() -> None:
    # Records are read for years: neither a release of Python nor one of ours may change what is in them.
    assert checksum(FILE.encode()).meaning == "aa79e5e0afc0a8fc5a04b403e79ea5c43325c9969a89c0217e8853778700bd34"


@given(
    st.lists(
        st.tuples(st.integers(0, FILE.count("\n")), st.text(st.characters(codec="ascii", exclude_categories=("Cc",))))
    )
)
def test_no_comment_counts(comments: list[tuple[int, str]]) -> None:
    lines = FILE.split("\n")
    for at, text in comments:
        if at > 4:  # below the docstring
            lines.insert(at, f"# {text}")
    assert checksum("\n".join(lines).encode()).meaning == checksum(FILE.encode()).meaning
