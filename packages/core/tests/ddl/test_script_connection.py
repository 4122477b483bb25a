"""The stand-in for a connection: scripts ask it for its dialect and have it execute; what they do is written."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa

from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext

T = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("mood", sa.Enum("calm", "cross", name="mood")))


def written(script: Any, dialect: str = "postgresql") -> str:
    stream = io.StringIO()
    context = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True, "output_buffer": stream})
    script(Operations(context))
    return "\n".join(line.rstrip() for line in stream.getvalue().strip().splitlines())


def test_it_knows_its_dialect() -> None:
    asked: list[str] = []
    written(lambda op: asked.extend([op.get_bind().dialect.name, op.get_bind().engine.dialect.name]), "mysql")
    assert asked == ["mysql", "mysql"]


def test_what_it_executes_is_written_and_has_no_result() -> None:
    results: list[Any] = []

    def script(op: Operations) -> None:
        bind = op.get_bind()
        results.append(bind.execute(sa.text("UPDATE t SET id = :id"), {"id": 5}))
        results.append(bind.execute(T.insert(), [{"id": 1, "mood": "calm"}, {"id": 2}]))
        results.append(bind.exec_driver_sql("SELECT '50%'"))
        results.append(op.get_context().bind.execute(sa.text("SELECT 1")))

    assert written(script) == (
        "UPDATE t SET id = 5;\n\n"
        "INSERT INTO t (id, mood) VALUES (1, 'calm');\n\n"
        "INSERT INTO t (id) VALUES (2);\n\n"
        "SELECT '50%';\n\n"
        "SELECT 1;"
    )
    assert results == [None] * 4


def test_tables_and_types_are_created_and_dropped_on_it() -> None:
    def script(op: Operations) -> None:
        sa.Enum("calm", "cross", name="mood").create(op.get_bind(), checkfirst=True)
        table = sa.Table("u", sa.MetaData(), sa.Column("id", sa.Integer))
        table.create(op.get_bind())
        table.drop(op.get_bind())

    assert written(script) == (
        "CREATE TYPE mood AS ENUM ('calm', 'cross');\n\nCREATE TABLE u (\n    id INTEGER\n);\n\nDROP TABLE u;"
    )


@pytest.mark.parametrize("attribute", ["scalar", "scalars", "begin", "commit"])
def test_what_reads_or_manages_transactions_it_has_not(attribute: str) -> None:
    with pytest.raises(AttributeError, match=f"'ScriptConnection' object has no attribute '{attribute}'"):
        written(lambda op: getattr(op.get_bind(), attribute)())
