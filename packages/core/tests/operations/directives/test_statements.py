"""Statements: a string is sent as it stands, a construct with its parameters."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from whimbrel.errors import CommandError
from whimbrel.operations import Operations, ops

AWKWARD = '50% of "it\'s" {"a":true, "b": [1,2]} at 12:30 a::b :c :d: ü %s %(x)s'


@pytest.mark.parametrize("dialect", [None, "sqlite", "postgresql", "mysql"])
def test_a_string_is_written_as_it_stands(sql: Any, dialect: str | None) -> None:
    quoted = AWKWARD.replace("'", "''")
    assert sql(lambda op: op.execute(f"UPDATE t SET n = '{quoted}'"), dialect=dialect) == (
        f"UPDATE t SET n = '{quoted}';\n\n"
    )


def test_a_string_is_executed_as_it_stands(op: Operations, connection: sa.Connection) -> None:
    op.execute("CREATE TABLE t (n TEXT)")
    op.execute("INSERT INTO t VALUES ('{}')".format(AWKWARD.replace("'", "''")))
    assert connection.exec_driver_sql("SELECT n FROM t").scalar() == AWKWARD


def test_a_colon_may_be_written_as_in_text(sql: Any) -> None:
    assert sql(lambda op: op.execute(r"UPDATE t SET n = 'a\:b'")) == "UPDATE t SET n = 'a:b';\n\n"


@pytest.mark.parametrize(
    ("statement", "written"),
    [
        ("UPDATE t SET n = 1;", "UPDATE t SET n = 1;"),
        ("  UPDATE t\n\tSET n = 1\n  ", "UPDATE t\n\tSET n = 1;"),
        ("UPDATE t SET n = 1 -- one", "UPDATE t SET n = 1 -- one\n;"),
        ("UPDATE t SET n = 1;\n-- one", "UPDATE t SET n = 1;\n-- one"),
        ("UPDATE t SET n = 1\n-- one", "UPDATE t SET n = 1\n-- one\n;"),
    ],
)
def test_in_text_it_is_terminated_once_and_never_inside_of_a_comment(sql: Any, statement: str, written: str) -> None:
    assert sql(lambda op: op.execute(statement)) == f"{written}\n\n"


def test_parameters_of_text_are_bound(sql: Any, op: Operations, connection: sa.Connection) -> None:
    op.execute("CREATE TABLE t (n TEXT)")
    insert = sa.text("INSERT INTO t VALUES (:n)").bindparams(n="it's 5%")
    op.execute(insert)
    assert connection.exec_driver_sql("SELECT n FROM t").scalar() == "it's 5%"
    assert sql(lambda op: op.execute(insert)) == "INSERT INTO t VALUES ('it''s 5%');\n\n"


def test_a_parameter_without_a_value_is_an_error_never_a_null(sql: Any) -> None:
    with pytest.raises(CommandError, match=r"has a parameter :n without a value") as caught:
        sql(lambda op: op.execute(sa.text("INSERT INTO t VALUES (:n)")))
    assert "bindparams" in str(caught.value)


def test_constructs_are_executed_and_written(sql: Any, op: Operations, connection: sa.Connection) -> None:
    table = sa.table("t", sa.column("id", sa.Integer), sa.column("n", sa.String))

    def script(op: Operations) -> None:
        op.execute(table.insert().values(id=1, n="x"))
        op.execute(table.update().where(table.c.n == op.inline_literal("x")).values(n=op.inline_literal("it's")))
        op.execute(table.delete().where(table.c.id.in_([8, 9])))

    op.create_table("t", sa.Column("id", sa.Integer), sa.Column("n", sa.String))
    script(op)
    assert connection.exec_driver_sql("SELECT * FROM t").all() == [(1, "it's")]
    assert sql(script) == (
        "INSERT INTO t (id, n) VALUES (1, 'x');\n\n"
        "UPDATE t SET n='it''s' WHERE t.n = 'x';\n\n"
        "DELETE FROM t WHERE t.id IN (8, 9);\n\n"
    )


def test_execution_options_arrive(op: Operations, connection: sa.Connection) -> None:
    seen: list[object] = []

    @sa.event.listens_for(connection, "before_cursor_execute")
    def look(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        seen.append(context.execution_options.get("mark"))

    op.execute("SELECT 1", execution_options={"mark": "here"})
    op.execute("SELECT 1")
    assert seen == ["here", None]


def test_a_value_that_has_no_literal_is_named(sql: Any) -> None:
    statement = sa.select(sa.literal(object(), sa.types.NullType()))
    with pytest.raises(CommandError, match="This statement cannot be written as text"):
        sql(lambda op: op.execute(statement))


def test_a_statement_is_a_difference_without_a_reverse() -> None:
    directive = ops.ExecuteSQLOp("SELECT 1")
    assert directive.to_diff_tuple() == ("execute", "SELECT 1")
    with pytest.raises(NotImplementedError, match="ExecuteSQLOp has no reverse"):
        directive.reverse()
