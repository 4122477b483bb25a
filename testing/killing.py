"""Processes that are killed at a statement: what ``kill -9`` leaves, without the price of a fresh interpreter."""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

FINISHED: Final = 0
REFUSED: Final = 3

_TEN: Final = {
    "first": """
op.create_table("a", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
op.execute("INSERT INTO a VALUES (1)")
op.add_column("a", sa.Column("x", sa.Integer))
op.execute("UPDATE a SET x = id + 1")
op.bulk_insert(sa.table("a", sa.column("id"), sa.column("x")), [{"id": 7, "x": 8}, {"id": 9, "x": 10}])
op.create_index("ix_a_x", "a", ["x"])
""",
    "block": """
with op.get_context().autocommit_block():
    op.execute("INSERT INTO a VALUES (20, 21)")
    {concurrently}
    op.create_table("b", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
""",
    "last": """
op.execute("INSERT INTO b SELECT id FROM a")
op.drop_index("ix_a_x", "a")
""",
}
_CONCURRENTLY: Final = 'op.create_index("ix_c", "a", ["x"], postgresql_concurrently=True)'


def ten_statements(backend: str) -> str:
    """Return an upgrade() of ten statements, one more on PostgreSQL, some of them in an autocommit block.

    :param backend: the database's name.
    """
    block = _TEN["block"].format(concurrently=_CONCURRENTLY if backend == "postgresql" else "pass")
    return _TEN["first"] + block + _TEN["last"]


def of_the_script(statement: str) -> bool:
    """Return whether a statement is one of :func:`ten_statements`, and not one of a run's own."""
    words = statement.split()
    return words[0] in ("CREATE", "INSERT", "UPDATE", "ALTER", "DROP") and "whimbrel_" not in statement


def killed_at(number: int, when: str, run: Callable[[], object], counts: Callable[[str], bool]) -> int:
    """Do *run* in a process of its own, which kills itself with SIGKILL at a statement.

    :param number: at which statement, counted from 1.
    :param when: ``before`` it is sent, or ``after`` the server has answered.
    :param run: what to do; it opens its own connections.
    :param counts: whether a statement is counted.
    :return: how the process ended: ``-SIGKILL``; :data:`FINISHED` where there are fewer statements; :data:`REFUSED`
        where the database refused this one, which the run got over.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: the child uses none of theirs
        child = os.fork()
    if child == 0:
        was_met = _die_at(number, when, counts)
        try:
            run()
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
            os._exit(1)
        os._exit(REFUSED if was_met() else FINISHED)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _die_at(number: int, when: str, counts: Callable[[str], bool]) -> Callable[[], bool]:
    """Listen; return what tells whether that statement was met, and the server's answer was an error."""
    met = 0
    numbers: dict[int, int] = {}  # by context: a journal executes statements of its own while one is executed

    def die_if(is_now: bool) -> None:
        if is_now:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        nonlocal met
        met += counts(statement)
        numbers[id(context)] = met if counts(statement) else 0
        die_if(numbers[id(context)] == number and when == "before")

    def after(_connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        die_if(numbers[id(context)] == number and when == "after")

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    sa.event.listen(sa.Engine, "after_cursor_execute", after)
    return lambda: met >= number


def everything_in(engine: sa.Engine) -> dict[str, object]:
    """Return what a database has: of each table its columns, keys, indexes and rows; when is left out.

    :param engine: of the database.
    """
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        return {name: _table(connection, inspector, name) for name in inspector.get_table_names()}


def _table(connection: sa.Connection, inspector: sa.Inspector, name: str) -> object:
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    if name == "whimbrel_lock":
        return "lock"
    if name == "whimbrel_history":
        rows = connection.execute(sa.select(table.c.revision, table.c.direction, table.c.outcome)).all()
        return {tuple(row) for row in rows if row.outcome != "interrupted"}
    columns = [
        (item["name"], str(item["type"]), item["nullable"], item["default"]) for item in inspector.get_columns(name)
    ]
    indexes = sorted(repr((item["name"], item["column_names"], item["unique"])) for item in inspector.get_indexes(name))
    uniques = sorted(repr(item["column_names"]) for item in inspector.get_unique_constraints(name))
    content = sorted(repr(row) for row in connection.execute(sa.select(table)).all())
    return columns, inspector.get_pk_constraint(name)["constrained_columns"], indexes, uniques, content


def emptied(engine: sa.Engine) -> None:
    """Drop every table of a database; none refers to another.

    :param engine: of the database.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        quote = connection.dialect.identifier_preparer.quote
        for name in sa.inspect(connection).get_table_names():
            connection.exec_driver_sql(f"DROP TABLE {quote(name)}")
