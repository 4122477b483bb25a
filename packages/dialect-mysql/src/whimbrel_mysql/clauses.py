"""SQL text of MySQL and MariaDB taken apart: words, literals and groups in parentheses, without understanding more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

ESCAPES: Final = r"'(?:[^'\\]|\\.|'')*'"
NO_ESCAPES: Final = r"'(?:[^']|'')*'"

# What begins a clause of a column's definition; what stands between two of these belongs to the former.
_BEGINNING: Final = re.compile(
    "AS|AUTO_INCREMENT|CHARACTER|CHARSET|CHECK|COLLATE|COLUMN_FORMAT|COMMENT|COMPRESSED|DEFAULT|ENGINE_ATTRIBUTE|"
    "GENERATED|INVISIBLE|NOT|NULL|ON|PRIMARY|REF_SYSTEM_ID|SECONDARY_ENGINE_ATTRIBUTE|SRID|STORAGE|UNIQUE|VISIBLE|"
    "WITH|WITHOUT|/[*].*",
    re.I | re.S,
)
# What belongs to the clause before it all the same, so many words after its beginning.
_CONTINUED: Final = {"NULL": {"NOT": 1, "DEFAULT": 1}, "AS": {"GENERATED": 2}}


class Syntax(NamedTuple):
    """How the session reads and writes SQL.

    https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html, https://mariadb.com/kb/en/sql-mode/

    :param backslashes: whether a backslash escapes what follows it in a string (not in ``NO_BACKSLASH_ESCAPES``).
    :param ansi_quotes: whether double quotes stand around names (``ANSI_QUOTES``).
    """

    backslashes: bool = True
    ansi_quotes: bool = False


USUAL: Final = Syntax()
"""How a server reads and writes SQL unless it is told otherwise."""


class Item(NamedTuple):
    """One word, literal, quoted name, comment, comma or group in parentheses, and where it stands."""

    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The text in upper case."""
        return self.text.upper()


class Clause(NamedTuple):
    """One clause of a definition: the word it begins with, in upper case, and its text."""

    word: str
    text: str


def items(sql: str, syntax: Syntax = USUAL) -> list[Item]:
    """Return what *sql* consists of; a group in parentheses is one item.

    :param sql: SQL text.
    :param syntax: how strings and names are written in it.
    """
    found: list[Item] = []
    depth = begun = 0
    for match in _token(syntax).finditer(sql):
        if match[0] == "(":
            begun = match.start() if depth == 0 else begun
            depth += 1
        elif match[0] == ")":
            depth -= 1
            if depth == 0:
                found.append(Item(sql[begun : match.end()], begun, match.end()))
        elif depth == 0:
            found.append(Item(match[0], match.start(), match.end()))
    return found


def fields(sql: str, syntax: Syntax = USUAL) -> Iterator[str]:
    """Yield what commas part in the first group in parentheses: the columns and keys of a CREATE TABLE, one by one."""
    depth = start = 0
    for match in _mark(syntax).finditer(sql):
        text = match[0]
        if text == "(":
            depth += 1
            start = match.end() if depth == 1 else start
        elif text == ")":
            depth -= 1
        if (text == ")" and depth == 0) or (text == "," and depth == 1):
            yield sql[start : match.start()].strip()
            if depth == 0:
                return
            start = match.end()


def clauses(definition: str, syntax: Syntax = USUAL) -> list[Clause]:
    """Return the clauses of a column's definition, its type first, with an empty word.

    Example::

        >>> clauses("int(11) NOT NULL DEFAULT (1 + 2) COMMENT 'x'")[1:3]
        [Clause(word='NOT', text='NOT NULL'), Clause(word='DEFAULT', text='DEFAULT (1 + 2)')]
    """
    parts = items(definition, syntax)
    begins = [(0, "")] if parts else []
    for position, item in enumerate(parts[1:], start=1):
        if _BEGINNING.fullmatch(item.text) is None:
            continue
        begun, word = begins[-1]
        continues = word in _CONTINUED.get(item.word, ()) and position == begun + _CONTINUED[item.word][word]
        if not continues:
            begins.append((position, item.word))
    ends = [position for position, _ in begins[1:]] + [len(parts)]
    return [
        Clause(word, definition[parts[begin].start : parts[end - 1].end])
        for (begin, word), end in zip(begins, ends, strict=True)
    ]


def first_token(sql: str, syntax: Syntax = USUAL) -> str:
    """Return the name, word or literal that *sql* begins with; empty where it begins with none."""
    match = _token(syntax).match(sql)
    return "" if match is None else match[0]


def unquoted(name: str, syntax: Syntax = USUAL) -> str:
    """Return a name as it is, whether it stands in quotes or not."""
    quote = name[:1]
    if quote == "`" or (quote == '"' and syntax.ansi_quotes):
        return name[1:-1].replace(quote * 2, quote)
    return name


def renamed(sql: str, old: str, new: str, syntax: Syntax = USUAL) -> str:
    """Return an expression with one name replaced by another.

    :param sql: the expression, as the database prints it: every name in quotes.
    :param old: the name of a column, without quotes.
    :param new: its new name, without quotes.
    """
    quoted = "`" + new.replace("`", "``") + "`"

    def replace(match: re.Match[str]) -> str:
        is_name = unquoted(match[0], syntax) != match[0]
        return quoted if is_name and unquoted(match[0], syntax).lower() == old.lower() else match[0]

    return _token(syntax).sub(replace, sql)


def without_escapes(sql: str) -> str:
    """Return SQL text with its strings written as ``NO_BACKSLASH_ESCAPES`` reads them."""

    def rewrite(match: re.Match[str]) -> str:
        if match[0][:1] != "'":
            return match[0]
        return _ESCAPED.sub(lambda escaped: _CHARACTERS.get(escaped[1], escaped[1]), match[0])

    return _token(USUAL).sub(rewrite, sql)


# https://dev.mysql.com/doc/refman/8.4/en/string-literals.html#character-escape-sequences
_ESCAPED: Final = re.compile(r"\\(.)", re.S)
_CHARACTERS: Final = {
    "0": "\0",
    "'": "''",
    "b": "\b",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "Z": "\x1a",
    "%": r"\%",
    "_": r"\_",
}


@cache
def _token(syntax: Syntax) -> re.Pattern[str]:
    return re.compile(rf"{_mark(syntax).pattern}|[^\s'\"`(),/]+|/", re.S)


@cache
def _mark(syntax: Syntax) -> re.Pattern[str]:
    """Return what matches all but words."""
    string = ESCAPES if syntax.backslashes else NO_ESCAPES
    double = (NO_ESCAPES if syntax.ansi_quotes else string).replace("'", '"')
    return re.compile(rf"{string}|{double}|`(?:[^`]|``)*`|/\*.*?\*/|[(),]", re.S)
