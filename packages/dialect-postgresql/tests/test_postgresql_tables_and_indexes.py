"""PostgreSQL's own keywords of tables and indexes: partitions, inheritance, storage, methods, operator classes."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Date, Integer, String, column, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from testing.databases import Database
from testing.postgresql import everything, run_text, there_and_back
from testing.wings import Action, Case, apply, changes, dedent, operations, sql_of
from whimbrel.errors import CommandError
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext


def knows_storage_of_tables() -> bool:
    """Whether this SQLAlchemy has WITH for tables, too; earlier ones refuse the keyword."""
    try:
        sa.Table("t", sa.MetaData(), postgresql_with={"fillfactor": 70})
    except sa.exc.ArgumentError:
        return False
    return True


def start(op: Operations) -> None:
    op.create_table(
        "t",
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("a", Integer),
        Column("b c%", String(30)),
    )


CASES = {
    "partitioned": Case(
        action=lambda op: (
            op.create_table(
                "log",
                Column("day", Date, nullable=False),
                Column("what", String),
                postgresql_partition_by="RANGE (day)",
            ),
            op.execute("CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"),
            op.add_column("log", Column("who", String(30))),
            op.create_index("ix_log", "log", ["what"]),
            op.alter_column("log", "who", type_=String(60), nullable=False),
        ),
        sql="""
            CREATE TABLE log (
                day DATE NOT NULL,
                what VARCHAR
            )
             PARTITION BY RANGE (day);

            CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');

            ALTER TABLE log ADD COLUMN who VARCHAR(30);

            CREATE INDEX ix_log ON log (what);

            ALTER TABLE log ALTER COLUMN who TYPE VARCHAR(60);

            ALTER TABLE log ALTER COLUMN who SET NOT NULL;
        """,
        effect="""
            + column log.day date not null
            + column log.what character varying
            + column log.who character varying(60) not null
            + column log_2026.day date not null
            + column log_2026.what character varying
            + column log_2026.who character varying(60) not null
            + index CREATE INDEX ix_log ON ONLY public.log USING btree (what)
            + index CREATE INDEX log_2026_what_idx ON public.log_2026 USING btree (what)
            + table log partition by RANGE (day)
            + table log_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') inherits log
        """,
        reverse=lambda op: op.drop_table("log"),
    ),
    "inherits_and_unlogged": Case(
        action=lambda op: op.create_table(
            "u", Column("x", Integer), postgresql_inherits="t", prefixes=["UNLOGGED"], comment="it's 5%"
        ),
        sql="""
            CREATE UNLOGGED TABLE u (
                x INTEGER
            )
             INHERITS (t);

            COMMENT ON TABLE u IS 'it''s 5%';
        """,
        effect="""
            + column u.a integer
            + column u.b c% character varying(30)
            + column u.id integer not null
            + column u.x integer
            + table u unlogged inherits t -- it's 5%
        """,
        reverse=lambda op: op.drop_table("u"),
    ),
    "tablespace": Case(
        action=lambda op: (
            op.create_table("u", Column("x", Integer), postgresql_tablespace="pg_default"),
            op.create_index("ix", "u", ["x"], postgresql_tablespace="pg_default"),
        ),
        sql="""
            CREATE TABLE u (
                x INTEGER
            )
             TABLESPACE pg_default;

            CREATE INDEX ix ON u (x) TABLESPACE pg_default;
        """,
        effect="""
            + column u.x integer
            + index CREATE INDEX ix ON public.u USING btree (x)
            + table u
        """,
        reverse=lambda op: op.drop_table("u"),
    ),
    "defaults_of_many_types": Case(
        action=lambda op: op.create_table(
            "u",
            Column("x", JSONB, server_default='{"a": ":b %"}', nullable=False),
            Column("y", ARRAY(String), server_default=text("'{it''s}'::varchar[]")),
            Column("z", ARRAY(Integer), server_default="{1,2}"),
            Column("n", Integer, server_default=func.length("it's :x %")),
            Column("c", Integer, sa.Computed("n * 2 % 3", persisted=True)),
        ),
        sql="""
            CREATE TABLE u (
                x JSONB DEFAULT '{"a": ":b %"}' NOT NULL,
                y VARCHAR[] DEFAULT '{it''s}'::varchar[],
                z INTEGER[] DEFAULT '{1,2}',
                n INTEGER DEFAULT length('it''s :x %'),
                c INTEGER GENERATED ALWAYS AS (n * 2 % 3) STORED
            );
        """,
        effect="""
            + column u.c integer computed ((n * 2) % 3)
            + column u.n integer default length('it''s :x %'::text)
            + column u.x jsonb not null default '{"a": ":b %"}'::jsonb
            + column u.y character varying[] default '{it''s}'::character varying[]
            + column u.z integer[] default '{1,2}'::integer[]
            + table u
        """,
        reverse=lambda op: op.drop_table("u"),
    ),
    "index_with_everything": Case(
        action=lambda op: op.create_index(
            "ix %",
            "t",
            ["a", text('lower("b c%") DESC'), func.coalesce(column("a"), 5)],
            unique=True,
            postgresql_using="btree",
            postgresql_include=["b c%"],
            postgresql_ops={"a": "int4_ops"},
            postgresql_where=text("a::text <> '\\:x %'"),
            postgresql_with={"fillfactor": 50},
            postgresql_nulls_not_distinct=True,
        ),
        sql="""
            CREATE UNIQUE INDEX "ix %" ON t USING btree (a int4_ops, lower("b c%") DESC, coalesce(a, 5)) """
        """INCLUDE ("b c%") NULLS NOT DISTINCT WITH (fillfactor = 50) WHERE a::text <> ':x %';
        """,
        effect="""
            + index CREATE UNIQUE INDEX "ix %" ON public.t USING btree """
        """(a, lower(("b c%")::text) DESC, COALESCE(a, 5)) INCLUDE ("b c%") NULLS NOT DISTINCT """
        """WITH (fillfactor='50') WHERE ((a)::text <> ':x %'::text)
        """,
        reverse=lambda op: op.drop_index("ix %", "t"),
    ),
    "drop_index_cascade_of_names": Case(
        action=lambda op: op.drop_index("absent", if_exists=True),
        sql="DROP INDEX IF EXISTS absent;",
        effect="",
        reverse=lambda op: None,
    ),
    **(
        {
            "storage": Case(
                action=lambda op: op.create_table("u", Column("x", Integer), postgresql_with={"fillfactor": 70}),
                sql="""
                    CREATE TABLE u (
                        x INTEGER
                    )
                     WITH (fillfactor = 70);
                """,
                effect="""
                    + column u.x integer
                    + table u with {fillfactor=70}
                """,
                reverse=lambda op: op.drop_table("u"),
            )
        }
        if knows_storage_of_tables()
        else {}
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sql(name: str) -> None:
    sql = sql_of("postgresql", CASES[name].action).replace("INHERITS ( t )", "INHERITS (t)")  # SQLAlchemy 2.0
    assert sql == dedent(CASES[name].sql)


@pytest.mark.parametrize("name", CASES)
def test_effect_and_back_and_as_text(postgresql_database: Database, name: str) -> None:
    assert there_and_back(postgresql_database, start, CASES[name]) == (dedent(CASES[name].effect), "", "")


def test_a_temporary_table_that_is_gone_at_commit(postgresql_database: Database) -> None:
    def create(op: Operations) -> None:
        op.create_table("u", Column("x", Integer), prefixes=["TEMPORARY"], postgresql_on_commit="DROP")

    assert sql_of("postgresql", create) == "CREATE TEMPORARY TABLE u (\n    x INTEGER\n)\n ON COMMIT DROP;"
    with operations(postgresql_database) as op:
        create(op)
        assert op.get_bind().exec_driver_sql("SELECT count(*) FROM u").scalar_one() == 0
    assert everything(postgresql_database) == []


# -- CONCURRENTLY, as text --------------------------------------------------------------------------------------------

CONCURRENTLY: dict[str, Action] = {
    "create_index": lambda op: op.create_index("ix", "t", ["a"], postgresql_concurrently=True),
    "drop_index": lambda op: op.drop_index("ix", "t", postgresql_concurrently=True, if_exists=True),
}


@pytest.mark.parametrize("operation", CONCURRENTLY)
def test_concurrently_is_not_written_between_begin_and_commit(operation: str) -> None:
    """psql would only find out when it runs the script; by then half of it has been done."""
    stream = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": stream})
    refusal = (
        rf"{operation}\('ix', postgresql_concurrently=True\) cannot run inside of a transaction\.\n.*\n.*autocommit"
    )
    with context.begin_transaction(), pytest.raises(CommandError, match=refusal):
        CONCURRENTLY[operation](Operations(context))
    with context.begin_transaction(), context.autocommit_block():
        CONCURRENTLY[operation](Operations(context))
    assert "COMMIT;\n\nCREATE INDEX" in stream.getvalue() or "COMMIT;\n\nDROP INDEX" in stream.getvalue()


def test_concurrently_as_text_runs(postgresql_database: Database) -> None:
    apply(postgresql_database, start)
    before = everything(postgresql_database)
    stream = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": stream})
    with context.begin_transaction():
        op = Operations(context)
        op.add_column("t", Column("d", Integer))
        with context.autocommit_block():
            op.create_index("ix", "t", ["d"], postgresql_concurrently=True)
        op.alter_column("t", "d", comment="dee")
    run_text(postgresql_database, stream.getvalue())
    assert changes(before, everything(postgresql_database)) == dedent(
        """
        + column t.d integer -- dee
        + index CREATE INDEX ix ON public.t USING btree (d)
        """
    )
