"""Tables outside of the default schema, and rows, on PostgreSQL."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Integer, String, text

from testing.databases import Database
from testing.wings import apply, catalog, changes, dedent, sql_of
from whimbrel.operations import Operations


def start(op: Operations) -> None:
    op.create_table(
        "t",
        Column("id", Integer, primary_key=True),
        Column("a", Integer, nullable=False),
        Column("b", String(30), server_default="7", comment="bee"),
    )
    op.create_index("ix_t_b", "t", ["b"])
    op.bulk_insert(sa.table("t", sa.column("id"), sa.column("a")), [{"id": 1, "a": 5}])


def test_effect_in_a_schema(postgresql_database: Database) -> None:
    # op.* with schema="s p" touches nothing of the same name in the default schema.
    steps = {
        """CREATE SCHEMA "s p";""": lambda op: op.execute('CREATE SCHEMA "s p"'),
        """CREATE TABLE "s p".t (
    id SERIAL NOT NULL,
    a INTEGER,
    PRIMARY KEY (id)
);""": lambda op: op.create_table("t", Column("id", Integer, primary_key=True), Column("a", Integer), schema="s p"),
        """ALTER TABLE "s p".t ADD COLUMN x INTEGER;

COMMENT ON COLUMN "s p".t.x IS 'ex';""": lambda op: op.add_column(
            "t", Column("x", Integer, comment="ex"), schema="s p"
        ),
        """ALTER TABLE "s p".t ALTER COLUMN x TYPE BIGINT;""": lambda op: op.alter_column(
            "t", "x", type_=sa.BigInteger(), schema="s p"
        ),
        """ALTER TABLE "s p".t RENAME x TO y;""": lambda op: op.alter_column(
            "t", "x", new_column_name="y", schema="s p"
        ),
        """CREATE INDEX ix_y ON "s p".t (y);""": lambda op: op.create_index("ix_y", "t", ["y"], schema="s p"),
        """CREATE INDEX ix_a ON "s p".t (a);""": lambda op: op.create_index("ix_a", "t", ["a"], schema="s p"),
        """DROP INDEX "s p".ix_a;""": lambda op: op.drop_index("ix_a", schema="s p"),
        """ALTER TABLE "s p".t DROP COLUMN a;""": lambda op: op.drop_column("t", "a", schema="s p"),
        """ALTER TABLE "s p".t RENAME TO u;""": lambda op: op.rename_table("t", "u", schema="s p"),
    }
    apply(postgresql_database, start)
    before = catalog(postgresql_database)
    for sql, step in steps.items():
        assert sql_of("postgresql", step) == sql
        apply(postgresql_database, step)

    assert changes(before, catalog(postgresql_database)) == ""
    assert catalog(postgresql_database, "s p") == [
        "column u.id INTEGER not null default nextval('\"s p\".t_id_seq'::regclass)",
        "column u.y BIGINT null -- ex",
        "index u.ix_y (y)",
        "primary key u (id)",
        "table u",
    ]


def test_bulk_insert_and_execute(postgresql_database: Database) -> None:
    def fill(op: Operations) -> None:
        rows = sa.table(
            "t",
            sa.column("id", Integer),
            sa.column("a", Integer),
            sa.column("b", String),
        )
        op.bulk_insert(rows, [{"id": 2, "a": 1, "b": "it's 5% :x \\ %s"}, {"id": 3, "a": 2, "b": None}])
        op.bulk_insert(rows, [{"id": 4, "a": op.inline_literal(7), "b": text("upper('q')")}])
        op.execute(text("UPDATE t SET b = :b WHERE a = 2").bindparams(b='{"a":1}'))
        op.execute("UPDATE t SET b = b || ':c 5%' WHERE b LIKE 'Q%'")

    assert sql_of("postgresql", fill) == dedent(
        r"""
        INSERT INTO t (id, a, b) VALUES (2, 1, 'it''s 5% :x \ %s');

        INSERT INTO t (id, a, b) VALUES (3, 2, NULL);

        INSERT INTO t (id, a, b) VALUES (4, 7, upper('q'));

        UPDATE t SET b = '{"a":1}' WHERE a = 2;

        UPDATE t SET b = b || ':c 5%' WHERE b LIKE 'Q%';
        """
    )
    apply(postgresql_database, start)
    apply(postgresql_database, fill)
    with postgresql_database.engine().connect() as connection:
        assert connection.execute(text("SELECT id, a, b FROM t ORDER BY id")).all() == [
            (1, 5, "7"),
            (2, 1, "it's 5% :x \\ %s"),
            (3, 2, '{"a":1}'),
            (4, 7, "Q:c 5%"),
        ]


def test_bytes_as_text(postgresql_database: Database) -> None:
    """What --sql writes for bytes is read back as those bytes."""
    blobs = sa.table("blobs", sa.column("data", sa.LargeBinary))
    sql = sql_of("postgresql", lambda op: op.bulk_insert(blobs, [{"data": b"\x00\xff'\\%"}]))
    assert sql == r"INSERT INTO blobs (data) VALUES ('\x00ff275c25'::bytea);"
    with postgresql_database.engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE blobs (data bytea)")
        connection.exec_driver_sql(sql)
        assert connection.execute(text("SELECT data FROM blobs")).scalar_one() == b"\x00\xff'\\%"
