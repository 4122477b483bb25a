"""Runs without a run: what ``Operations`` asks a MigrationContext for, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from whimbrel.impl import DefaultImpl
from whimbrel.operations import OperationRegistry, Operations


class Run:
    """The run of a test: on *connection*, or as text where there is none."""

    def __init__(self, connection: sa.Connection | None = None, dialect: sa.Dialect | None = None, **opts: Any) -> None:
        self.output = io.StringIO()
        self.opts = opts
        self.registry = OperationRegistry.for_run()
        dialect = connection.dialect if connection is not None else dialect or DefaultDialect()
        self.impl = DefaultImpl(dialect, connection, connection is None, None, self.output, opts)


@pytest.fixture
def sql() -> Callable[..., str]:
    """Carry out *script*, a function of ``op``, as text, and return the text."""

    def run(script: Callable[[Operations], object], dialect: str | None = None, **opts: Any) -> str:
        made = sa.make_url(f"{dialect}://").get_dialect()() if dialect else None
        context = Run(dialect=made, **opts)
        script(Operations(context))
        return context.output.getvalue()

    return run


@pytest.fixture
def connection(tmp_path: Any) -> Iterator[sa.Connection]:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def op(connection: sa.Connection) -> Operations:
    """``op`` over an empty SQLite database."""
    return Operations(Run(connection))


@pytest.fixture
def new_run() -> type[Run]:
    return Run
