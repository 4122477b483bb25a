"""A database is handed on to the next test only where nothing of this one is left in it."""

from __future__ import annotations

import secrets

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.reuse import is_emptied

EVERYTHING = """
CREATE SCHEMA "odd one";
CREATE TABLE "odd one".t (id serial PRIMARY KEY, name text);
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE VIEW v AS SELECT * FROM "odd one".t;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE EXTENSION IF NOT EXISTS plpgsql;
"""


def carry_out(database: Database, sql: str) -> None:
    with database.engine(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in filter(str.strip, sql.split(";\n")):
            connection.exec_driver_sql(statement)


def objects(database: Database) -> list[tuple[str, ...]]:
    query = """
        SELECT 'schema', nspname, nspowner::regrole::text, nspacl::text, obj_description(oid, 'pg_namespace')
            FROM pg_namespace
        UNION ALL SELECT 'table', relname, relnamespace::regnamespace::text, relacl::text, NULL FROM pg_class
        UNION ALL SELECT 'type', typname, typnamespace::regnamespace::text, NULL, NULL FROM pg_type
    """
    with database.engine().connect() as connection:
        return sorted(map(tuple, connection.exec_driver_sql(query).all()), key=repr)


def test_an_emptied_database_is_like_a_new_one(postgresql_database: Database) -> None:
    new = objects(postgresql_database)
    carry_out(postgresql_database, EVERYTHING)
    assert objects(postgresql_database) != new
    open_still = postgresql_database.engine().connect()
    open_still.exec_driver_sql('SELECT * FROM "odd one".t')  # its lock is not waited for
    assert is_emptied(sa.make_url(postgresql_database.url))
    assert objects(postgresql_database) == new
    open_still.invalidate()
    open_still.close()


@pytest.mark.parametrize(
    "left",
    [
        "ALTER DATABASE {database} SET work_mem = '5MB'",
        "GRANT CREATE ON DATABASE {database} TO PUBLIC",
        "CREATE PUBLICATION everything FOR ALL TABLES",
        "REVOKE SELECT ON pg_class FROM PUBLIC",
        "REVOKE EXECUTE ON FUNCTION pg_get_indexdef(oid) FROM PUBLIC",
    ],
)
def test_what_stays_outside_of_schemas_keeps_it_from_being_handed_on(postgresql_database: Database, left: str) -> None:
    url = sa.make_url(postgresql_database.url)
    carry_out(postgresql_database, left.format(database=url.database))
    assert not is_emptied(url)


def test_a_role_with_rights_on_it_can_be_dropped_afterwards(postgresql_database: Database) -> None:
    url = sa.make_url(postgresql_database.url)
    role = f"reader_{secrets.token_hex(4)}"
    carry_out(postgresql_database, f"CREATE ROLE {role};\nGRANT CREATE ON DATABASE {url.database} TO {role}")
    try:
        assert not is_emptied(url)
    finally:
        carry_out(postgresql_database, f"DROP OWNED BY {role};\nDROP ROLE {role}")


def test_a_database_that_is_gone_is_not_handed_on(postgresql_database: Database) -> None:
    assert not is_emptied(sa.make_url(postgresql_database.url).set(database="is_nowhere"))
