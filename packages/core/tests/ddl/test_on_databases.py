"""On real databases: what is executed and what is written mean the same, whatever characters are in it."""

from __future__ import annotations

import io
from typing import Any

import sqlalchemy as sa

from whimbrel.ddl import ConnectionSink, RenameTable, TextSink

AWKWARD = '50% of "it\'s" {"a":true} at 12:30 a::b :c ü ☂ %s %(x)s \t'
NAMES = ["select", "with space", "Mixed", "it's", "semi;colon", "50%", "ü", "a:b", "%(x)s"]


def test_a_string_reaches_every_database_as_it_stands(database: Any) -> None:
    engine = database.engine()
    quoted = AWKWARD.replace("'", "''")
    with engine.begin() as connection:
        found = ConnectionSink(connection).execute(f"SELECT '{quoted}'").scalar()
        assert found == AWKWARD


def test_text_executed_as_a_script_inserts_the_same_value(database: Any) -> None:
    engine = database.engine()
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.String(200)))
    values = [AWKWARD, "back\\slash \\' \\\\", "", "new\nline"]
    rows = [{"id": number, "n": value} for number, value in enumerate(values, 1)]
    with engine.begin() as connection:
        table.create(connection)
        stream = io.StringIO()
        sink = TextSink(stream, engine.dialect)
        for row in rows:
            sink.execute(table.insert(), row)
        # One round trip a statement, past SQLAlchemy and the driver's own placeholders, as a client program would.
        cursor = connection.connection.cursor()
        for statement in stream.getvalue().split(";\n\n")[:-1]:
            cursor.execute(statement)
        assert connection.execute(sa.select(table.c.n).order_by(table.c.id)).scalars().all() == values


def test_pain_30_awkward_names_are_renamed_and_back(database: Any) -> None:
    engine = database.engine()
    with engine.begin() as connection:
        sink = ConnectionSink(connection)
        for name in NAMES:
            sa.Table(name, sa.MetaData(), sa.Column("n", sa.Integer)).create(connection)
            sink.execute(RenameTable(name, f"{name} 2"))
            assert f"{name} 2" in sa.inspect(connection).get_table_names()
            sink.execute(RenameTable(f"{name} 2", name))
            assert name in sa.inspect(connection).get_table_names()
