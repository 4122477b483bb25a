"""Laws held against a real server: strings, names, and changes there and back, online and as text alike."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Enum, Integer, Numeric, SmallInteger, String, Text, text
from sqlalchemy.schema import CreateSchema, DropSchema

from testing.databases import Database
from testing.postgresql import everything, run_text
from testing.wings import Action, apply, text_of
from whimbrel.operations import Operations
from whimbrel.operations.ops import AlterColumnOp
from whimbrel_postgresql.enum_replacement import EnumColumn

# NUL is no character to PostgreSQL; a lone surrogate is no text.
TEXT = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
STRINGS = st.text(TEXT) | st.text("'\"\\\\%:?`; -\n", min_size=1)
NOTES = sa.table("notes", sa.column("id", sa.Integer), sa.column("note", sa.String))

SHARED = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SHARED
@given(notes=st.lists(STRINGS, min_size=1))
def test_strings_come_back(postgresql_database: Database, notes: list[str]) -> None:
    with postgresql_database.engine().connect() as connection, connection.connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE notes (id INTEGER, note TEXT)")
        for number, note in enumerate(notes):
            rows = [{"id": number, "note": note}]
            cursor.execute(
                text_of("postgresql", lambda op, rows=rows: op.bulk_insert(NOTES, rows)).rstrip().removesuffix(";")
            )
        cursor.execute("SELECT note FROM notes ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == notes


# -- any name ---------------------------------------------------------------------------------------------------------

RESERVED = st.sampled_from(
    ["select", "user", "Table", "PRIMARY", "offset", "$$", "a.b", 'a"."b', "%s", "%(x)s", "é" * 24]
)
NAMES = st.text(TEXT, min_size=1, max_size=12) | st.text("'\"\\%:?` ;$-.", min_size=1, max_size=20) | RESERVED


def under_any_name(names: list[str]) -> Action:
    """Return a script that gives things these names, and does most of what can be done to them."""
    schema, table, first, second, thing, label = (f"{name}{number}" for number, name in enumerate(names))

    def script(op: Operations) -> None:
        op.execute(CreateSchema(schema))
        kind = Enum(label, "other", name=thing, schema=schema)
        op.create_table(
            table,
            Column(first, Integer, primary_key=True, comment=label),
            Column(second, kind, server_default=label),
            comment=label,
            schema=schema,
        )
        op.add_column(table, Column(f"+{first}", kind, nullable=False, server_default=label), schema=schema)
        op.add_column(table, Column("to", Integer), schema=schema)
        op.create_foreign_key(
            f"f{thing}", table, table, ["to"], [first], source_schema=schema, referent_schema=schema, deferrable=True
        )
        op.add_enum_value(thing, f"{label}!", before=label, schema=schema)
        op.rename_enum_value(thing, "other", f"{label}?", schema=schema)
        op.alter_column(table, first, type_=BigInteger(), existing_autoincrement=True, schema=schema)
        op.alter_column(table, second, nullable=False, comment=label, schema=schema)
        op.create_index(f"i{thing}", table, [second, first], schema=schema, postgresql_include=[f"+{first}"])
        op.create_index(f"j{thing}", table, [sa.func.coalesce(sa.column(first), 1)], schema=schema)
        op.create_unique_constraint(f"u{thing}", table, [first, second], schema=schema)
        op.create_check_constraint(f"c{thing}", table, sa.column(first) > 0, schema=schema, postgresql_not_valid=True)
        op.validate_constraint(f"c{thing}", table, schema=schema)
        op.create_exclude_constraint(f"x{thing}", table, (first, "="), using="btree", schema=schema)
        op.alter_column(table, "to", autoincrement=True, existing_autoincrement=False, schema=schema)
        op.drop_constraint(f"u{thing}", table, schema=schema)
        op.drop_index(f"j{thing}", table, schema=schema)
        op.rename_index(f"i{thing}", f"k{thing}", table, schema=schema)
        op.rename_constraint(f"c{thing}", f"d{thing}", table, schema=schema)
        op.rename_enum_type(thing, f"t{thing}", schema=schema)
        op.replace_enum_values(
            f"t{thing}",
            [label, "more"],
            columns=[
                EnumColumn(table, second, schema, server_default=label),
                EnumColumn(table, f"+{first}", schema, server_default=label),
            ],
            schema=schema,
        )
        op.alter_column(table, second, new_column_name=f"n{second}", schema=schema)
        op.rename_table(table, f"r{table}", schema=schema)

    return script


@SHARED
@given(names=st.lists(NAMES, min_size=6, max_size=6))
def test_any_name_does_and_text_does_the_same(postgresql_database: Database, names: list[str]) -> None:
    script = under_any_name(names)
    apply(postgresql_database, script)
    online = everything(postgresql_database)
    apply(postgresql_database, lambda op: op.execute(DropSchema(f"{names[0]}0", cascade=True)))
    run_text(postgresql_database, text_of("postgresql", script))
    assert everything(postgresql_database) == online
    apply(postgresql_database, lambda op: op.execute(DropSchema(f"{names[0]}0", cascade=True)))


# -- any change of a column, and back ---------------------------------------------------------------------------------

NUMBERS: Any = [Integer(), BigInteger(), SmallInteger(), Numeric(10, 2)]
WORDS: Any = [String(30), Text(), String(99)]


@st.composite
def columns(draw: st.DrawFn, numeric: bool) -> dict[str, Any]:
    """A column that a 7 fits in, whatever its type."""
    defaults = ["7", text("5 + 4"), None] if numeric else ["it's 5% :x \\", text("'a' || 'b'"), None]
    return {
        "type": draw(st.sampled_from(NUMBERS if numeric else WORDS)),
        "nullable": draw(st.booleans()),
        "server_default": draw(st.sampled_from(defaults)),
        "comment": draw(st.none() | st.sampled_from(["bee", "it's 5% :x", "ö"])),
        "name": draw(st.sampled_from(["a", "it's %", "select", "Ä b"])),
    }


@SHARED
@given(data=st.data(), numeric=st.booleans())
def test_any_change_of_a_column_and_back(postgresql_database: Database, data: st.DataObject, numeric: bool) -> None:
    old, new = data.draw(columns(numeric)), data.draw(columns(numeric))
    change = AlterColumnOp(
        "t",
        old["name"],
        existing_type=old["type"],
        existing_nullable=old["nullable"],
        existing_server_default=old["server_default"],
        existing_comment=old["comment"],
        modify_type=new["type"],
        modify_nullable=new["nullable"],
        modify_server_default=new["server_default"],
        modify_comment=new["comment"],
        modify_name=new["name"] if new["name"] != old["name"] else None,
    )
    apply(postgresql_database, lambda op: op.create_table("t", _column(old)))
    apply(postgresql_database, lambda op: op.create_table("u", _column(new)))
    apply(postgresql_database, lambda op: op.execute("INSERT INTO t VALUES ('7')"))
    before = everything(postgresql_database)
    apply(postgresql_database, lambda op: op.invoke(change))
    after = everything(postgresql_database)
    assert _columns_of("t", after) == _columns_of("u", after)
    apply(postgresql_database, lambda op: op.invoke(change.reverse()))
    assert everything(postgresql_database) == before
    run_text(postgresql_database, text_of("postgresql", lambda op: op.invoke(change)))
    assert everything(postgresql_database) == after
    apply(postgresql_database, lambda op: (op.drop_table("t"), op.drop_table("u")))


def _column(said: dict[str, Any]) -> Column[Any]:
    return Column(
        said["name"],
        said["type"],
        nullable=said["nullable"],
        server_default=said["server_default"],
        comment=said["comment"],
    )


def _columns_of(table: str, lines: list[str]) -> list[str]:
    start = f"column {table}."
    return [line.removeprefix(start) for line in lines if line.startswith(start)]
