"""Asking the server how it prints an expression, since it keeps few as they were written.

A temporary table is made of the expressions, printed and dropped: none of that commits a transaction. One expression
that the server rejects spoils no other: then each half of them is asked about by itself, and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from whimbrel_mysql.catalog import session_syntax
from whimbrel_mysql.clauses import Syntax, fields, items, unquoted, without_escapes
from whimbrel_mysql.ddl import default_words
from whimbrel_mysql.definition import AsIs, read_definition

_TABLE: Final = "whimbrel_asked"
_WORD: Final = re.compile(r"[\w$]+")
_AS_IT_IS: Final = {"no_parameters": True}  # a % in it is one
_AT_ONCE: Final = 100
"""So many expressions in one table."""


_FORBIDDEN: Final = (1044, 1142, 1290, 1792, 1836)
"""Access to the database or a table denied; a server or a transaction that is read-only.

https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
"""


class MayNotAsk(Exception):
    """The account may make no temporary tables."""


@dataclass(frozen=True)
class Question:
    """How does the server print this?

    :param kind: the default of a column, what a column is computed from, or the condition of a CHECK.
    :param type_: the type of the column, as the server prints it; empty for a CHECK.
    :param spelling: SQL text.
    :param columns: the columns that the expression may mention, each with its type.
    :param scope: what questions have in common that mention the same columns; empty for one that mentions none.
    """

    kind: Literal["default", "computed", "check"]
    type_: str
    spelling: str
    columns: tuple[tuple[str, str], ...] = ()
    scope: tuple[str, ...] = ()


def ask(connection: Connection, schema: str | None, questions: Iterable[Question]) -> dict[Question, str]:
    """Return what the server prints for each question; nothing for one that it rejects.

    :param connection: to the database; whether it is in a transaction does not matter.
    :param schema: a schema that temporary tables may be made in; ``None`` for the connection's default.
    :param questions: all of them.
    :raises MayNotAsk: the account may make no temporary tables.
    """
    scopes: dict[tuple[str, ...], list[Question]] = {}
    for question in dict.fromkeys(questions):
        scopes.setdefault(question.scope, []).append(question)
    asker = _Asker(connection, schema)
    answers: dict[Question, str] = {}
    for asked in scopes.values():
        for start in range(0, len(asked), _AT_ONCE):
            answers |= asker.answers(asked[start : start + _AT_ONCE])
    return answers


class _Asker:
    def __init__(self, connection: Connection, schema: str | None) -> None:
        self._connection = connection
        preparer = connection.dialect.identifier_preparer
        self._quote = preparer.quote_identifier
        names = (schema or connection.dialect.default_schema_name, _TABLE)
        self._table = ".".join(self._quoted(name) for name in names if name)
        self._syntax = session_syntax(connection)
        self._compiler = connection.dialect.ddl_compiler(connection.dialect, None)  # type: ignore[arg-type]  # only its dialect is read

    def answers(self, questions: Sequence[Question]) -> dict[Question, str]:
        """Return what the server prints for each; where it rejects one, each half is asked about by itself."""
        columns = dict(column for question in questions for column in question.columns)
        parts = [f"{self._quoted(name)} {type_}" for name, type_ in columns.items()]
        parts += [self._part(number, question) for number, question in enumerate(questions)]
        if not any(question.kind != "check" for question in questions) and not columns:
            parts.insert(0, "whimbrel int")
        try:
            self._run(f"CREATE TEMPORARY TABLE {self._table} ({', '.join(parts)})")
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            if error.orig is not None and error.orig.args[0] in _FORBIDDEN:
                raise MayNotAsk from error
            half = len(questions) // 2
            return self.answers(questions[:half]) | self.answers(questions[half:]) if half else {}
        try:
            printed = self._run(f"SHOW CREATE TABLE {self._table}")
        finally:
            self._run(f"DROP TEMPORARY TABLE {self._table}")
        found = ((question, self._printed(printed, n, question)) for n, question in enumerate(questions))
        return {question: said for question, said in found if said is not None}

    def _part(self, number: int, question: Question) -> str:
        name = _name(number)
        if question.kind == "check":
            return f"CONSTRAINT {name} CHECK ({question.spelling})"
        if question.kind == "computed":
            return f"{name} {question.type_} GENERATED ALWAYS AS ({question.spelling}) VIRTUAL"
        words = default_words(question.spelling, AsIs(question.type_), self._compiler, now=True)
        # A TIMESTAMP may not hold NULL on some servers unless that is said.
        return f"{name} {question.type_} NULL DEFAULT {words}"

    def _printed(self, create_table: str, number: int, question: Question) -> str | None:
        name = _name(number)
        if question.kind == "check":
            for field in fields(create_table, self._syntax):
                parts = items(field, self._syntax)
                if parts[0].word == "CONSTRAINT" and unquoted(parts[1].text, self._syntax) == name:
                    return field[parts[1].end :]
            return None
        definition = read_definition(create_table, name, self._syntax)
        assert definition is not None
        if question.kind == "computed":
            return definition.generated
        return f"{definition.default} {definition.on_update}"

    def _run(self, sql: str) -> str:
        result = self._connection.exec_driver_sql(sql, execution_options=_AS_IT_IS)
        if not result.returns_rows:
            return ""
        said = result.one()[1]
        if isinstance(said, bytes | bytearray):  # of some drivers
            said = said.decode()
        return str(said) if self._syntax.backslashes else without_escapes(str(said))

    def _quoted(self, name: str) -> str:
        quoted = self._quote(name)
        # The preparer doubles them for drivers that would see a placeholder.
        return quoted.replace("%%", "%") if "%%" in self._quote("%") else quoted


def _name(number: int) -> str:
    return f"whimbrel_{number}"


def mentioned(expression: str, columns: Iterable[str], syntax: Syntax) -> list[str]:
    """Return those of *columns* that an expression may mention.

    :param expression: SQL text.
    :param columns: the names of a table's columns.
    :param syntax: how the expression is written.
    """
    words = {word.lower() for word in _words(expression, syntax)}
    return [name for name in columns if name.lower() in words]


def _words(sql: str, syntax: Syntax) -> Iterable[str]:
    for item in items(sql, syntax):
        if item.text[:1] == "(":
            yield from _words(item.text[1:-1], syntax)
        elif item.text[:1] != "'":
            name = unquoted(item.text, syntax)
            yield name
            if name == item.text:
                yield from _WORD.findall(name)
