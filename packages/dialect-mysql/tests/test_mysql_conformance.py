"""MySQL or MariaDB, whichever the server is, passes the suite that any dialect is to pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest
import sqlalchemy as sa

from testing.databases import Database
from whimbrel.testing import DialectSuite


@pytest.fixture(scope="class")
def shared_database(new_shared_database: Callable[[str], Database]) -> Database:
    return new_shared_database("mysql")


class TestMySQL(DialectSuite):
    names_left_out: ClassVar[Mapping[str, str]] = {"back`tick": "SQLAlchemy cannot reflect such a column from MySQL"}

    @pytest.fixture
    def database_url(self, shared_database: Database) -> str:
        engine = shared_database.engine()
        with engine.connect():
            is_mariadb = getattr(engine.dialect, "is_mariadb", False)
        # The URL says which of the two it is: text is written for what the URL says.
        url = sa.make_url(shared_database.url)
        driver = url.drivername.replace("mysql", "mariadb", 1) if is_mariadb else url.drivername
        return url.set(drivername=driver).render_as_string(hide_password=False)
