"""SQL text taken apart as far as quotes go: what tests of dialects without a server hold against it."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

_TOKENS = {
    "mssql": re.compile(
        r"(?P<string>N?'(?:[^']|'')*')|(?P<name>\[(?:[^\]]|\]\])*\])|--[^\n]*|(?P<word>@?[^\W\d][\w$#]*)|[^'\[\"\w@]|\d+",
        re.S,
    ),
    "oracle": re.compile(
        r"(?P<string>N?'(?:[^']|'')*')|(?P<name>\"(?:[^\"]|\"\")*\")|--[^\n]*|(?P<word>[^\W\d][\w$#]*)|[^'\"\w]|\d+",
        re.S,
    ),
}


class Token(NamedTuple):
    """A piece of SQL.

    :param kind: a string literal, a quoted name, or a word: a keyword or a name without quotes.
    :param value: what it stands for, without quotes.
    """

    kind: Literal["string", "name", "word"]
    value: str


def tokens(dialect: str, sql: str) -> list[Token]:
    """Return the pieces of *sql*; what is neither quoted nor a word is left out.

    :param dialect: ``mssql`` or ``oracle``.
    :raises ValueError: a quote is open at the end, or stands where none can.
    """
    found, position = [], 0
    while position < len(sql):
        match = _TOKENS[dialect].match(sql, position)
        if match is None:
            raise ValueError(f"not closed: {sql[position:]!r}")
        position = match.end()
        if (kind := match.lastgroup) is not None:
            found.append(Token(kind, _value(kind, match[kind])))  # type: ignore[arg-type]  # as the groups are named
    return found


def values(dialect: str, sql: str, kind: str) -> list[str]:
    """Return what the tokens of one kind stand for."""
    return [token.value for token in tokens(dialect, sql) if token.kind == kind]


def names(dialect: str, sql: str) -> list[str]:
    """Return names and words, quoted or not."""
    return [token.value for token in tokens(dialect, sql) if token.kind != "string"]


def batches(dialect: str, sql: str, separator: str) -> list[str]:
    """Return the statements that a client makes of a script: it looks at lines, and at nothing else."""
    lines: list[list[str]] = [[]]
    for line in re.split(r"\r\n|\n|\r", sql):
        if line.strip().upper() == separator:
            lines.append([])
        else:
            lines[-1].append(line)
    return [text for text in ("\n".join(batch).strip() for batch in lines) if text]


def _value(kind: str, text: str) -> str:
    if kind == "word":
        return text
    body = text[text.index("'") + 1 : -1] if kind == "string" else text[1:-1]
    closing = text[-1]
    return body.replace(closing * 2, closing)
