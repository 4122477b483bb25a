"""Statements as the journal sees them: what they do to a transaction, and how they are recognised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from hashlib import sha256
from typing import Any, Final

_COMMENTS: Final = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*(?!!).*?\*/|\()+", re.DOTALL)
_WORD: Final = re.compile(r"[A-Za-z]+")
_WRITES: Final = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE|REPLACE)\b", re.IGNORECASE)
_TEMPORARY: Final = re.compile(
    r"(?:CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?(?:LOCAL\s+|GLOBAL\s+)?TEMP(?:ORARY)?\b", re.IGNORECASE
)
_READING: Final = frozenset({
    "SELECT", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "VALUES", "TABLE", "SET", "RESET", "USE", "PRAGMA", "LOCK",
    "UNLOCK", "DECLARE", "FETCH", "CLOSE", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT",
    "RELEASE", "PREPARE", "EXECUTE", "DEALLOCATE", "DISCARD", "LISTEN", "NOTIFY",
})  # fmt: skip
_ROWS: Final = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "LOAD", "COPY", "WITH"})
_MANY: Final = 100


class Kind(Enum):
    """What a statement leaves."""

    NOTHING = "nothing"
    """It reads, or sets up this session: it is executed again when a revision is resumed."""

    ROWS = "rows"
    """It changes rows, and a rollback undoes that on every database."""

    SCHEMA = "schema"
    """Anything else."""


def kind_of(statement: str) -> Kind:
    """Return what a statement leaves, by its first word.

    :param statement: SQL text.

    Example::

        >>> kind_of("/* hello */ create index i on t (x)")
        <Kind.SCHEMA: 'schema'>
    """
    text = _COMMENTS.sub("", statement)
    found = _WORD.match(text)
    word = found[0].upper() if found else ""
    if word in _READING or _TEMPORARY.match(text):
        return Kind.NOTHING
    if word == "WITH" and not _WRITES.search(text):
        return Kind.NOTHING
    return Kind.ROWS if word in _ROWS else Kind.SCHEMA


def fingerprint(statement: str, parameters: Any) -> str:
    """Return what a statement is recognised by: 64 hexadecimal digits for its text and its parameters.

    Of more than a hundred rows, their number, the first and the last count.

    :param statement: SQL text, as the driver gets it.
    :param parameters: its parameters, or those of many rows.
    """
    if isinstance(parameters, Sequence) and len(parameters) > _MANY:
        parameters = (len(parameters), parameters[0], parameters[-1])
    return sha256(f"{statement}\0{parameters!r}".encode("utf-8", "surrogatepass")).hexdigest()
