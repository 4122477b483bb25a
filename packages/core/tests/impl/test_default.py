"""DefaultImpl: who serves a dialect, what a run begins and ends with, and the version table."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.default import DefaultDialect

from whimbrel.errors import CommandError
from whimbrel.impl import DefaultImpl


class Fictional(DefaultDialect):
    name = "fictional"


def test_a_dialect_nobody_serves_gets_the_default() -> None:
    class Unserved(DefaultDialect):
        name = "unserved"

    assert DefaultImpl.get_by_dialect(Unserved()) is DefaultImpl


def test_a_subclass_serves_the_dialect_it_names_and_the_last_one_wins() -> None:
    class FictionalImpl(DefaultImpl):
        __dialect__ = "fictional"

    class Helper(FictionalImpl):
        """Says no name of its own, so it serves nobody."""

    assert DefaultImpl.get_by_dialect(Fictional()) is FictionalImpl

    class MyFictionalImpl(FictionalImpl):
        __dialect__ = "fictional"

    assert DefaultImpl.get_by_dialect(Fictional()) is MyFictionalImpl


@pytest.mark.parametrize(("said", "expected"), [(None, False), (True, True), (False, False)])
def test_the_run_may_say_whether_ddl_is_transactional(said: bool | None, expected: bool) -> None:
    impl = DefaultImpl(DefaultDialect(), None, True, said, io.StringIO(), {})
    assert impl.transactional_ddl is expected
    assert DefaultImpl.transactional_ddl is False


def test_begin_commit_and_lines_of_text(text: Any) -> None:
    def use(impl: DefaultImpl) -> None:
        impl.emit_begin()
        impl.static_output("-- Running upgrade 50%")
        impl.execute("SELECT 1")
        impl.emit_commit()

    assert text(use) == "BEGIN;\n\n-- Running upgrade 50%\n\nSELECT 1;\n\nCOMMIT;\n\n"


def test_a_dialect_may_end_statements_and_spell_bytes_its_own_way() -> None:
    class OddImpl(DefaultImpl):
        command_terminator = "!"

        @staticmethod
        def binary_literal(value: bytes) -> str:
            return f"<{value.hex()}>"

    output = io.StringIO()
    impl = OddImpl(DefaultDialect(), None, True, None, output, {})
    impl.emit_begin()
    impl.bulk_insert(sa.table("t", sa.column("v", sa.LargeBinary)), [{"v": b"\x01"}])
    assert output.getvalue() == "BEGIN!\n\nINSERT INTO t (v) VALUES (<01>)!\n\n"


def test_text_goes_to_standard_output_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    impl = DefaultImpl(DefaultDialect(), None, True, None, None, {})
    impl.execute("SELECT 1")
    assert impl.output_buffer is sys.stdout
    assert capsys.readouterr().out == "SELECT 1;\n\n"


def test_without_a_connection_nothing_can_be_executed() -> None:
    impl = DefaultImpl(DefaultDialect(), None, False, None, None, {})
    assert impl.bind is None
    with pytest.raises(CommandError, match="There is no connection"):
        impl.execute("SELECT 1")


def test_execute_returns_the_result(impl: DefaultImpl, connection: sa.Connection) -> None:
    result = impl.execute("SELECT 5")
    assert result is not None
    assert result.scalar() == 5
    assert impl.bind is connection


# -- the version table ------------------------------------------------------------------------------------------------


def version_table(impl: DefaultImpl, **kw: Any) -> sa.Table:
    said = {"version_table": "whimbrel_version", "version_table_schema": None, "version_table_pk": True, **kw}
    return impl.version_table_impl(**said)


def test_the_version_table_has_room_for_any_id(text: Any) -> None:
    assert text(lambda impl: impl.create_table(version_table(impl))) == (
        "CREATE TABLE whimbrel_version (\n"
        "    version_num VARCHAR(255) NOT NULL, \n"
        "    CONSTRAINT whimbrel_version_pkc PRIMARY KEY (version_num)\n"
        ");\n\n"
    )


def test_the_version_table_in_a_schema_without_a_key(text: Any) -> None:
    written = text(
        lambda impl: impl.create_table(
            version_table(impl, version_table="v", version_table_schema="s", version_table_pk=False)
        )
    )
    assert written == "CREATE TABLE s.v (\n    version_num VARCHAR(255) NOT NULL\n);\n\n"


def test_the_version_table_on_a_database(impl: DefaultImpl, connection: sa.Connection) -> None:
    table = version_table(impl)
    impl.create_table(table)
    connection.execute(table.insert(), {"version_num": "x" * 255})
    assert sa.inspect(connection).get_pk_constraint("whimbrel_version") == {
        "constrained_columns": ["version_num"],
        "name": "whimbrel_version_pkc",
    }


# -- events -----------------------------------------------------------------------------------------------------------


def test_listeners_of_a_table_are_told_and_may_execute(text: Any, impl: DefaultImpl) -> None:
    def listened() -> sa.Table:
        table = sa.Table("t", sa.MetaData(), sa.Column("n", sa.Integer))
        for event in ("before_create", "after_create", "before_drop", "after_drop"):
            sa.event.listen(table, event, sa.DDL(f"SELECT '{event}'"))
        return table

    def use(impl: DefaultImpl) -> None:
        impl.create_table(listened())
        impl.drop_table(listened(), if_exists=True)

    assert text(use) == (
        "SELECT 'before_create';\n\nCREATE TABLE t (\n    n INTEGER\n);\n\nSELECT 'after_create';\n\n"
        "SELECT 'before_drop';\n\nDROP TABLE IF EXISTS t;\n\nSELECT 'after_drop';\n\n"
    )
    use(impl)


def test_an_enum_type_is_created_before_its_table(text: Any) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("mood", sa.Enum("calm", "cross", name="mood")))
    assert text(lambda impl: impl.create_table(table), PGDialect_psycopg()) == (
        "CREATE TYPE mood AS ENUM ('calm', 'cross');\n\nCREATE TABLE t (\n    mood mood\n);\n\n"
    )


# -- what does nothing until a dialect says otherwise -----------------------------------------------------------------


def test_hooks_of_a_run_do_nothing(impl: DefaultImpl, connection: sa.Connection) -> None:
    seen: list[str] = []

    @sa.event.listens_for(connection, "before_cursor_execute")
    def look(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        seen.append(statement)

    impl.start_migrations()
    impl.begin_session(connection)
    assert seen == []
