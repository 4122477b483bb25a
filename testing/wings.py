"""What the tests of the dialects share: operations as SQL text, and a database's catalog as lines to compare."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import sqlalchemy as sa

from testing.databases import Database
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext

Action = Callable[[Operations], object]


class Case(NamedTuple):
    """One operation on the start schema of a dialect's tests.

    :param action: the operation.
    :param sql: the text that ``--sql`` writes for it, in full.
    :param effect: which lines of the catalog it takes away (``- ``) and brings (``+ ``).
    :param reverse: brings the start schema back.
    """

    action: Action
    sql: str
    effect: str
    reverse: Action


class TextCase(NamedTuple):
    """One operation for a database that no test can reach.

    :param action: the operation.
    :param sql: the text that ``--sql`` writes for it, in full.
    """

    action: Action
    sql: str


def text_of(dialect: str, action: Action) -> str:
    """Return what *action* writes as text for the dialect of that name."""
    stream = io.StringIO()
    context = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True, "output_buffer": stream})
    action(Operations(context))
    return stream.getvalue()


def sql_of(dialect: str, action: Action) -> str:
    """Return :func:`text_of`, without spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in text_of(dialect, action).strip().splitlines())


@contextmanager
def operations(database: Database) -> Iterator[Operations]:
    """Operations on a connection to *database*, in the transaction that a revision would have."""
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with context.begin_transaction(_per_migration=True):
            yield Operations(context)


def apply(database: Database, action: Action) -> None:
    """Carry *action* out, and commit."""
    with operations(database) as op:
        action(op)


def catalog(database: Database, schema: str | None = None) -> list[str]:
    """Return what the database says of its tables: one line for each thing, in a stable order."""
    with database.engine().connect() as connection:
        inspector = sa.inspect(connection)
        tables = inspector.get_table_names(schema=schema)
        return sorted(line for table in tables for line in _table_lines(inspector, table, schema))


def changes(before: list[str], after: list[str]) -> str:
    """Return the lines that went (``- ``), then those that came (``+ ``)."""
    gone = [f"- {line}" for line in before if line not in after]
    return "\n".join(gone + [f"+ {line}" for line in after if line not in before])


def effect_and_back(database: Database, start: Action, case: Case) -> tuple[str, str]:
    """Return what a case does to the start schema in a real database, and what is left of it after its reverse."""
    apply(database, start)
    before = catalog(database)
    apply(database, case.action)
    effect = changes(before, catalog(database))
    apply(database, case.reverse)
    return effect, changes(before, catalog(database))


def dedent(text: str) -> str:
    """Return *text* without its indentation, and without the empty lines around it."""
    return textwrap.dedent(text).strip()


def _table_lines(inspector: sa.Inspector, table: str, schema: str | None) -> Iterator[str]:
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


def _column(column: sa.engine.interfaces.ReflectedColumn, dialect: sa.Dialect) -> str:
    # As generic: MySQL 8 and MariaDB are of two minds about the 11 in INTEGER(11).
    generic = column["type"].as_generic(allow_nulltype=True)
    type_ = column["type"] if isinstance(generic, sa.types.NullType) else generic
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


def _index(index: sa.engine.interfaces.ReflectedIndex) -> str:
    columns = index.get("expressions") or index["column_names"]
    words = [str(index["name"]), f"({', '.join(map(str, columns))})"]
    words += ["unique"] if index["unique"] else []
    options = {name: value for name, value in index.get("dialect_options", {}).items() if value not in (None, [], {})}
    words += [f"{name}={value}" for name, value in sorted(options.items())]
    return " ".join(words)


def _comment(comment: str | None) -> str:
    return f" -- {comment}" if comment else ""
