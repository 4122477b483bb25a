"""DefaultImpl over text, and over an empty SQLite database."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from whimbrel.impl import DefaultImpl


@pytest.fixture
def connection(tmp_path: Any) -> Iterator[sa.Connection]:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'test.db'}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def impl(connection: sa.Connection) -> DefaultImpl:
    return DefaultImpl(connection.dialect, connection, False, None, None, {})


@pytest.fixture
def text() -> Callable[..., str]:
    """Hand an impl that writes text to *use*, and return the text."""

    def run(use: Callable[[DefaultImpl], object], dialect: sa.Dialect | None = None) -> str:
        output = io.StringIO()
        use(DefaultImpl(dialect or DefaultDialect(), None, True, None, output, {}))
        return output.getvalue()

    return run
