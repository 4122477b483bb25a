"""Names of columns wherever they occur: in lists, in expressions, and within SQL text."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

from sqlalchemy import Column, Dialect, TextClause, column, literal_column, text
from sqlalchemy.sql.elements import ClauseElement, ColumnClause
from sqlalchemy.sql.visitors import replacement_traverse

from whimbrel.ddl import escaped_text
from whimbrel.ddl.quoting import quoted
from whimbrel.operations.directives.base import MigrateOperation
from whimbrel.operations.directives.constraints import CreateForeignKeyOp

D = TypeVar("D", bound=MigrateOperation)

FIELDS: Final = ("column_name", "columns", "local_cols", "elements")
"""The fields of directives that hold names of columns, or expressions over them; dialects' keywords may, too."""

SQL_FIELDS: Final = ("condition", "where")
"""The fields that hold an expression, or SQL text."""

# What may be the name of a column within SQL text, and what looks like one and is not.
_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)|(?P<text>'(?:[^']|'')*')|(?P<word>[^\W\d][\w$]*)|(?P<cast>::)"""
    r"""|(?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`)|(?P<bracket>\[)|(?P<other>\d[\w.]*|.)""",
    re.S,
)
_BACKSLASHED_TEXT: Final = re.compile(r"""'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*\"""", re.S)
_IN_BRACKETS: Final = re.compile(r"\[(?:[^\]]|\]\])*\]")  # elsewhere a bracket begins the index of an array
_NEVER_BEFORE: Final = ("as", "collate")  # CAST(x AS date), x COLLATE nocase


class ColumnNames:
    """Names of columns, and what each is to become.

    :param names: what each becomes; a name may become itself.
    :param dialect: whose SQL it is.
    """

    def __init__(self, names: Mapping[str, str], dialect: Dialect) -> None:
        self.names = names
        self.found: set[str] = set()
        """Which of them have been met."""
        self._dialect = dialect
        self._folded = {name.casefold(): name for name in names}
        self._mysql = dialect.name in ("mysql", "mariadb")

    def __call__(self, value: Any) -> Any:
        """Return *value* with each name replaced: the name of a column, an expression, or a collection of these."""
        if isinstance(value, str):
            return self._become(value) if value in self.names else value
        if isinstance(value, ClauseElement):
            return replacement_traverse(value, {}, self._element)
        if isinstance(value, Mapping):
            return {self(key): item if isinstance(item, str) else self(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self(item) for item in value)
        return value

    def in_sql(self, sql: str, *, escaped: bool = False) -> str:
        """Return SQL text with each name replaced, and quoted where it needs to be.

        :param sql: the text.
        :param escaped: whether it is written as for ``text()``, where a colon in a name is ``\\:``.
        """
        tokens = list(self._tokens(sql))
        spelt = [token for _, token in tokens]
        words = [place for place, (kind, _) in enumerate(tokens) if kind != "space"]
        for number, place in enumerate(words):
            before = tokens[words[number - 1]] if number else ("", "")
            after = tokens[words[number + 1]] if number + 1 < len(words) else ("", "")
            name = self._named(*tokens[place], before, after)
            if name is not None:
                new = self._become(name)
                if new != name:
                    spelt[place] = escaped_text(quoted(self._dialect, new)) if escaped else quoted(self._dialect, new)
        return "".join(spelt)

    def _become(self, name: str) -> str:
        self.found.add(name)
        return self.names[name]

    def _element(self, element: Any, **kw: Any) -> Any:
        """Return what stands for a part of an expression; ``None`` for itself. Columns lose their table."""
        if isinstance(element, TextClause):
            changed = self.in_sql(element.text, escaped=True)
            return text(changed).bindparams(*element._bindparams.values()) if changed != element.text else None
        if isinstance(element, ColumnClause):
            if element.is_literal:
                return literal_column(self.in_sql(element.name), element.type)
            if isinstance(element, Column) or element.name in self.names:
                return column(self(element.name), element.type)
        return None

    def _tokens(self, sql: str) -> Iterator[tuple[str, str]]:
        place = 0
        while place < len(sql):
            match = _BACKSLASHED_TEXT.match(sql, place) if self._mysql else None
            kind = "text"
            if match is None:
                match = _TOKEN.match(sql, place)
                assert match is not None  # its last branch takes anything
                kind = str(match.lastgroup)
            if kind == "bracket" and self._dialect.name in ("sqlite", "mssql"):
                kind, match = "quoted", _IN_BRACKETS.match(sql, place) or match
            yield kind, match[0]
            place = match.end()

    def _named(self, kind: str, token: str, before: tuple[str, str], after: tuple[str, str]) -> str | None:
        """Return the column that a token names; ``None`` if it names none."""
        if kind == "quoted":
            inner = token[1:-1].replace(token[-1] * 2, token[-1]).replace("\\:", ":")
            if before[0] == "cast" or after[1] == "(":
                return None
            folds = self._mysql or self._dialect.name == "sqlite"
            return inner if inner in self.names else self._folded.get(inner.casefold()) if folds else None
        if kind != "word" or after[1] == "(" or after[0] == "text":  # a function; DATE '2020-02-02', E'\n'
            return None
        if before[0] == "cast" or before[1].casefold() in _NEVER_BEFORE:
            return None
        return self._folded.get(token.casefold())


def mentioned(item: Any, columns: Iterable[str], dialect: Dialect) -> set[str]:
    """Return which of *columns* a directive or an expression mentions."""
    names = ColumnNames({name: name for name in columns}, dialect)
    if isinstance(item, MigrateOperation):
        _applied(item, names)
    else:
        names(item)
    return names.found


def renamed(directive: D, names: Mapping[str, str], dialect: Dialect) -> D:
    """Return a directive with columns called by their new names.

    :param directive: the directive; it is not changed.
    :param names: old names, and the new ones.
    :param dialect: whose SQL its texts are.
    """
    return _applied(directive, ColumnNames(names, dialect))


def _applied(directive: D, names: ColumnNames) -> D:
    changed: Any = copy.copy(directive)
    for field in (*FIELDS, *SQL_FIELDS):
        value = getattr(directive, field, None)
        if value is not None:
            is_sql = field in SQL_FIELDS and isinstance(value, str)
            setattr(changed, field, names.in_sql(value) if is_sql else names(value))
    if isinstance(directive, CreateForeignKeyOp) and refers_to_itself(directive):
        changed.remote_cols = names(directive.remote_cols)
    keywords = getattr(directive, "kw", None)
    if keywords:
        changed.kw = {
            key: item if isinstance(item, str) or key == "info" else names(item) for key, item in keywords.items()
        }
    done: D = changed
    return done


def refers_to_itself(key: CreateForeignKeyOp) -> bool:
    """Return whether a foreign key refers to the table it is of."""
    return (key.source_table, key.schema) == (key.referent_table, key.kw.get("referent_schema"))
