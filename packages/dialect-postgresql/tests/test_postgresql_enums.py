"""Enum types on PostgreSQL: each operation with its SQL, its effect, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Enum, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY, ENUM

from testing.databases import Database
from testing.postgresql import everything, there_and_back
from testing.projects import Project
from testing.wings import Case, apply, changes, dedent, operations, sql_of
from whimbrel import command
from whimbrel.errors import CommandError, MigrationFailed, UnsupportedOperation
from whimbrel.operations import MigrateOperation, Operations
from whimbrel_postgresql.enum_operations import (
    AddEnumValueOp,
    CreateEnumTypeOp,
    DropEnumTypeOp,
    RenameEnumTypeOp,
    RenameEnumValueOp,
)
from whimbrel_postgresql.enum_replacement import EnumColumn, ReplaceEnumValuesOp

MOOD = ENUM("happy", "glum", "sad", name="mood", create_type=False)


def start(op: Operations) -> None:
    """A type, a table that has it thrice, a row."""
    op.create_enum_type("mood", ["happy", "glum", "sad"])
    op.create_table(
        "person",
        Column("id", Integer, autoincrement=False),
        Column("mood", MOOD, server_default="glum", nullable=False),
        Column("moods", ARRAY(MOOD)),
    )
    op.execute("INSERT INTO person VALUES (1, 'glum', '{sad, glum}'), (2, 'happy', NULL)")


CASES = {
    "create_enum_type": Case(
        action=lambda op: op.create_enum_type("kind", ["a", "it's", "5% :x", "\\"]),
        sql=r"CREATE TYPE kind AS ENUM ('a', 'it''s', '5% :x', '\');",
        effect=r"+ enum kind 'a', 'it''s', '5% :x', E'\\'",
        reverse=lambda op: op.drop_enum_type("kind"),
    ),
    "create_enum_type_if_not_exists": Case(
        action=lambda op: op.create_enum_type("mood", ["other"], if_not_exists=True),
        sql="""
            DO $$
            BEGIN
                IF to_regtype('mood') IS NULL THEN
                    CREATE TYPE mood AS ENUM ('other');
                END IF;
            END
            $$;
        """,
        effect="",
        reverse=lambda op: None,
    ),
    "create_enum_type_in_a_schema": Case(
        action=lambda op: (op.execute('CREATE SCHEMA "s p"'), op.create_enum_type("Kind", [], schema="s p")),
        sql="""
            CREATE SCHEMA "s p";

            CREATE TYPE "s p"."Kind" AS ENUM ();
        """,
        effect='+ enum "s p"."Kind" of nothing',
        reverse=lambda op: (op.drop_enum_type("Kind", schema="s p"), op.execute('DROP SCHEMA "s p"')),
    ),
    "drop_enum_type": Case(
        action=lambda op: (op.drop_table("person"), op.drop_enum_type("mood")),
        sql="""
            DROP TABLE person;

            DROP TYPE mood;
        """,
        effect="""
            - column person.id integer
            - column person.mood mood not null default 'glum'::mood
            - column person.moods mood[]
            - enum mood 'happy', 'glum', 'sad'
            - table person
        """,
        reverse=start,
    ),
    "drop_enum_type_if_exists": Case(
        action=lambda op: op.drop_enum_type("absent", if_exists=True),
        sql="DROP TYPE IF EXISTS absent;",
        effect="",
        reverse=lambda op: None,
    ),
    "rename_enum_type": Case(
        action=lambda op: op.rename_enum_type("mood", "order"),
        sql='ALTER TYPE mood RENAME TO "order";',
        effect="""
            - column person.mood mood not null default 'glum'::mood
            - column person.moods mood[]
            - enum mood 'happy', 'glum', 'sad'
            + column person.mood "order" not null default 'glum'::"order"
            + column person.moods "order"[]
            + enum "order" 'happy', 'glum', 'sad'
        """,
        reverse=lambda op: op.rename_enum_type("order", "mood"),
    ),
    "rename_enum_value": Case(
        action=lambda op: op.rename_enum_value("mood", "glum", "it's 5%"),
        sql="ALTER TYPE mood RENAME VALUE 'glum' TO 'it''s 5%';",
        effect="""
            - column person.mood mood not null default 'glum'::mood
            - enum mood 'happy', 'glum', 'sad'
            + column person.mood mood not null default 'it''s 5%'::mood
            + enum mood 'happy', 'it''s 5%', 'sad'
        """,
        reverse=lambda op: op.rename_enum_value("mood", "it's 5%", "glum"),
    ),
    "replace_enum_values": Case(
        action=lambda op: op.replace_enum_values(
            "mood",
            ["sad", "happy"],
            columns=[
                EnumColumn("person", "mood", server_default="glum"),
                EnumColumn("person", "moods", array=True),
            ],
            replacements={"glum": "sad"},
        ),
        sql="""
            ALTER TYPE mood RENAME TO _whimbrel_old_mood;

            CREATE TYPE mood AS ENUM ('sad', 'happy');

            ALTER TABLE person ALTER COLUMN mood DROP DEFAULT;

            ALTER TABLE person ALTER COLUMN mood TYPE mood """
        """USING CAST(CASE CAST(mood AS TEXT) WHEN 'glum' THEN 'sad' ELSE CAST(mood AS TEXT) END AS mood);

            ALTER TABLE person ALTER COLUMN mood SET DEFAULT 'sad';

            ALTER TABLE person ALTER COLUMN moods TYPE mood[] """
        """USING CAST(array_replace(CAST(moods AS TEXT[]), 'glum', 'sad') AS mood[]);

            DROP TYPE _whimbrel_old_mood;
        """,
        effect="""
            - column person.mood mood not null default 'glum'::mood
            - enum mood 'happy', 'glum', 'sad'
            + column person.mood mood not null default 'sad'::mood
            + enum mood 'sad', 'happy'
        """,
        reverse=lambda op: op.replace_enum_values(
            "mood",
            ["happy", "glum", "sad"],
            columns=[EnumColumn("person", "mood", server_default=text("'glum'::mood")), ("person", "moods")],
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sql(name: str) -> None:
    assert sql_of("postgresql", CASES[name].action) == dedent(CASES[name].sql)


@pytest.mark.parametrize("name", CASES)
def test_effect_and_back_and_as_text(postgresql_database: Database, name: str) -> None:
    assert there_and_back(postgresql_database, start, CASES[name]) == (dedent(CASES[name].effect), "", "")


@pytest.mark.parametrize(
    ("place", "sql", "values"),
    [
        ({}, "ALTER TYPE mood ADD VALUE 'it''s 5%'", "'happy', 'glum', 'sad', 'it''s 5%'"),
        (
            {"before": "happy"},
            "ALTER TYPE mood ADD VALUE 'it''s 5%' BEFORE 'happy'",
            "'it''s 5%', 'happy', 'glum', 'sad'",
        ),
        (
            {"after": "happy"},
            "ALTER TYPE mood ADD VALUE 'it''s 5%' AFTER 'happy'",
            "'happy', 'it''s 5%', 'glum', 'sad'",
        ),
        (
            {"if_not_exists": True},
            "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'it''s 5%'",
            "'happy', 'glum', 'sad', 'it''s 5%'",
        ),
    ],
)
def test_add_enum_value(postgresql_database: Database, place: dict[str, Any], sql: str, values: str) -> None:
    def add(op: Operations) -> None:
        op.add_enum_value("mood", "it's 5%", **place)

    assert sql_of("postgresql", add) == f"{sql};"
    apply(postgresql_database, start)
    apply(postgresql_database, add)
    assert f"enum mood {values}" in everything(postgresql_database)


def test_pain_4_enum_values_come_and_go_without_a_lost_row(postgresql_database: Database) -> None:
    """Pain 4: enums are not created, not dropped, not altered (sqlalchemy/alembic #278, #567, #754, #868)."""
    kind = Enum("cat", "dog", name="kind")
    before = everything(postgresql_database)
    apply(postgresql_database, lambda op: op.create_table("pet", Column("id", Integer)))
    apply(postgresql_database, lambda op: op.execute("INSERT INTO pet VALUES (1), (2)"))
    apply(postgresql_database, lambda op: op.add_column("pet", Column("kind", kind, server_default="dog")))
    with postgresql_database.engine().connect() as connection:
        file = connection.exec_driver_sql("SELECT pg_relation_filenode('pet')").scalar_one()
    apply(postgresql_database, lambda op: op.add_enum_value("kind", "eel"))
    with postgresql_database.engine().connect() as connection:
        # Added to the catalog: the table is the same file, no row was written anew.
        assert connection.exec_driver_sql("SELECT pg_relation_filenode('pet')").scalar_one() == file
    apply(postgresql_database, lambda op: op.execute("UPDATE pet SET kind = 'eel' WHERE id = 2"))
    apply(
        postgresql_database,
        lambda op: op.replace_enum_values(
            "kind", ["cat", "fish"], columns=[("pet", "kind")], replacements={"eel": "fish", "dog": "cat"}
        ),
    )
    with postgresql_database.engine().connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, kind::text FROM pet ORDER BY id").all()
    assert [tuple(row) for row in rows] == [(1, "cat"), (2, "fish")]
    apply(postgresql_database, lambda op: (op.drop_table("pet"), op.drop_enum_type("kind")))
    assert everything(postgresql_database) == before


# -- a new value and its transaction ----------------------------------------------------------------------------------


def test_a_value_added_in_autocommit_can_be_used_at_once(postgresql_database: Database) -> None:
    apply(postgresql_database, start)
    with operations(postgresql_database) as op:
        with op.get_context().autocommit_block():
            op.add_enum_value("mood", "calm")
        op.execute("UPDATE person SET mood = 'calm'")


def test_what_to_do_where_a_value_is_used_too_early(postgresql_database: Database) -> None:
    apply(postgresql_database, start)

    def use_too_early(op: Operations) -> None:
        op.add_enum_value("mood", "calm")
        op.execute("UPDATE person SET mood = 'calm'")

    with pytest.raises(sa.exc.DBAPIError) as caught:
        apply(postgresql_database, use_too_early)
    with operations(postgresql_database) as op:
        assert op.impl.remedy(caught.value) == dedent(
            """
            A value that is added to an enum type can be used once that is committed. Add it outside of the transaction:
                with op.get_context().autocommit_block():
                    op.add_enum_value(...)
            or use it in the next revision.
            """
        )


def test_a_run_says_what_to_do_whoever_sent_the_statement(postgresql_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, postgresql_database.url)
    (project.versions / "a1_too_early.py").write_text(
        """import sqlalchemy as sa
from whimbrel import op

revision = "a1"
down_revision = None


def upgrade():
    op.create_table("t", sa.Column("m", sa.Enum("x", name="kind")))
    with op.get_context().autocommit_block():
        pass
    op.add_enum_value("kind", "y")
    op.get_bind().execute(sa.text("INSERT INTO t VALUES ('y')"))
"""
    )
    with pytest.raises(MigrationFailed, match='unsafe use of new value "y" of enum type kind') as caught:
        command.upgrade(project.config(), "head")
    assert "or use it in the next revision." in str(caught.value)


def test_what_to_do_where_a_statement_refuses_transactions(postgresql_database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError) as caught:
        apply(postgresql_database, lambda op: op.execute("VACUUM"))
    with operations(postgresql_database) as op:
        assert "autocommit_block" in str(op.impl.remedy(caught.value))
        assert op.impl.remedy(ZeroDivisionError()) is None


def test_a_value_has_one_place() -> None:
    with pytest.raises(CommandError, match=r"told both before='a' and after='b'"):
        AddEnumValueOp("mood", "calm", before="a", after="b")


# -- other values: nothing is lost ------------------------------------------------------------------------------------


def replace(**said: Any) -> Any:
    return lambda op: op.replace_enum_values("mood", ["happy", "sad"], **said)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (
            {"columns": [("person", "mood")], "replacements": {"glum": "sad"}},
            "Enum type mood is also the type of public.person.moods, which is not among the columns",
        ),
        (
            {"columns": [("person", "mood"), ("person", "moods"), ("person", "id")]},
            "person.id is no column of that type",
        ),
        (
            {"columns": [("person", "mood"), ("person", "moods")], "replacements": {"sad": "happy"}},
            "replaces 'sad', which stays",
        ),
        (
            {"columns": [("person", "mood"), ("person", "moods")], "replacements": {"glum": "calm"}},
            "has 'calm' in place of another value, and that is none of the new values",
        ),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_done(
    postgresql_database: Database, said: dict[str, Any], complaint: str
) -> None:
    apply(postgresql_database, start)
    before = everything(postgresql_database)
    with pytest.raises(CommandError, match=complaint):
        apply(postgresql_database, replace(**said))
    assert everything(postgresql_database) == before


def test_a_row_with_a_value_that_goes_stops_it(postgresql_database: Database) -> None:
    apply(postgresql_database, start)
    before = everything(postgresql_database)
    with pytest.raises(sa.exc.DBAPIError, match='invalid input value for enum mood: "glum"'):
        apply(postgresql_database, replace(columns=[("person", "mood"), ("person", "moods")]))
    assert everything(postgresql_database) == before


def test_a_use_that_is_no_column_stops_it(postgresql_database: Database) -> None:
    apply(postgresql_database, start)
    apply(postgresql_database, lambda op: op.execute("CREATE FUNCTION f(mood) RETURNS int LANGUAGE sql AS 'SELECT 1'"))
    before = everything(postgresql_database)
    columns = [("person", "mood"), ("person", "moods")]
    with pytest.raises(sa.exc.DBAPIError, match="other objects depend on it"):
        apply(postgresql_database, replace(columns=columns, replacements={"glum": "sad"}))
    assert everything(postgresql_database) == before


def test_the_columns_of_a_partitioned_table_and_another_schema(postgresql_database: Database) -> None:
    def begin(op: Operations) -> None:
        op.execute("CREATE SCHEMA s")
        op.create_enum_type("mood", ["happy", "glum"], schema="s")
        op.execute("CREATE TABLE s.q (m s.mood DEFAULT 'happy', id int) PARTITION BY RANGE (id)")
        op.execute("CREATE TABLE s.q1 PARTITION OF s.q FOR VALUES FROM (1) TO (9)")

    apply(postgresql_database, begin)
    apply(
        postgresql_database,
        lambda op: op.replace_enum_values("mood", ["happy"], columns=[("q", "m", "s")], schema="s"),
    )
    assert everything(postgresql_database) == [
        "column s.q.id integer",
        "column s.q.m s.mood default 'happy'::s.mood",
        "column s.q1.id integer",
        "column s.q1.m s.mood default 'happy'::s.mood",
        "enum s.mood 'happy'",
        "table s.q partition by RANGE (id)",
        "table s.q1 FOR VALUES FROM (1) TO (9) inherits s.q",
    ]


# -- directives as values ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "directive",
    [
        CreateEnumTypeOp("kind", ["a", "b"]),
        CreateEnumTypeOp("kind", ["a", "b"]).reverse(),
        RenameEnumTypeOp("mood", "temper"),
        RenameEnumValueOp("mood", "glum", "calm"),
        ReplaceEnumValuesOp(
            "mood",
            ["happy", "glum", "sad", "calm"],
            columns=[("person", "mood"), ("person", "moods")],
            existing_values=["happy", "glum", "sad"],
        ),
    ],
    ids=lambda directive: type(directive).__name__,
)
def test_the_reverse_of_a_directive_undoes_it(postgresql_database: Database, directive: MigrateOperation) -> None:
    apply(postgresql_database, start)
    if isinstance(directive, DropEnumTypeOp):
        apply(postgresql_database, lambda op: op.invoke(directive.reverse()))
    before = everything(postgresql_database)
    apply(postgresql_database, lambda op: op.invoke(directive))
    assert changes(before, everything(postgresql_database)) != ""
    apply(postgresql_database, lambda op: op.invoke(directive.reverse()))
    assert everything(postgresql_database) == before


def test_what_cannot_be_reversed_says_so() -> None:
    with pytest.raises(
        NotImplementedError, match=r"'calm' away from enum type mood\. op\.replace_enum_values\(\) makes"
    ):
        AddEnumValueOp("mood", "calm").reverse()
    with pytest.raises(ValueError, match="its values are not known"):
        DropEnumTypeOp("mood").reverse()
    with pytest.raises(ValueError, match="existing_values is not said"):
        ReplaceEnumValuesOp("mood", ["a"], columns=[]).reverse()


def test_directives_as_differences() -> None:
    create = CreateEnumTypeOp("mood", ["a"], schema="s")
    assert create.to_diff_tuple() == ("add_enum_type", "s", "mood", ("a",))
    assert create.reverse().to_diff_tuple() == ("remove_enum_type", "s", "mood")
    assert AddEnumValueOp("mood", "b").to_diff_tuple() == ("add_enum_value", None, "mood", "b")


@pytest.mark.parametrize("values", ["happy", ["happy", 1]])
def test_values_are_a_list_of_strings(values: Any) -> None:
    with pytest.raises(TypeError, match=r"create_enum_type\(\) takes a list of strings"):
        CreateEnumTypeOp("mood", values)


def test_columns_are_pairs() -> None:
    with pytest.raises(TypeError, match=r'takes columns as pairs, such as \("person", "mood"\), not \'person\.mood\''):
        ReplaceEnumValuesOp("mood", ["a"], columns=["person.mood"])  # type: ignore[list-item]  # the mistake


def test_other_databases_have_no_enum_types() -> None:
    def change(op: Operations) -> None:
        from whimbrel_postgresql.operations import register

        register(op.registry)
        op.create_enum_type("mood", ["happy"])

    with pytest.raises(UnsupportedOperation, match="is for postgresql; nothing carries it out on sqlite"):
        sql_of("sqlite", change)
