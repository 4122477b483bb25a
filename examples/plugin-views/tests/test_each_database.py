"""What is special about a database: schemas, triggers, privileges, what is no view and needs one all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from testing.databases import Database
from whimbrel.errors import CommandError
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext


def execute(database: Database, *statements: str) -> None:
    with database.engine().begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement, None, {"no_parameters": True})


def rows(database: Database, query: str) -> list[Any]:
    with database.engine().connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def apply(database: Database, action: Callable[[Any], object]) -> None:
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection)
        with context.begin_transaction():
            action(Operations(context))


def name_of(database: Database) -> str:
    return str(sa.make_url(database.url).database)


# -- SQLite -----------------------------------------------------------------------------------------------------------


def test_the_triggers_of_a_view_outlive_its_replacement(sqlite_database: Database) -> None:
    execute(
        sqlite_database,
        "CREATE TABLE book (id INTEGER, title TEXT)",
        "CREATE VIEW titles AS SELECT title FROM book",
        "CREATE TRIGGER new_title INSTEAD OF INSERT ON titles BEGIN INSERT INTO book VALUES (7, new.title); END",
    )
    apply(sqlite_database, lambda op: op.replace_view("titles", "SELECT title, id FROM book"))
    execute(sqlite_database, "INSERT INTO titles (title) VALUES ('Emma')")
    assert rows(sqlite_database, "SELECT * FROM titles") == [("Emma", 7)]


def test_a_view_that_did_not_work_before_stands_in_nobodys_way(sqlite_database: Database) -> None:
    execute(
        sqlite_database,
        "CREATE VIEW one AS SELECT 1 AS a",
        "CREATE VIEW broken AS SELECT * FROM absent",
        "CREATE VIEW two AS SELECT a FROM one",
    )
    apply(sqlite_database, lambda op: op.replace_view("one", "SELECT 2 AS a"))
    with pytest.raises(CommandError, match=r"drop_view\('one'\): two would be left without it"):
        apply(sqlite_database, lambda op: op.drop_view("ONE".lower()))
    apply(sqlite_database, lambda op: op.drop_view("broken"))


def test_a_query_that_cannot_work_is_refused(sqlite_database: Database) -> None:
    execute(sqlite_database, "CREATE VIEW one AS SELECT 1 AS a")
    with pytest.raises(CommandError, match=r"replace_view\('one'\): one would not work with this query"):
        apply(sqlite_database, lambda op: op.replace_view("one", "SELECT * FROM absent"))
    assert rows(sqlite_database, "SELECT * FROM one") == [(1,)]


# -- PostgreSQL -------------------------------------------------------------------------------------------------------


def test_a_view_in_a_schema_with_needing_views_in_another(postgresql_database: Database) -> None:
    execute(postgresql_database, 'CREATE SCHEMA "one %"', "CREATE SCHEMA two")

    def create(op: Any) -> None:
        op.create_view("v", "SELECT 1 AS a, 2 AS b", schema="one %")
        op.create_view("w", 'SELECT a FROM "one %".v', schema="two")
        op.create_view("v", "SELECT 5 AS a")  # another one of that name, which nobody needs

    apply(postgresql_database, create)
    apply(postgresql_database, lambda op: op.replace_view("v", "SELECT 3 AS a", schema="one %"))
    assert rows(postgresql_database, "SELECT * FROM two.w") == [(3,)]
    with pytest.raises(CommandError, match=r"two\.w would be left without it"):
        apply(postgresql_database, lambda op: op.drop_view("v", schema="one %"))
    apply(postgresql_database, lambda op: op.drop_view("v"))
    apply(postgresql_database, lambda op: op.drop_view("v", schema="one %", cascade=True))


@pytest.mark.parametrize(
    ("statement", "lost"),
    [
        ("GRANT SELECT ON v TO PUBLIC", "v, which has privileges"),
        ("COMMENT ON VIEW v IS 'a view'", "v, which has comments"),
        ("ALTER VIEW v SET (security_barrier)", "v, which has options"),
        ("ALTER VIEW v ALTER COLUMN a SET DEFAULT 5", "v, which has defaults of columns"),
        ("CREATE RULE r AS ON INSERT TO v DO INSTEAD NOTHING", "v, which has rules"),
        ("COMMENT ON COLUMN w.a IS 'its column'", "w, which has comments"),
        ("CREATE MATERIALIZED VIEW m AS SELECT * FROM v", "m needs v and is no plain view"),
    ],
)
def test_what_would_be_lost_is_refused(postgresql_database: Database, statement: str, lost: str) -> None:
    execute(postgresql_database, "CREATE VIEW v AS SELECT 1 AS a", "CREATE VIEW w AS SELECT * FROM v", statement)
    with pytest.raises(CommandError, match=lost):
        apply(postgresql_database, lambda op: op.replace_view("v", "SELECT 'x' AS a"))
    assert rows(postgresql_database, "SELECT * FROM w") == [(1,)]


def test_privileges_stay_where_nothing_has_to_be_dropped(postgresql_database: Database) -> None:
    execute(postgresql_database, "CREATE VIEW v AS SELECT 1 AS a", "GRANT SELECT ON v TO PUBLIC")
    apply(postgresql_database, lambda op: op.replace_view("v", "SELECT 2 AS a, 3 AS b"))
    assert rows(postgresql_database, "SELECT relacl IS NOT NULL FROM pg_class WHERE relname = 'v'") == [(True,)]
    assert rows(postgresql_database, "SELECT * FROM v") == [(2, 3)]


# -- MySQL, MariaDB ---------------------------------------------------------------------------------------------------


def test_a_view_of_another_database(mysql_database: Database, new_database: Callable[[str], Database]) -> None:
    other, here = new_database("mysql"), name_of(mysql_database)
    there = name_of(other)
    execute(other, "CREATE VIEW v AS SELECT 1 AS a")
    apply(mysql_database, lambda op: op.create_view("w", f"SELECT a FROM `{there}`.v"))
    with pytest.raises(CommandError, match=rf"{here}\.w would be left without it"):
        apply(mysql_database, lambda op: op.drop_view("v", schema=there))
    apply(mysql_database, lambda op: op.replace_view("v", "SELECT 2 AS b, 3 AS a", schema=there))
    assert rows(mysql_database, "SELECT * FROM w") == [(3,)]
    apply(mysql_database, lambda op: op.drop_view("v", schema=there, cascade=True))
    assert sa.inspect(mysql_database.engine()).get_view_names() == []


def test_what_the_view_has_beside_its_query_is_not_lost(mysql_database: Database) -> None:
    execute(
        mysql_database,
        "CREATE TABLE t (a INTEGER)",
        "CREATE SQL SECURITY INVOKER VIEW v AS SELECT a FROM t WHERE a < 5 WITH LOCAL CHECK OPTION",
    )
    with pytest.raises(CommandError, match="has WITH LOCAL CHECK OPTION and SQL SECURITY INVOKER, which this would"):
        apply(mysql_database, lambda op: op.replace_view("v", "SELECT a FROM t"))


def test_a_name_within_a_string_is_no_need(mysql_database: Database) -> None:
    execute(mysql_database, "CREATE VIEW v AS SELECT 1 AS a")
    execute(mysql_database, f"CREATE VIEW w AS SELECT 'it''s \\\\' AS x, '`{name_of(mysql_database)}`.`v`' AS y")
    apply(mysql_database, lambda op: op.drop_view("v"))
