"""Scratch copies: what a PostgreSQL database has, made anew in another one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from testing.databases import Database
from whimbrel.errors import CommandError
from whimbrel.runtime.migration import MigrationContext
from whimbrel_postgresql.copying import statements

EVERYTHING = (
    "CREATE SCHEMA other",
    "CREATE EXTENSION hstore",
    "CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy 100%')",
    "CREATE TYPE other.point2 AS (x int, y double precision)",
    "CREATE DOMAIN positive AS int DEFAULT 1 NOT NULL CONSTRAINT more_than_nothing CHECK (VALUE > 0)",
    "CREATE TYPE span AS RANGE (SUBTYPE = date)",
    "CREATE SEQUENCE tickets AS smallint INCREMENT 3 MINVALUE 2 MAXVALUE 99 START 5 CYCLE",
    # Found by name only when it is called, so it may be made before what it calls.
    "CREATE FUNCTION other.twice(n int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT n * 2'",
    "CREATE TABLE author (id serial PRIMARY KEY, name varchar(40) NOT NULL COLLATE \"C\", mood mood DEFAULT 'sad', "
    "ticket int DEFAULT nextval('tickets'), extra hstore, twice int GENERATED ALWAYS AS (other.twice(id)) STORED)",
    "COMMENT ON TABLE author IS 'who writes, 100%'",
    "COMMENT ON COLUMN author.name IS 'as on the cover'",
    'CREATE TABLE "Odd ""Names"" %s" (id int GENERATED ALWAYS AS IDENTITY (START 7 INCREMENT 2) PRIMARY KEY, '
    'n positive, p other.point2, "per cent %" int)',
    "CREATE TABLE other.book (id int PRIMARY KEY, author_id int REFERENCES public.author (id) ON DELETE CASCADE "
    "DEFERRABLE INITIALLY DEFERRED, title text, pages int, CONSTRAINT has_pages CHECK (pages > 0), "
    "CONSTRAINT once UNIQUE (author_id, title))",
    "CREATE INDEX book_title ON other.book USING btree (lower(title) text_pattern_ops) WHERE pages > 10",
    "CREATE TABLE booking (room int, during daterange, EXCLUDE USING gist (during WITH &&))",
    "CREATE UNLOGGED TABLE fast (id int) WITH (fillfactor = 70)",
    "CREATE TABLE parted (at date NOT NULL, n int, PRIMARY KEY (at)) PARTITION BY RANGE (at)",
    "CREATE TABLE parted_2024 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
    "CREATE TABLE parted_rest PARTITION OF parted DEFAULT",
    "CREATE INDEX parted_n ON parted (n)",
    "CREATE TABLE child (more int) INHERITS (author)",
    "CREATE VIEW named AS SELECT a.id, a.name FROM author a",
    "CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM named",
    "CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE TRIGGER touch BEFORE UPDATE ON author FOR EACH ROW EXECUTE FUNCTION touched()",
    "INSERT INTO author (name) VALUES ('Jane')",
)


@pytest.fixture
def engine(postgresql_database: Database) -> sa.Engine:
    engine = postgresql_database.engine()
    with engine.begin() as connection:
        for statement in EVERYTHING:
            connection.exec_driver_sql(statement, None, {"no_parameters": True})
    return engine


def test_a_copy_has_everything_but_rows_and_a_copy_of_it_is_made_of_the_same_statements(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        impl = MigrationContext.configure(connection).impl
        with impl.scratch_database({None}) as scratch:
            impl.copy_structure(scratch)
            original, copied = statements(connection), statements(scratch)
            assert sorted(copied) == sorted(original)
            assert {"table author", "view named", "trigger touch", "type mood"} <= {item.called for item in copied}
            assert scratch.exec_driver_sql("SELECT count(*) FROM author").scalar() == 0
            assert scratch.exec_driver_sql("SELECT n FROM counted").scalar() == 0
            name = scratch.exec_driver_sql("SELECT current_database()").scalar_one()
        assert name.startswith("whimbrel_scratch_")
        there = connection.execute(sa.text("SELECT count(*) FROM pg_database WHERE datname = :name"), {"name": name})
        assert there.scalar() == 0


def test_names_are_found_where_the_run_finds_them(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("SET search_path TO other, public")
        connection.commit()
        connection.dialect.default_schema_name = "other"
        impl = MigrationContext.configure(connection).impl
        with impl.scratch_database({None}) as scratch:
            impl.copy_structure(scratch)
            assert set(sa.inspect(scratch).get_table_names()) == set(sa.inspect(connection).get_table_names())
            assert scratch.exec_driver_sql("SELECT current_schema()").scalar() == "other"
            assert connection.exec_driver_sql("SHOW search_path").scalar() == "other, public"


def test_what_cannot_be_made_there_is_named(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        # Its function is gone: nothing prints a view of it, and no server would take it.
        connection.exec_driver_sql("CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int)")
        connection.exec_driver_sql("CREATE VIEW totals AS SELECT total(id) FROM author")
        connection.commit()
        impl = MigrationContext.configure(connection).impl
        with (
            impl.scratch_database({None}) as scratch,
            pytest.raises(CommandError, match=r"cannot have the view totals: .*total\(integer\) does not exist"),
        ):
            impl.copy_structure(scratch)
