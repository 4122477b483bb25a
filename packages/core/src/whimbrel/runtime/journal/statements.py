"""Statements as the journal sees them: what they do to a transaction, and how they are recognised."""

from __future__ import annotations

import re
from enum import Enum
from hashlib import sha256
from typing import Any, Final

_COMMENTS: Final = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*(?!!).*?\*/|\()+", re.DOTALL)
_WORD: Final = re.compile(r"[A-Za-z]+")
_WRITES: Final = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE|REPLACE)\b", re.IGNORECASE)
_TEMPORARY: Final = re.compile(
    r"(?:CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?(?:LOCAL\s+|GLOBAL\s+)?TEMP(?:ORARY)?\b", re.IGNORECASE
)
_INTO: Final = re.compile(r"\bINTO\s+(?!@|OUTFILE\b|DUMPFILE\b|#)", re.IGNORECASE)  # SELECT that makes a table
_VARIABLE: Final = re.compile(r"SET\s+@(?!@)\w+\s*:?=.*\bSELECT\b", re.IGNORECASE | re.DOTALL)
_QUOTED: Final = re.compile(r"'(?:[^']|'')*'")
_READING: Final = frozenset({
    "SELECT", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "VALUES", "TABLE", "SET", "RESET", "USE", "PRAGMA", "LOCK",
    "UNLOCK", "DECLARE", "FETCH", "CLOSE", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT",
    "RELEASE", "PREPARE", "DEALLOCATE", "DISCARD", "LISTEN", "NOTIFY", "ATTACH", "DETACH", "KILL",
})  # fmt: skip
_ROWS: Final = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "LOAD", "COPY", "WITH"})
_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]+")


class Kind(Enum):
    """What a statement leaves."""

    NOTHING = "nothing"
    """It reads, or sets up this session: it is executed again when a revision is resumed."""

    SESSION = "session"
    """It keeps rows or values that end with this session, and cannot be had again when some of the revision is done."""

    ROWS = "rows"
    """It changes rows, and a rollback undoes that on every database."""

    SCHEMA = "schema"
    """Anything else."""


def bare(statement: str) -> str:
    """Return a statement without the comments and parentheses that it begins with.

    :param statement: SQL text.
    """
    return _COMMENTS.sub("", statement)


def kind_of(statement: str) -> Kind:
    """Return what a statement leaves, by its first words.

    A ``SELECT`` is taken for reading, though a function in it may write: it is executed again.

    :param statement: SQL text.

    Example::

        >>> kind_of("/* hello */ create index i on t (x)")
        <Kind.SCHEMA: 'schema'>
    """
    text = bare(statement)
    found = _WORD.match(text)
    word = found[0].upper() if found else ""
    if _TEMPORARY.match(text):
        return Kind.SESSION if word == "CREATE" else Kind.NOTHING
    if word == "SET" and _VARIABLE.match(text):
        return Kind.SESSION
    if word in ("SELECT", "WITH"):
        return _of_query(word, _QUOTED.sub("''", text))
    if not word or word in _READING:
        return Kind.NOTHING
    return Kind.ROWS if word in _ROWS else Kind.SCHEMA


def _of_query(word: str, text: str) -> Kind:
    if word == "WITH" and _WRITES.search(text):
        return Kind.ROWS
    return Kind.SCHEMA if _INTO.search(text) else Kind.NOTHING


def fingerprint(statement: str, parameters: Any) -> str:
    """Return what a statement is recognised by: 64 hexadecimal digits for its text and its parameters.

    :param statement: SQL text, as the driver gets it.
    :param parameters: its parameters, or those of many rows.
    """
    digest = sha256(statement.encode("utf-8", "surrogatepass"))
    rows = parameters if isinstance(parameters, list) else [parameters]
    for row in rows:  # one after the other: there may be a million
        digest.update(b"\0")
        digest.update(_ADDRESS.sub("", repr(row)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
