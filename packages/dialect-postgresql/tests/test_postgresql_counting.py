"""Columns that count by themselves on PostgreSQL, SERIAL and identity, and columns that compute."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Computed, Identity, Integer, SmallInteger, text
from sqlalchemy.sql.elements import TextClause

from testing.databases import Database
from testing.postgresql import everything, there_and_back
from testing.wings import Case, apply, changes, dedent, sql_of
from whimbrel.errors import UnsupportedOperation
from whimbrel.operations import Operations
from whimbrel.operations.ops import AlterColumnOp
from whimbrel_postgresql.names import sequence_name, within_63_bytes


def nextval(sequence: str = "t_id_seq") -> TextClause:
    return text(f"nextval('{sequence}'::regclass)")


def start(op: Operations) -> None:
    op.create_table("t", Column("id", Integer, primary_key=True), Column("n", Integer, nullable=False))
    op.execute("INSERT INTO t (n) VALUES (7), (40)")


SERIAL = """
            - column t.id integer not null default nextval('t_id_seq'::regclass)
            - sequence t_id_seq integer start 1 increment 1 min 1 max 2147483647 cache 1 of t.id
"""

CASES = {
    "serial_to_bigserial": Case(
        action=lambda op: op.alter_column("t", "id", type_=BigInteger(), existing_autoincrement=True),
        sql="""
            ALTER TABLE t ALTER COLUMN id TYPE BIGINT;

            DO $$
            BEGIN
                IF pg_get_serial_sequence('t', 'id') IS NOT NULL THEN
                    EXECUTE 'ALTER SEQUENCE ' || pg_get_serial_sequence('t', 'id') || ' AS BIGINT';
                END IF;
            END
            $$;
        """,
        effect=f"""{SERIAL.strip(chr(10))}
            + column t.id bigint not null default nextval('t_id_seq'::regclass)
            + sequence t_id_seq bigint start 1 increment 1 min 1 max 9223372036854775807 cache 1 of t.id
        """,
        reverse=lambda op: op.alter_column("t", "id", type_=Integer(), existing_server_default=nextval()),
    ),
    "serial_to_plain": Case(
        action=lambda op: op.alter_column("t", "id", autoincrement=False, existing_autoincrement=True),
        sql="""
            ALTER TABLE t ALTER COLUMN id DROP DEFAULT;

            DO $$
            BEGIN
                IF pg_get_serial_sequence('t', 'id') IS NOT NULL THEN
                    EXECUTE 'DROP SEQUENCE ' || pg_get_serial_sequence('t', 'id');
                END IF;
            END
            $$;
        """,
        effect=f"""{SERIAL.strip(chr(10))}
            + column t.id integer not null
        """,
        reverse=lambda op: op.alter_column(
            "t", "id", autoincrement=True, existing_autoincrement=False, existing_type=Integer()
        ),
    ),
    "plain_to_bigserial": Case(
        action=lambda op: op.alter_column(
            "t", "n", type_=BigInteger(), autoincrement=True, existing_autoincrement=False, new_column_name="m %"
        ),
        sql="""
            ALTER TABLE t ALTER COLUMN n TYPE BIGINT;

            ALTER TABLE t RENAME n TO "m %";

            CREATE SEQUENCE "t_m %_seq" AS BIGINT OWNED BY t."m %";

            ALTER TABLE t ALTER COLUMN "m %" SET DEFAULT nextval('"t_m %_seq"'::regclass);

            SELECT setval(pg_get_serial_sequence('t', 'm %'), GREATEST(MAX("m %"), 0) + 1, false) FROM t;
        """,
        effect="""
            - column t.n integer not null
            + column t.m % bigint not null default nextval('"t_m %_seq"'::regclass)
            + sequence "t_m %_seq" bigint start 1 increment 1 min 1 max 9223372036854775807 cache 1 of t.m %
        """,
        reverse=lambda op: op.alter_column(
            "t",
            "m %",
            type_=Integer(),
            autoincrement=False,
            existing_autoincrement=True,
            new_column_name="n",
        ),
    ),
    "serial_to_identity": Case(
        action=lambda op: op.alter_column(
            "t", "id", server_default=Identity(always=True), existing_server_default=nextval()
        ),
        sql="""
            ALTER TABLE t ALTER COLUMN id DROP DEFAULT;

            DO $$
            BEGIN
                IF pg_get_serial_sequence('t', 'id') IS NOT NULL THEN
                    EXECUTE 'DROP SEQUENCE ' || pg_get_serial_sequence('t', 'id');
                END IF;
            END
            $$;

            ALTER TABLE t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;

            SELECT setval(pg_get_serial_sequence('t', 'id'), GREATEST(MAX(id), 0) + 1, false) FROM t;
        """,
        effect="""
            - column t.id integer not null default nextval('t_id_seq'::regclass)
            + column t.id integer not null identity always
        """,
        reverse=lambda op: op.alter_column(
            "t",
            "id",
            server_default=None,
            existing_server_default=Identity(always=True),
            autoincrement=True,
            existing_autoincrement=False,
            existing_type=Integer(),
        ),
    ),
    "default_to_identity": Case(
        action=lambda op: (
            op.alter_column("t", "n", server_default="5"),
            op.alter_column("t", "n", server_default=Identity(start=41), existing_server_default="5"),
        ),
        sql="""
            ALTER TABLE t ALTER COLUMN n SET DEFAULT '5';

            ALTER TABLE t ALTER COLUMN n DROP DEFAULT;

            ALTER TABLE t ALTER COLUMN n ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 41);
        """,
        effect="""
            - column t.n integer not null
            + column t.n integer not null identity
            + sequence t_n_seq integer start 41 increment 1 min 1 max 2147483647 cache 1 of t.n
        """,
        reverse=lambda op: op.alter_column("t", "n", server_default=None, existing_server_default=Identity()),
    ),
    "identity_to_default": Case(
        action=lambda op: (
            op.alter_column("t", "n", server_default=Identity()),
            op.alter_column("t", "n", type_=BigInteger(), server_default=text("5"), existing_server_default=Identity()),
        ),
        sql="""
            ALTER TABLE t ALTER COLUMN n ADD GENERATED BY DEFAULT AS IDENTITY;

            ALTER TABLE t ALTER COLUMN n DROP IDENTITY;

            ALTER TABLE t ALTER COLUMN n TYPE BIGINT;

            ALTER TABLE t ALTER COLUMN n SET DEFAULT 5;
        """,
        effect="""
            - column t.n integer not null
            + column t.n bigint not null default 5
        """,
        reverse=lambda op: op.alter_column("t", "n", type_=Integer(), server_default=None),
    ),
    "computed_to_default": Case(
        action=lambda op: (
            op.add_column("t", Column("twice", Integer, Computed("n * 2", persisted=True))),
            op.alter_column("t", "twice", server_default="5", existing_server_default=Computed("n * 2")),
        ),
        sql="""
            ALTER TABLE t ADD COLUMN twice INTEGER GENERATED ALWAYS AS (n * 2) STORED;

            ALTER TABLE t ALTER COLUMN twice DROP EXPRESSION;

            ALTER TABLE t ALTER COLUMN twice SET DEFAULT '5';
        """,
        effect="+ column t.twice integer default 5",
        reverse=lambda op: op.drop_column("t", "twice"),
    ),
    "computed_to_plain": Case(
        action=lambda op: (
            op.add_column("t", Column("twice", Integer, Computed("n * 2", persisted=True))),
            op.alter_column("t", "twice", server_default=None, existing_server_default=Computed("n * 2")),
        ),
        sql="""
            ALTER TABLE t ADD COLUMN twice INTEGER GENERATED ALWAYS AS (n * 2) STORED;

            ALTER TABLE t ALTER COLUMN twice DROP EXPRESSION;
        """,
        effect="+ column t.twice integer",
        reverse=lambda op: op.drop_column("t", "twice"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sql(name: str) -> None:
    assert sql_of("postgresql", CASES[name].action) == dedent(CASES[name].sql)


@pytest.mark.parametrize("name", CASES)
def test_effect_and_back_and_as_text(postgresql_database: Database, name: str) -> None:
    assert there_and_back(postgresql_database, start, CASES[name]) == (dedent(CASES[name].effect), "", "")


@pytest.mark.parametrize("name", ["serial_to_bigserial", "serial_to_identity"])
def test_the_next_row_gets_the_next_number(postgresql_database: Database, name: str) -> None:
    apply(postgresql_database, start)
    apply(postgresql_database, CASES[name].action)
    apply(postgresql_database, lambda op: op.execute("INSERT INTO t (n) VALUES (8)"))
    with postgresql_database.engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM t ORDER BY id").scalars().all() == [1, 2, 3]


def test_a_column_with_rows_counts_on_from_the_greatest(postgresql_database: Database) -> None:
    apply(postgresql_database, start)
    apply(
        postgresql_database,
        lambda op: op.alter_column("t", "n", autoincrement=True, existing_autoincrement=False, existing_type=Integer()),
    )
    apply(postgresql_database, lambda op: op.execute("INSERT INTO t DEFAULT VALUES"))
    with postgresql_database.engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM t ORDER BY n").scalars().all() == [7, 40, 41]


@pytest.mark.parametrize(
    ("type_", "name"), [(Integer(), "integer"), (BigInteger(), "bigint"), (SmallInteger(), "smallint")]
)
def test_what_a_column_becomes_is_what_serial_would_have_made(
    new_database: Any, type_: sa.types.TypeEngine[int], name: str
) -> None:
    made, become = new_database("postgresql"), new_database("postgresql")
    apply(made, lambda op: op.create_table("t", Column("id", type_, primary_key=True)))
    apply(become, lambda op: op.create_table("t", Column("id", type_, primary_key=True, autoincrement=False)))
    apply(
        become,
        lambda op: op.alter_column("t", "id", autoincrement=True, existing_autoincrement=False, existing_type=type_),
    )
    assert everything(become) == everything(made)
    assert f"column t.id {name} not null default nextval('t_id_seq'::regclass)" in everything(made)


def test_autoincrement_alone_changes_nothing() -> None:
    """Alembic writes autoincrement=True beside any change of a key: it says how the column is, not how it becomes."""
    said: list[dict[str, Any]] = [
        {"autoincrement": True},
        {"existing_autoincrement": True},
        {"autoincrement": True, "existing_autoincrement": True},
    ]
    for keywords in said:
        sql = sql_of("postgresql", lambda op, keywords=keywords: op.alter_column("t", "id", nullable=False, **keywords))
        assert sql == "ALTER TABLE t ALTER COLUMN id SET NOT NULL;"


def test_a_sequence_that_others_use_stays(postgresql_database: Database) -> None:
    def begin(op: Operations) -> None:
        op.execute("CREATE SEQUENCE shared")
        op.create_table("t", Column("id", Integer, server_default=nextval("shared")))

    apply(postgresql_database, begin)
    apply(
        postgresql_database,
        lambda op: op.alter_column(
            "t", "id", nullable=False, server_default=Identity(), existing_server_default=nextval("shared")
        ),
    )
    found = everything(postgresql_database)
    assert "column t.id integer not null identity" in found
    assert any(line.startswith("sequence shared bigint") for line in found)


def test_in_a_schema(postgresql_database: Database) -> None:
    def script(op: Operations) -> None:
        op.execute('CREATE SCHEMA "s p"')
        op.create_table("T %", Column("id", Integer, primary_key=True, autoincrement=False), schema="s p")
        op.alter_column(
            "T %", "id", schema="s p", autoincrement=True, existing_autoincrement=False, existing_type=Integer()
        )
        op.alter_column("T %", "id", schema="s p", type_=BigInteger(), existing_autoincrement=True)

    apply(postgresql_database, script)
    assert "\n".join(everything(postgresql_database)) == dedent(
        """
        column "s p"."T %".id bigint not null default nextval('"s p"."T %_id_seq"'::regclass)
        constraint "s p"."T %".T %_pkey PRIMARY KEY (id)
        sequence "s p"."T %_id_seq" bigint start 1 increment 1 min 1 max 9223372036854775807 cache 1 of "s p"."T %".id
        table "s p"."T %"
        """
    )


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("t", "id"),
        ("t" * 63, "id"),
        ("t" * 40, "c" * 40),
        ("é" * 31, "ß" * 31),
        ("a", "c" * 63),
        ("日本" * 10, "x" * 30),
    ],
)
def test_the_name_of_the_sequence_is_the_server_s(postgresql_database: Database, table: str, column: str) -> None:
    with postgresql_database.engine().begin() as connection:
        connection.exec_driver_sql(f'CREATE TABLE "{table}" ("{column}" SERIAL)')
        name = connection.exec_driver_sql("SELECT relname FROM pg_class WHERE relkind = 'S'").scalar_one()
    assert sequence_name(table, column) == name


def test_names_are_kept_to_63_bytes() -> None:
    assert within_63_bytes("é" * 40) == "é" * 31
    assert within_63_bytes("short") == "short"


# -- identity ---------------------------------------------------------------------------------------------------------

IDENTITIES = [
    Identity(),
    Identity(always=True),
    Identity(start=7),
    Identity(start=-5, increment=-3, minvalue=-100, maxvalue=-1),
    Identity(increment=2, minvalue=1, maxvalue=99, cache=4, cycle=True),
    Identity(start=5, minvalue=0),
]


@pytest.mark.parametrize("old", IDENTITIES, ids=range(len(IDENTITIES)))
def test_an_identity_becomes_every_other(postgresql_database: Database, old: Identity) -> None:
    """Not only is the change right: going back gives the start, so what an Identity does not say is set back too."""
    for new in IDENTITIES:
        change = AlterColumnOp("t", "x", modify_server_default=new, existing_server_default=old)

        def tables(op: Operations, new: Identity = new) -> None:
            op.create_table("t", Column("x", Integer, old._copy(), nullable=False))
            op.create_table("u", Column("x", Integer, new._copy(), nullable=False))

        apply(postgresql_database, tables)
        before = everything(postgresql_database)
        apply(postgresql_database, lambda op, change=change: op.invoke(change))
        after = everything(postgresql_database)
        assert _of(after, "t") == [line.replace("u_", "t_").replace("u.", "t.") for line in _of(after, "u")]
        apply(postgresql_database, lambda op, change=change: op.invoke(change.reverse()))
        assert everything(postgresql_database) == before
        apply(postgresql_database, lambda op: (op.drop_table("t"), op.drop_table("u")))


def _of(lines: list[str], table: str) -> list[str]:
    return [line for line in lines if line.startswith((f"column {table}.", f"sequence {table}_"))]


def test_an_identity_that_says_the_same_is_no_statement() -> None:
    assert (
        sql_of(
            "postgresql",
            lambda op: op.alter_column(
                "t", "x", server_default=Identity(start=1), existing_server_default=Identity(increment=1)
            ),
        )
        == ""
    )


# -- computed ---------------------------------------------------------------------------------------------------------


def change_expression(op: Operations) -> None:
    op.alter_column(
        "t", "twice", server_default=Computed("n * 3 % 50"), existing_server_default=Computed("n * 2", persisted=True)
    )


def test_what_a_column_computes_changes_since_postgresql_17(postgresql_database: Database) -> None:
    assert sql_of("postgresql", change_expression) == "ALTER TABLE t ALTER COLUMN twice SET EXPRESSION AS (n * 3 % 50);"
    apply(postgresql_database, start)
    apply(
        postgresql_database, lambda op: op.add_column("t", Column("twice", Integer, Computed("n * 2", persisted=True)))
    )
    before = everything(postgresql_database)
    with postgresql_database.engine().connect() as connection:
        version = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    if int(version) >= 170000:
        apply(postgresql_database, change_expression)
        assert changes(before, everything(postgresql_database)) == (
            "- column t.twice integer computed (n * 2)\n+ column t.twice integer computed ((n * 3) % 50)"
        )
    else:
        with pytest.raises(UnsupportedOperation, match=r"cannot change what column t\.twice computes; 17 can\.\nDrop"):
            apply(postgresql_database, change_expression)
        assert everything(postgresql_database) == before
