"""What a database says of its tables, as lines that can be compared and matched."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from sqlalchemy import Dialect
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedIndex
from sqlalchemy.exc import SAWarning
from sqlalchemy.types import Enum, NullType, String


class Inspects(Protocol):
    """The part of SQLAlchemy's ``Inspector`` that :func:`catalog` asks, with the same answers.

    ``sqlalchemy.inspect(connection)`` is one. Where SQLAlchemy's dialect cannot reflect something, a test may hand in
    another object that can.
    """

    @property
    def dialect(self) -> Dialect:
        """SQLAlchemy's dialect of the database."""

    def get_table_names(self, schema: str | None = None) -> list[str]:
        """Return the names of the tables."""

    def get_table_comment(self, table_name: str, schema: str | None = None) -> Any:
        """Return the comment of a table."""

    def get_columns(self, table_name: str, schema: str | None = None) -> Any:
        """Return the columns of a table."""

    def get_pk_constraint(self, table_name: str, schema: str | None = None) -> Any:
        """Return the primary key of a table."""

    def get_foreign_keys(self, table_name: str, schema: str | None = None) -> Any:
        """Return the foreign keys of a table."""

    def get_unique_constraints(self, table_name: str, schema: str | None = None) -> Any:
        """Return the unique constraints of a table."""

    def get_check_constraints(self, table_name: str, schema: str | None = None) -> Any:
        """Return the check constraints of a table."""

    def get_indexes(self, table_name: str, schema: str | None = None) -> Any:
        """Return the indexes of a table."""


def catalog(inspector: Inspects, schema: str | None = None) -> list[str]:
    """Return what the database says of its tables: one line for each thing, in a stable order.

    :param inspector: ``sqlalchemy.inspect(connection)``.
    :param schema: the schema; ``None`` for the connection's default.

    Example::

        ["column t.a INTEGER not null", "column t.b VARCHAR(30) null default '7'", "primary key t (a)", "table t"]
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # "skipped unsupported reflection of ...": then there is no line
        tables = inspector.get_table_names(schema=schema)
        return sorted(line for table in tables for line in _table_lines(inspector, table, schema))


def changes(before: list[str], after: list[str]) -> str:
    """Return the lines that went, each after a minus, then those that came, each after a plus.

    :param before: an earlier :func:`catalog`.
    :param after: a later one.
    """
    gone = [f"- {line}" for line in before if line not in after]
    return "\n".join(gone + [f"+ {line}" for line in after if line not in before])


def mismatches(patterns: Iterable[str], lines: Iterable[str]) -> list[str]:
    """Return what keeps *lines* from being what *patterns* say: each line fits one, each pattern fits a line.

    :param patterns: lines of :func:`changes` in which ``*`` stands for anything. One after a question mark need
        not be there: what some databases count twice, such as a unique constraint that is an index, too.
    :param lines: lines of :func:`changes`.
    """
    wanted = {pattern: _rule(pattern.removeprefix("? ")) for pattern in patterns}
    found = list(lines)
    unwanted = [f"not expected: {line}" for line in found if not any(rule.fullmatch(line) for rule in wanted.values())]
    missing = [
        f"missing: {pattern}"
        for pattern, rule in wanted.items()
        if not pattern.startswith("? ") and not any(rule.fullmatch(line) for line in found)
    ]
    return unwanted + missing


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def _table_lines(inspector: Inspects, table: str, schema: str | None) -> Iterator[str]:
    comment = inspector.get_table_comment(table, schema)["text"] if inspector.dialect.supports_comments else None
    yield f"table {table}{_comment(comment)}"
    for column in inspector.get_columns(table, schema):
        yield f"column {table}.{column['name']} {_column(column, inspector.dialect)}"
    if columns := inspector.get_pk_constraint(table, schema)["constrained_columns"]:
        yield f"primary key {table} ({', '.join(columns)})"
    for key in inspector.get_foreign_keys(table, schema):
        options = "".join(f" {name} {value}" for name, value in sorted(key["options"].items()))
        yield (
            f"foreign key {table}.{key['name']} ({', '.join(key['constrained_columns'])}) -> "
            f"{key['referred_table']} ({', '.join(key['referred_columns'])}){options}"
        )
    for unique in inspector.get_unique_constraints(table, schema):
        yield f"unique {table}.{unique['name']} ({', '.join(unique['column_names'])})"
    for check in inspector.get_check_constraints(table, schema):
        yield f"check {table}.{check['name']} {check['sqltext']}"
    for index in inspector.get_indexes(table, schema):
        if not index.get("duplicates_constraint"):
            yield f"index {table}.{_index(index)}"


def _column(column: ReflectedColumn, dialect: Dialect) -> str:
    # As generic: MySQL 8 and MariaDB are of two minds about the 11 in INTEGER(11).
    generic = column["type"].as_generic(allow_nulltype=True)
    # As it is where the generic type has lost what it takes to spell it: an Enum's name, a String's length.
    lossy = isinstance(generic, NullType | Enum) or (type(generic) is String and generic.length is None)
    type_ = column["type"] if lossy else generic
    words = [type_.compile(dialect), "null" if column["nullable"] else "not null"]
    if column.get("autoincrement") is True and dialect.name in ("mysql", "mariadb"):
        words.append("auto_increment")
    if "computed" in column:
        words.append(f"computed {column['computed']['sqltext']}")
    elif "identity" in column:
        words.append(f"identity{' always' if column['identity']['always'] else ''} from {column['identity']['start']}")
    elif column["default"] is not None:
        words.append(f"default {column['default']}")
    return " ".join(words) + _comment(column.get("comment"))


def _index(index: ReflectedIndex) -> str:
    columns = index.get("expressions") or index["column_names"]
    words = [str(index["name"]), f"({', '.join(map(str, columns))})"]
    words += ["unique"] if index["unique"] else []
    options = {name: value for name, value in index.get("dialect_options", {}).items() if value not in (None, [], {})}
    words += [f"{name}={value}" for name, value in sorted(options.items())]
    return " ".join(words)


def _comment(comment: str | None) -> str:
    return f" -- {comment}" if comment else ""
