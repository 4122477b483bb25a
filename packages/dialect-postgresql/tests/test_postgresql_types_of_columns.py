"""ENUM and DOMAIN types that columns bring along on PostgreSQL: created where missing, dropped where unused."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Enum, Integer, MetaData, String, Table
from sqlalchemy.dialects.postgresql import ARRAY, DOMAIN, ENUM
from sqlalchemy.types import TypeDecorator, TypeEngine

from testing.databases import Database
from testing.postgresql import everything, run_text, there_and_back
from testing.wings import Action, Case, apply, changes, dedent, sql_of, text_of
from whimbrel.operations import Operations
from whimbrel.operations.ops import AddColumnOp, CreateTableOp, DropTableOp


def mood() -> Enum:
    return Enum("happy", "it's %", name="mood")


class Decorated(TypeDecorator[str]):
    impl = mood()
    cache_ok = True


def start(op: Operations) -> None:
    op.create_table("t", Column("id", Integer, autoincrement=False), Column("word", String(9)))
    op.execute("INSERT INTO t VALUES (1, 'happy')")


ENSURED = """
            DO $$
            BEGIN
                IF to_regtype('mood') IS NULL THEN
                    CREATE TYPE mood AS ENUM ('happy', 'it''s %');
                END IF;
            END
            $$;
"""

CASES = {
    "create_table": Case(
        # One type, three columns that need it: it is asked for once.
        action=lambda op: op.create_table(
            "u", Column("a", mood()), Column("b", mood(), nullable=False), Column("c", ARRAY(mood()))
        ),
        sql=f"""{ENSURED}
            CREATE TABLE u (
                a mood,
                b mood NOT NULL,
                c mood[]
            );
        """,
        effect="""
            + column u.a mood
            + column u.b mood not null
            + column u.c mood[]
            + enum mood 'happy', 'it''s %'
            + table u
        """,
        reverse=lambda op: (op.drop_table("u"), op.drop_enum_type("mood")),
    ),
    "add_column": Case(
        action=lambda op: op.add_column("t", Column("a", mood(), server_default="happy")),
        sql=f"""{ENSURED}
            ALTER TABLE t ADD COLUMN a mood DEFAULT 'happy';
        """,
        effect="""
            + column t.a mood default 'happy'::mood
            + enum mood 'happy', 'it''s %'
        """,
        reverse=lambda op: (op.drop_column("t", "a"), op.drop_enum_type("mood")),
    ),
    "alter_column": Case(
        action=lambda op: op.alter_column("t", "word", type_=mood(), postgresql_using="word::mood"),
        sql=f"""{ENSURED}
            ALTER TABLE t ALTER COLUMN word TYPE mood USING word::mood;
        """,
        effect="""
            - column t.word character varying(9)
            + column t.word mood
            + enum mood 'happy', 'it''s %'
        """,
        reverse=lambda op: (op.alter_column("t", "word", type_=String(9)), op.drop_enum_type("mood")),
    ),
    "a_domain_over_an_enum": Case(
        action=lambda op: op.add_column("t", Column("a", DOMAIN("good mood", mood(), check="value <> 'it''s %'"))),
        sql=f"""{ENSURED}
            DO $$
            BEGIN
                IF to_regtype('"good mood"') IS NULL THEN
                    CREATE DOMAIN "good mood" AS mood CHECK (value <> 'it''s %');
                END IF;
            END
            $$;

            ALTER TABLE t ADD COLUMN a "good mood";
        """,
        effect="""
            + column t.a "good mood"
            + domain "good mood" mood CHECK ((VALUE <> 'it''s %'::mood))
            + enum mood 'happy', 'it''s %'
        """,
        reverse=lambda op: (
            op.drop_column("t", "a"),
            op.execute('DROP DOMAIN "good mood"'),
            op.drop_enum_type("mood"),
        ),
    ),
    "somebody_elses": Case(
        action=lambda op: (
            op.execute("CREATE TYPE mood AS ENUM ('happy')"),
            op.add_column("t", Column("a", ENUM(name="mood", create_type=False))),
        ),
        sql="""
            CREATE TYPE mood AS ENUM ('happy');

            ALTER TABLE t ADD COLUMN a mood;
        """,
        effect="""
            + column t.a mood
            + enum mood 'happy'
        """,
        reverse=lambda op: (op.drop_column("t", "a"), op.drop_enum_type("mood")),
    ),
    "not_native": Case(
        action=lambda op: op.add_column(
            "t", Column("a", Enum("x", "y", name="xy", native_enum=False, create_constraint=True))
        ),
        sql="""
            ALTER TABLE t ADD COLUMN a VARCHAR(1);

            ALTER TABLE t ADD CONSTRAINT xy CHECK (a IN ('x', 'y'));
        """,
        effect="""
            + column t.a character varying(1)
            + constraint t.xy CHECK (((a)::text = ANY """
        """((ARRAY['x'::character varying, 'y'::character varying])::text[])))
        """,
        reverse=lambda op: op.drop_column("t", "a"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sql(name: str) -> None:
    assert sql_of("postgresql", CASES[name].action) == dedent(CASES[name].sql)


@pytest.mark.parametrize("name", CASES)
def test_effect_and_back_and_as_text(postgresql_database: Database, name: str) -> None:
    assert there_and_back(postgresql_database, start, CASES[name]) == (dedent(CASES[name].effect), "", "")


@pytest.mark.parametrize(
    "type_",
    [mood(), ARRAY(mood()), Decorated(), String(9).with_variant(mood(), "postgresql"), sa.ARRAY(Decorated())],
    ids=["plain", "array", "decorated", "variant", "array of decorated"],
)
def test_however_deep_an_enum_sits(postgresql_database: Database, type_: TypeEngine[Any]) -> None:
    apply(postgresql_database, lambda op: op.create_table("t", Column("a", type_)))
    assert "enum mood 'happy', 'it''s %'" in everything(postgresql_database)


HAND_MADE: dict[str, Action] = {
    "by a statement": lambda op: op.execute("CREATE TYPE mood AS ENUM ('happy', 'it''s %')"),
    "by the directive": lambda op: op.create_enum_type("mood", ["happy", "it's %"]),
    "by another table": lambda op: op.create_table("u", Column("a", mood())),
}


@pytest.mark.parametrize("by", HAND_MADE)
@pytest.mark.parametrize("text_only", [False, True])
def test_a_script_that_creates_the_type_itself_goes_on_working(
    postgresql_database: Database, by: str, text_only: bool
) -> None:
    def script(op: Operations) -> None:
        HAND_MADE[by](op)
        op.add_column("t", Column("a", mood()))
        op.create_table("v", Column("a", mood()))

    apply(postgresql_database, start)
    if text_only:
        run_text(postgresql_database, text_of("postgresql", script))
    else:
        apply(postgresql_database, script)
    found = everything(postgresql_database)
    assert {"column t.a mood", "column v.a mood", "enum mood 'happy', 'it''s %'"} <= set(found)


def test_created_with_sqlalchemy_before(postgresql_database: Database) -> None:
    """The way out that scripts of Alembic know: Enum.create() before add_column()."""

    def script(op: Operations) -> None:
        mood().create(op.get_bind(), checkfirst=True)
        op.add_column("t", Column("a", mood()))

    apply(postgresql_database, start)
    apply(postgresql_database, script)
    assert "column t.a mood" in everything(postgresql_database)


def test_created_and_dropped_and_created_in_one_run(postgresql_database: Database) -> None:
    def script(op: Operations) -> None:
        op.create_table("u", Column("a", mood()))
        op.drop_table("u")
        op.drop_enum_type("mood")
        op.create_table("u", Column("a", mood()))

    apply(postgresql_database, script)
    assert "column u.a mood" in everything(postgresql_database)


@pytest.mark.filterwarnings("ignore:the ``inherit_schema`` parameter is deprecated")  # SQLAlchemy 2.1
@pytest.mark.parametrize("inherits", [True, False])
def test_the_schema_of_an_enum(postgresql_database: Database, inherits: bool) -> None:
    apply(postgresql_database, lambda op: op.execute('CREATE SCHEMA "s p"'))
    own: dict[str, Any] = {"inherit_schema": True} if inherits else {"schema": "s p"}

    def script(op: Operations) -> None:
        op.create_table("u", Column("a", Enum("x", name="one", **own)), Column("w", String(9)), schema="s p")
        op.add_column("u", Column("b", Enum("x", name="two", **own)), schema="s p")
        op.alter_column("u", "w", type_=Enum("x", name="three", **own), postgresql_using='w::"s p".three', schema="s p")

    apply(postgresql_database, script)
    assert [line for line in everything(postgresql_database) if line.startswith("enum")] == [
        "enum \"s p\".one 'x'",
        "enum \"s p\".three 'x'",
        "enum \"s p\".two 'x'",
    ]


# -- the reverse of a directive takes the type along, unless somebody else has it ------------------------------------


def test_the_reverse_drops_the_type_that_nothing_has_any_more(postgresql_database: Database) -> None:
    apply(postgresql_database, start)
    before = everything(postgresql_database)
    add = AddColumnOp("t", Column("a", mood()))
    create = CreateTableOp("u", [Column("a", ARRAY(mood()))])
    for directive in (add, create):
        apply(postgresql_database, lambda op, directive=directive: op.invoke(directive))
    apply(postgresql_database, lambda op: op.invoke(add.reverse()))
    assert changes(before, everything(postgresql_database)) == dedent(
        """
        + column u.a mood[]
        + enum mood 'happy', 'it''s %'
        + table u
        """
    )
    apply(postgresql_database, lambda op: op.invoke(create.reverse()))
    assert everything(postgresql_database) == before


def test_the_drop_of_a_model_s_table(postgresql_database: Database) -> None:
    table = Table("u", MetaData(), Column("a", mood()), Column("b", ENUM("x", name="other", create_type=False)))
    apply(postgresql_database, lambda op: op.create_enum_type("other", ["x"]))
    apply(postgresql_database, lambda op: op.invoke(CreateTableOp.from_table(table)))
    drop = DropTableOp.from_table(table)
    assert sql_of("postgresql", lambda op: op.invoke(drop)) == dedent(
        """
        DROP TABLE u;

        DO $$
        BEGIN
            DROP TYPE IF EXISTS mood;
        EXCEPTION WHEN dependent_objects_still_exist THEN
            NULL;
        END
        $$;
        """
    )
    apply(postgresql_database, lambda op: op.invoke(drop))
    assert everything(postgresql_database) == ["enum other 'x'"]


def test_a_value_that_would_end_the_block(postgresql_database: Database) -> None:
    type_ = Enum("$$; DROP TABLE t; --", "$whimbrel1$", name="odd")
    add = AddColumnOp("t", Column("a", type_))
    assert sql_of("postgresql", lambda op: op.invoke(add)).startswith("DO $whimbrel2$\nBEGIN\n")
    apply(postgresql_database, start)
    apply(postgresql_database, lambda op: op.invoke(add))
    assert "enum odd '$$; DROP TABLE t; --', '$whimbrel1$'" in everything(postgresql_database)
