"""Operations outside of a run: on a database, as text, or as text that is then executed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Engine

from whimbrel.impl import DefaultImpl
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext

Action = Callable[[Operations], object]
"""Something to do with ``op``."""


@contextmanager
def operations(engine: Engine) -> Iterator[Operations]:
    """Hand out operations on a connection, in the transaction that a revision would have; commit at the end.

    :param engine: the database.
    """
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with context.begin_transaction(_per_migration=True):
            yield Operations(context)


def apply(engine: Engine, action: Action) -> None:
    """Carry *action* out, and commit.

    :param engine: the database.
    :param action: what to do.
    """
    with operations(engine) as op:
        action(op)


def text_context(database: str | URL, **opts: Any) -> tuple[MigrationContext, io.StringIO]:
    """Return a context that writes SQL as text, and what it writes into.

    :param database: a dialect's name, or a database URL, of which only the dialect is used.
    :param opts: further options of ``context.configure()``.
    """
    stream = io.StringIO()
    named = {"url": database} if isinstance(database, URL) or ":" in database else {"dialect_name": database}
    options = {"as_sql": True, "output_buffer": stream, **opts}
    return MigrationContext.configure(opts=options, **named), stream


def text_of(database: str | URL, action: Action) -> str:
    """Return what *action* writes as text.

    :param database: a dialect's name, or a database URL, of which only the dialect is used.
    :param action: what to write.
    """
    context, stream = text_context(database)
    action(Operations(context))
    return stream.getvalue()


def sql_of(database: str | URL, action: Action) -> str:
    """Return :func:`text_of`, without spaces at the ends of lines and without empty lines around it.

    :param database: a dialect's name, or a database URL, of which only the dialect is used.
    :param action: what to write.
    """
    return "\n".join(line.rstrip() for line in text_of(database, action).strip().splitlines())


def statements(text: str, impl: DefaultImpl) -> list[str]:
    """Return the statements in a text that *impl* has written, without comments, BEGIN and COMMIT.

    :param text: the text.
    :param impl: the Impl that wrote it: knows how statements end.
    """
    bounds = {_spelt(impl, impl.emit_begin), _spelt(impl, impl.emit_commit)}
    found = []
    for piece in text.split(f"{impl.command_terminator}\n\n"):
        lines = piece.strip().splitlines()
        while lines and lines[0].startswith("--"):
            lines.pop(0)
        statement = "\n".join(lines).strip()
        if statement and statement not in bounds:
            found.append(statement)
    return found


def execute_text(engine: Engine, found: list[str]) -> None:
    """Execute statements as they stand, in one transaction.

    :param engine: the database.
    :param found: what :func:`statements` returned.
    """
    with engine.begin() as connection:
        for statement in found:
            # Without parameters a driver does not look for any, so that a % is a %.
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _spelt(impl: DefaultImpl, emit: Callable[[], None]) -> str:
    """Return what *emit* writes, without the terminator."""
    kept, impl.output_buffer = impl.output_buffer, io.StringIO()
    try:
        emit()
        return impl.output_buffer.getvalue().strip().removesuffix(impl.command_terminator)
    finally:
        impl.output_buffer = kept
