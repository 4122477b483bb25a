"""SQL text as SQLite's own tokenizer sees it: names in four kinds of quotes, comments, literals.

https://www.sqlite.org/lang_keywords.html, https://www.sqlite.org/lang_comment.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final, NamedTuple

from whimbrel_sqlite.names import folded


class Kind(Enum):
    """What a token is."""

    BLANK = "blank"
    """White space or a comment."""
    WORD = "word"
    """A name without quotes, or a keyword: which of them only its place tells."""
    QUOTED = "quoted"
    """A name in double quotes, backticks or brackets."""
    STRING = "string"
    """A text in single quotes, which SQLite takes for a name where only a name can stand."""
    LITERAL = "literal"
    """A number or a blob."""
    SIGN = "sign"
    """Anything else, such as a parenthesis."""


_PATTERN: Final = re.compile(
    r"""
      (?P<blank>    [ \t\n\f\r\ufeff]+ | --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<literal>  [xX]'[^']*' | 0[xX][\da-fA-F_]+ | (?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)? )
    | (?P<word>     [A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]* )
    | (?P<quoted>   "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\] )
    | (?P<string>   '(?:[^']|'')*' )
    | (?P<sign>     . )
    """,
    re.X | re.S,
)


_KINDS: Final[dict[str | None, Kind]] = {kind.value: kind for kind in Kind}
_KEYWORDS: Final = (Kind.WORD, Kind.SIGN)


class Token(NamedTuple):
    """One piece of SQL text.

    :param kind: what it is.
    :param text: as it stands.
    :param start: where it begins in the text it was found in.
    :param keyword: the word in capitals, or the sign; empty for what can be no keyword.
    """

    kind: Kind
    text: str
    start: int
    keyword: str

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)

    @property
    def is_name(self) -> bool:
        """Whether it can stand where SQLite wants a name."""
        return self.kind in (Kind.WORD, Kind.QUOTED, Kind.STRING)

    @property
    def name(self) -> str:
        """The name it stands for, without quotes."""
        if self.kind is Kind.WORD:
            return self.text
        quote, inside = self.text[0], self.text[1:-1]
        return inside if quote == "[" else inside.replace(quote * 2, quote)


def tokens(sql: str) -> Iterator[Token]:
    """Take SQL text apart; the tokens together are the text again.

    :param sql: the text.

    Example::

        >>> [token.text for token in tokens("a--b") ]
        ['a', '--b']
    """
    return map(_token, _PATTERN.finditer(sql))


def meaningful(sql: str) -> tuple[Token, ...]:
    """Return the tokens of *sql* without white space and comments."""
    return tuple([_token(match) for match in _PATTERN.finditer(sql) if match.lastgroup != "blank"])


def _token(match: re.Match[str]) -> Token:
    kind, text = _KINDS[match.lastgroup], match[0]
    return Token(kind, text, match.start(), text.upper() if kind in _KEYWORDS else "")


def names_in(sql: str) -> frozenset[str]:
    """Return all that could be a name in *sql*, folded, keywords among them."""
    return frozenset(folded(token.name) for token in meaningful(sql) if token.is_name)


def wording(sql: str, *, literal: bool = False) -> tuple[str, ...]:
    """Return what two spellings of one expression have in common: not spaces, comments, capitals and quotes of names.

    Strings are kept as they are, quotes included, and parentheses but those around all of it.

    :param sql: the expression.
    :param literal: whether no names can be in it, as in a default: what is in double quotes is a string there.

    Example::

        >>> wording('("Balance">=0)') == wording("balance >= 0")
        True
    """
    words = [_word(token, literal) for token in meaningful(sql)]
    while words[:1] == ["("] and _closing(words) == len(words) - 1:
        words = words[1:-1]
    return tuple(words)


def _word(token: Token, literal: bool) -> str:
    if token.kind is Kind.QUOTED and literal:
        return "'" + token.name.replace("'", "''") + "'"
    return folded(token.name) if token.kind in (Kind.WORD, Kind.QUOTED) else token.text


def _closing(words: list[str]) -> int | None:
    """Return the place of the parenthesis that closes the first one."""
    depth = 0
    for place, word in enumerate(words):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0:
            return place
    return None
