"""Scratch copies: what a SQLite file has, made anew in memory."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from testing.databases import Database
from whimbrel.errors import CommandError
from whimbrel.runtime.migration import MigrationContext

EVERYTHING = (
    "CREATE TABLE author (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL COLLATE NOCASE, "
    "twice INT GENERATED ALWAYS AS (id * 2) STORED)",
    'CREATE TABLE "odd ""name"" %s" (a INT CHECK (a > 0 AND a % 2 = 0), b TEXT DEFAULT \':x %\') STRICT',
    "CREATE UNIQUE INDEX once ON author (lower(name)) WHERE id > 1",
    "CREATE VIEW named AS SELECT name FROM author",
    "CREATE TRIGGER touch AFTER INSERT ON author BEGIN DELETE FROM author WHERE id < 0; END",
    "CREATE VIRTUAL TABLE words USING fts5(text)",
    "INSERT INTO author (name) VALUES ('Jane')",
    "INSERT INTO words VALUES ('once upon a time')",
)
TEXTS = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"


def test_a_copy_has_everything_but_rows(sqlite_database: Database) -> None:
    with sqlite_database.engine().connect() as connection:
        for statement in EVERYTHING:
            connection.exec_driver_sql(statement, None, {"no_parameters": True})
        connection.commit()
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        impl = MigrationContext.configure(connection).impl
        with impl.scratch_database({None}) as scratch:
            impl.copy_structure(scratch)
            assert scratch.exec_driver_sql(TEXTS).all() == connection.exec_driver_sql(TEXTS).all()
            assert scratch.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert scratch.exec_driver_sql("SELECT file FROM pragma_database_list").scalar() == ""
            for table in ("author", "words"):
                assert scratch.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


def test_what_only_the_run_s_connections_know_is_named(sqlite_database: Database) -> None:
    engine = sqlite_database.engine()

    @sa.event.listens_for(engine, "connect")
    def connected(driver: object, _record: object) -> None:
        driver.create_collation("ours", lambda a, b: (a > b) - (a < b))  # type: ignore[attr-defined]  # sqlite3's

    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (name TEXT COLLATE ours PRIMARY KEY)")
        connection.exec_driver_sql("CREATE INDEX by_name ON t (name COLLATE ours)")
        connection.commit()
        impl = MigrationContext.configure(connection).impl
        with (
            impl.scratch_database({None}) as scratch,
            pytest.raises(CommandError, match=r"lacks what (table t|index by_name) needs: no such collation sequence"),
        ):
            impl.copy_structure(scratch)
