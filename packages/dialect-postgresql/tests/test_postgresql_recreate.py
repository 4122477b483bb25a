"""A table made anew on PostgreSQL: nothing that belongs to it is lost, or nothing is done and the thing is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from testing.databases import Database
from testing.postgresql import everything
from testing.wings import apply, dedent, sql_of
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.operations import BatchOperations, Operations

Changes = Callable[[BatchOperations], object]

START = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE SEQUENCE shared;
CREATE TABLE owner (id serial PRIMARY KEY, code text UNIQUE);
CREATE TABLE t (
    id serial PRIMARY KEY,
    gid integer GENERATED ALWAYS AS IDENTITY (START 100 INCREMENT 5),
    a integer NOT NULL CHECK (a > 0),
    b varchar(20) COLLATE "C" DEFAULT '50%',
    m mood DEFAULT 'sad',
    during tsrange,
    n integer DEFAULT nextval('shared'),
    twice integer GENERATED ALWAYS AS (a * 2) STORED,
    parent integer REFERENCES t (id) ON DELETE CASCADE,
    owner_id integer REFERENCES owner (id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT ck_ab CHECK (a <> 5 OR b <> ':x'),
    UNIQUE (a, b),
    CONSTRAINT apart EXCLUDE USING gist (during WITH &&)
) WITH (fillfactor = 70);
CREATE INDEX ix_lower ON t (lower(b) DESC NULLS LAST) WHERE a > 1;
CREATE UNIQUE INDEX ix_include ON t (gid) INCLUDE (b);
CREATE TABLE child (
    id serial PRIMARY KEY,
    t_id integer NOT NULL REFERENCES t (id) ON DELETE CASCADE,
    "A" integer, b varchar(20), CONSTRAINT fk_pair FOREIGN KEY ("A", b) REFERENCES t (a, b) MATCH FULL
);
COMMENT ON TABLE t IS 'it''s';
COMMENT ON COLUMN t.a IS 'an a';
COMMENT ON CONSTRAINT ck_ab ON t IS 'a check';
COMMENT ON INDEX ix_lower IS 'an index';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.a > 3) EXECUTE FUNCTION touch();
COMMENT ON TRIGGER touched ON t IS 'a trigger';
GRANT SELECT ON t TO PUBLIC;
GRANT UPDATE (b) ON t TO PUBLIC;
INSERT INTO owner (code) VALUES ('x');
INSERT INTO t (a, b, owner_id) VALUES (1, 'one', 1), (2, 'two', 1);
INSERT INTO t (a, b, parent) VALUES (7, 'seven', 1);
DELETE FROM t WHERE a = 7;
INSERT INTO child (t_id, "A", b) VALUES (1, 1, 'one');
"""


@pytest.fixture
def database(postgresql_database: Database) -> Database:
    execute(postgresql_database, START)
    return postgresql_database


def execute(database: Database, sql: str) -> None:
    with database.engine().begin() as connection:
        connection.exec_driver_sql(sql, None, {"no_parameters": True})  # a % is a %


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    with database.engine().begin() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql, None, {"no_parameters": True})]


def recreate(database: Database, changes: Changes, **settings: Any) -> None:
    def action(op: Operations) -> None:
        with op.batch_alter_table("t", recreate="always", **settings) as batch:
            changes(batch)

    apply(database, action)


PRIVILEGES = """
SELECT CAST(grantee AS text), privilege_type, column_name FROM information_schema.column_privileges
WHERE table_name = 't' ORDER BY 1, 2, 3
"""

REMARKS = """
SELECT 'constraint', obj_description(oid) FROM pg_constraint WHERE conname = 'ck_ab'
UNION ALL SELECT 'trigger', obj_description(oid) FROM pg_trigger WHERE tgname = 'touched'
UNION ALL SELECT 'index', obj_description(CAST('ix_lower' AS regclass))
"""


def all_of(database: Database) -> list[Any]:
    options = "SELECT reloptions FROM pg_class WHERE relname = 't'"
    table = "SELECT id, gid, a, b, m, during, n, twice, parent, owner_id FROM t ORDER BY id"
    counters = "SELECT sequencename, last_value, data_type FROM pg_sequences ORDER BY 1"
    texts = (
        table, "SELECT * FROM child", PRIVILEGES, REMARKS, options, counters,
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'touched'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2",
        "SELECT indexdef FROM pg_indexes WHERE tablename IN ('t', 'child') ORDER BY 1",
        "SELECT attname, attcollation, attnotnull, atttypmod, attidentity, attgenerated FROM pg_attribute "
        "WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY 1",
    )  # fmt: skip
    return [rows(database, sql) for sql in texts]


def test_pain_27_a_table_made_anew_is_what_it_was(database: Database) -> None:
    before, told = all_of(database), everything(database)
    recreate(database, lambda batch: None)
    assert all_of(database) == before
    assert everything(database) == told
    assert rows(database, "INSERT INTO t (a) VALUES (99) RETURNING id, gid, n") == [(4, 115, 4)]
    assert rows(database, "DELETE FROM t WHERE id = 1 RETURNING id") == [(1,)]
    assert rows(database, "SELECT * FROM child") == []  # ON DELETE CASCADE is there


def test_changes_reach_what_belongs_to_the_table(database: Database) -> None:
    def changes(batch: BatchOperations) -> None:
        batch.alter_column("id", type_=sa.BigInteger)
        batch.alter_column("b", new_column_name="B %")
        batch.add_column(sa.Column("z", sa.Integer, server_default="3"), insert_after="id")
        batch.drop_constraint("apart")
        batch.drop_column("n")

    recreate(database, changes)
    assert rows(database, "SELECT * FROM t ORDER BY id") == [
        (1, 3, 100, 1, "one", "sad", None, 2, None, 1),
        (2, 3, 105, 2, "two", "sad", None, 4, None, 1),
    ]
    definition = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'fk_pair'"
    assert rows(database, definition) == [('FOREIGN KEY ("A", b) REFERENCES t(a, "B %") MATCH FULL',)]
    assert rows(database, "SELECT data_type::text FROM pg_sequences WHERE sequencename = 't_id_seq'") == [("bigint",)]
    assert rows(database, "SELECT count(*) FROM pg_sequences WHERE sequencename = 'shared'") == [(1,)]
    assert rows(database, "SELECT count(*) FROM pg_constraint WHERE conname = 'apart'") == [(0,)]


OBSTACLES = {
    "CREATE VIEW v AS SELECT a FROM t": "rule _RETURN on view v",
    "CREATE MATERIALIZED VIEW v AS SELECT a FROM t": "rule _RETURN on materialized view v",
    "CREATE RULE quiet AS ON DELETE TO t DO INSTEAD NOTHING": "rule quiet on table t",
    "CREATE TABLE heir () INHERITS (t)": "it inherits or is inherited from: heir",
    "CREATE TABLE other (t t)": "column t of table other",
    "CREATE POLICY p ON t": "policy p",
    "ALTER TABLE t ENABLE ROW LEVEL SECURITY": "it has row level security",
    "CREATE STATISTICS s ON a, b FROM t": "statistics s",
    "CREATE PUBLICATION p FOR TABLE t": "publication p",
    "ALTER TABLE t DISABLE TRIGGER touched": "trigger touched, which is not simply enabled",
    "ALTER TABLE t CLUSTER ON t_pkey": "index t_pkey, by which it is clustered",
    "ALTER TABLE t ADD CONSTRAINT later FOREIGN KEY (a) REFERENCES t NOT VALID": "constraint later, which is NOT VALID",
    "ALTER TABLE t ALTER b SET STORAGE EXTERNAL": "column b, which has a STORAGE of its own",
    "ALTER TABLE t ALTER b SET (n_distinct = 5)": "column b, which has a number of distinct values set",
    "ALTER TABLE t REPLICA IDENTITY FULL": "it has a REPLICA IDENTITY of its own",
    "ALTER TABLE t SET UNLOGGED": "it is UNLOGGED",
    "CREATE FUNCTION f() RETURNS bigint BEGIN ATOMIC SELECT count(a) FROM t; END": "function f()",
}


@pytest.mark.parametrize("sql", OBSTACLES)
def test_what_cannot_be_carried_over_is_named_and_nothing_is_done(sql: str, postgresql_database: Database) -> None:
    # Of this table something UNLOGGED can be made: nothing refers to it.
    execute(postgresql_database, "CREATE TABLE t (id integer PRIMARY KEY, a integer, b text)")
    execute(postgresql_database, "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    execute(postgresql_database, "CREATE TRIGGER touched BEFORE INSERT ON t EXECUTE FUNCTION touch()")
    if sql.startswith("CREATE PUBLICATION") and rows(postgresql_database, "SHOW wal_level") == [("minimal",)]:
        pytest.skip("this server has no publications")
    execute(postgresql_database, sql)
    oid = rows(postgresql_database, "SELECT 't'::regclass::oid")
    with pytest.raises(UnsupportedOperation) as raised:
        recreate(postgresql_database, lambda batch: batch.alter_column("a", nullable=False))
    assert str(raised.value) == (
        f"Table t cannot be made anew without losing this:\n  {OBSTACLES[sql]}\n"
        'PostgreSQL can change a table as it is: leave out recreate="always". Or drop what is in the way before the '
        "block, with op.execute(), and create it again after it."
    )
    assert rows(postgresql_database, "SELECT 't'::regclass::oid") == oid


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (lambda batch: batch.drop_column("id"), "constraint child_t_id_fkey of table child, which refers to id"),
        (lambda batch: batch.alter_column("a", new_column_name="aa"), "trigger touched, which mentions a"),
    ],
)
def test_what_others_say_of_a_column(changes: Changes, named: str, database: Database) -> None:
    before = all_of(database)
    with pytest.raises(UnsupportedOperation, match=named):
        recreate(database, changes)
    assert all_of(database) == before


def test_a_failing_copy_leaves_all_as_it_was(database: Database) -> None:
    before = all_of(database)
    with pytest.raises(sa.exc.IntegrityError):
        recreate(database, lambda batch: batch.alter_column("parent", nullable=False))
    assert all_of(database) == before


def test_types_that_take_a_conversion(postgresql_database: Database) -> None:
    execute(
        postgresql_database,
        "CREATE TYPE mood AS ENUM ('1', '2'); CREATE TABLE t (a integer, b text, c mood, d mood, e varchar(9));"
        "INSERT INTO t VALUES (12, '34', '1', '2', 'long')",
    )
    other = postgresql.ENUM("1", "2", "3", name="other")

    def changes(batch: BatchOperations) -> None:
        batch.alter_column("a", type_=sa.String(2))
        batch.alter_column("b", type_=sa.Integer)
        batch.alter_column("c", type_=other)
        batch.alter_column("d", type_=sa.Text)
        batch.alter_column("e", type_=sa.Integer, postgresql_using="length(e)")

    recreate(postgresql_database, changes)
    assert rows(postgresql_database, "SELECT *, pg_typeof(c)::text FROM t") == [("12", 34, "1", "2", 4, "other")]


def test_nothing_is_cut_off(postgresql_database: Database) -> None:
    execute(postgresql_database, "CREATE TABLE t (a integer); INSERT INTO t VALUES (123)")
    with pytest.raises(sa.exc.DataError, match="value too long"):
        recreate(postgresql_database, lambda batch: batch.alter_column("a", type_=sa.String(2)))


def test_another_schema_and_odd_names(postgresql_database: Database) -> None:
    execute(
        postgresql_database,
        'CREATE SCHEMA "my s"; CREATE TABLE "my s"."t%1" ("i d" serial PRIMARY KEY, "a%b" integer, '
        '"p" integer REFERENCES "my s"."t%1" ("i d")); INSERT INTO "my s"."t%1" ("a%b") VALUES (1), (2);',
    )

    def action(op: Operations) -> None:
        with op.batch_alter_table("t%1", schema="my s", recreate="always") as batch:
            batch.alter_column("i d", new_column_name="n'o")

    apply(postgresql_database, action)
    assert rows(postgresql_database, 'INSERT INTO "my s"."t%1" (p) VALUES (1) RETURNING "n\'o"') == [(3,)]


def test_as_text_the_counters_go_on(postgresql_database: Database) -> None:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("gid", sa.Integer, sa.Identity(always=True), nullable=False),
        sa.Column("a", sa.Integer),
    )

    def action(op: Operations) -> None:
        with op.batch_alter_table("t", recreate="always", copy_from=table) as batch:
            batch.add_column(sa.Column("z", sa.Integer), insert_after="id")

    sql = sql_of("postgresql", action)
    assert sql == dedent("""
        LOCK TABLE t IN ACCESS EXCLUSIVE MODE;

        CREATE TABLE _whimbrel_tmp_t (
            id SERIAL NOT NULL,
            z INTEGER,
            gid INTEGER GENERATED BY DEFAULT AS IDENTITY,
            a INTEGER,
            PRIMARY KEY (id)
        );

        INSERT INTO _whimbrel_tmp_t (id, gid, a) SELECT t.id AS id, t.gid AS gid, t.a AS a
        FROM t;

        SELECT setval(CAST(pg_get_serial_sequence('_whimbrel_tmp_t', 'id') AS regclass), \
coalesce(pg_sequence_last_value(CAST(pg_get_serial_sequence('t', 'id') AS regclass)), \
(SELECT max(id) FROM _whimbrel_tmp_t)));

        SELECT setval(CAST(pg_get_serial_sequence('_whimbrel_tmp_t', 'gid') AS regclass), \
coalesce(pg_sequence_last_value(CAST(pg_get_serial_sequence('t', 'gid') AS regclass)), \
(SELECT max(gid) FROM _whimbrel_tmp_t)));

        DROP TABLE t;

        ALTER TABLE _whimbrel_tmp_t RENAME TO t;

        ALTER SEQUENCE _whimbrel_tmp_t_id_seq RENAME TO t_id_seq;

        ALTER SEQUENCE _whimbrel_tmp_t_gid_seq RENAME TO t_gid_seq;

        ALTER TABLE t ALTER COLUMN gid SET GENERATED ALWAYS;
    """)
    execute(
        postgresql_database,
        "CREATE TABLE t (id serial PRIMARY KEY, gid integer GENERATED ALWAYS AS IDENTITY, a integer);"
        "INSERT INTO t (a) VALUES (1), (2); DELETE FROM t WHERE a = 2;",
    )
    execute(postgresql_database, sql)
    assert rows(postgresql_database, "INSERT INTO t (a) VALUES (5) RETURNING id, z, gid, a") == [(3, None, 3, 5)]


def test_an_exclusion_constraint_can_be_asked_for_in_a_block(postgresql_database: Database) -> None:
    execute(postgresql_database, "CREATE TABLE t (during tsrange)")
    recreate(postgresql_database, lambda batch: batch.create_exclude_constraint("apart", ("during", "&&")))
    recreate(postgresql_database, lambda batch: batch.alter_column("during", new_column_name="span"))
    definition = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'apart'"
    assert rows(postgresql_database, definition) == [("EXCLUDE USING gist (span WITH &&)",)]


def test_an_unknown_constraint_is_named_beside_those_there_are(database: Database) -> None:
    with pytest.raises(CommandError, match=r"There is no constraint 'apat'\. Did you mean apart\?"):
        recreate(database, lambda batch: batch.drop_constraint("apat"))
