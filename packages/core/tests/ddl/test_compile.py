"""DDL elements: how each is spelt where nobody says otherwise, and that names are quoted always."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel import ddl
from whimbrel.errors import UnsupportedOperation


def spelt(element: Any, dialect: sa.Dialect | None = None) -> str:
    return str(element.compile(dialect=dialect or DefaultDialect()))


def column(name: str, *args: Any, **kw: Any) -> sa.Column[Any]:
    return sa.Table("t", sa.MetaData(), sa.Column(name, *args, **kw)).c[name]


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        (ddl.RenameTable("a", "b"), "ALTER TABLE a RENAME TO b"),
        (ddl.AddColumn("t", column("n", sa.Integer)), "ALTER TABLE t ADD COLUMN n INTEGER"),
        (ddl.DropColumn("t", column("n", sa.Integer), if_exists=True), "ALTER TABLE t DROP COLUMN IF EXISTS n"),
        (ddl.ColumnNullable("t", "n", True), "ALTER TABLE t ALTER COLUMN n DROP NOT NULL"),
        (ddl.ColumnNullable("t", "n", False), "ALTER TABLE t ALTER COLUMN n SET NOT NULL"),
        (ddl.ColumnType("t", "n", sa.String(5)), "ALTER TABLE t ALTER COLUMN n TYPE VARCHAR(5)"),
        (ddl.ColumnName("t", "n", "m"), "ALTER TABLE t RENAME n TO m"),
        (ddl.ColumnDefault("t", "n", "x"), "ALTER TABLE t ALTER COLUMN n SET DEFAULT 'x'"),
        (ddl.ColumnDefault("t", "n", sa.text("now()")), "ALTER TABLE t ALTER COLUMN n SET DEFAULT now()"),
        (ddl.ColumnDefault("t", "n", None), "ALTER TABLE t ALTER COLUMN n DROP DEFAULT"),
        (ddl.ColumnComment("t", "n", "it's"), "COMMENT ON COLUMN t.n IS 'it''s'"),
        (ddl.ColumnComment("t", "n", None), "COMMENT ON COLUMN t.n IS NULL"),
    ],
    ids=lambda item: item if isinstance(item, str) else type(item).__name__,
)
def test_elements(element: Any, expected: str) -> None:
    assert spelt(element) == expected


AWKWARD = ["select", "with space", "Mixed", 'quo"te', "it's", "semi;colon--", "50%", "a.b"]


@pytest.mark.parametrize("name", AWKWARD)
def test_pain_30_names_are_quoted_wherever_they_stand(name: str) -> None:
    quoted = '"{}"'.format(name.replace('"', '""'))
    known: dict[str, Any] = {"schema": name}
    table = f"ALTER TABLE {quoted}.{quoted}"
    assert spelt(ddl.RenameTable(name, name, **known)) == f"{table} RENAME TO {quoted}.{quoted}"
    assert spelt(ddl.AddColumn(name, column(name, sa.Integer), **known)) == f"{table} ADD COLUMN {quoted} INTEGER"
    assert spelt(ddl.DropColumn(name, column(name, sa.Integer), **known)) == f"{table} DROP COLUMN {quoted}"
    assert spelt(ddl.ColumnName(name, name, name, **known)) == f"{table} RENAME {quoted} TO {quoted}"
    assert spelt(ddl.ColumnNullable(name, name, True, **known)) == f"{table} ALTER COLUMN {quoted} DROP NOT NULL"
    assert spelt(ddl.ColumnComment(name, name, None, **known)) == (
        f"COMMENT ON COLUMN {quoted}.{quoted}.{quoted} IS NULL"
    )


def test_quotes_can_be_forced_and_forbidden() -> None:
    assert spelt(ddl.RenameTable(sa.quoted_name("a", True), sa.quoted_name("B", False))) == (
        'ALTER TABLE "a" RENAME TO B'
    )


def test_a_driver_that_knows_percent_s_gets_its_percent_doubled() -> None:
    assert spelt(ddl.ColumnDefault("t", "n", "5%"), PGDialect_psycopg()) == (
        "ALTER TABLE t ALTER COLUMN n SET DEFAULT '5%%'"
    )
    assert spelt(ddl.ColumnComment("t", "5%", "5%"), PGDialect_psycopg()) == "COMMENT ON COLUMN t.\"5%%\" IS '5%%'"


def test_what_nobody_can_do_is_refused() -> None:
    for element in (
        ddl.ComputedColumnDefault("t", "n", None),
        ddl.IdentityColumnDefault("t", "n", sa.Identity(), None),
    ):
        with pytest.raises(UnsupportedOperation, match=r"t\.n") as caught:
            spelt(element)
        assert caught.value.remedy is not None


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, "x", ddl.ColumnDefault),
        ("x", None, ddl.ColumnDefault),
        (None, sa.Computed("a"), ddl.ComputedColumnDefault),
        (sa.Computed("a"), None, ddl.ComputedColumnDefault),
        (sa.Computed("a"), "x", ddl.ComputedColumnDefault),
        (None, sa.Identity(), ddl.IdentityColumnDefault),
        (sa.Identity(), None, ddl.IdentityColumnDefault),
    ],
)
def test_a_change_of_default_knows_which_element_it_is(before: Any, after: Any, kind: type) -> None:
    element = ddl.default_change("t", "n", after, None, existing_server_default=before, schema="s")
    assert type(element) is kind
    assert (element.schema, element.existing_server_default) == ("s", before)


def test_what_exists_is_kept_for_dialects_that_repeat_it() -> None:
    element = ddl.ColumnNullable(
        "t", "n", True, existing_type=sa.Integer, existing_nullable=False, existing_server_default="1",
        existing_comment="c",
    )  # fmt: skip
    assert isinstance(element.existing_type, sa.Integer), "a type may be given as its class"
    assert (element.existing_nullable, element.existing_server_default, element.existing_comment) == (False, "1", "c")


class Fictional(DefaultDialect):
    name = "fictional"


@compiles(ddl.RenameTable, "fictional")
def _rename(element: ddl.RenameTable, compiler: DDLCompiler, **kw: Any) -> str:
    return f"RENAME {ddl.format_table_name(compiler, element.table_name, element.schema)} AS {element.new_table_name}"


def test_a_dialects_package_spells_an_element_its_own_way() -> None:
    assert spelt(ddl.RenameTable("a", "b", schema="s"), Fictional()) == "RENAME s.a AS b"
    assert spelt(ddl.RenameTable("a", "b")) == "ALTER TABLE a RENAME TO b"
