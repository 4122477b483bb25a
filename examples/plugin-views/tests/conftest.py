"""What the tests share: the package, installed; and ``op`` on a database of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.site import throwaway_site
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext

PACKAGE = Path(__file__).resolve().parents[1]
Run = Callable[[], AbstractContextManager[Operations]]


@pytest.fixture(autouse=True)
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """As ``pip install -e`` would have it, for one test."""
    with throwaway_site(tmp_path_factory.mktemp("site")) as site:
        site.install_project(PACKAGE)
        yield


@pytest.fixture
def engine(database: Database) -> Iterator[sa.Engine]:
    """An engine on an empty database of each kind in turn, which holds the table that the views show."""
    engine = database.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE book (id INTEGER, title VARCHAR(40), price INTEGER)")
        connection.exec_driver_sql("INSERT INTO book VALUES (1, 'Emma', 9), (2, 'Persuasion', 12)")
    yield engine
    engine.dispose()


@pytest.fixture
def run(engine: sa.Engine) -> Run:
    """One revision of a run: ``with run() as op``."""

    @contextmanager
    def begin() -> Iterator[Operations]:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection)
            with context.begin_transaction():
                yield Operations(context)

    return begin
