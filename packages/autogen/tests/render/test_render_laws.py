"""What is rendered means what it was rendered from, whatever is in it, and a formatter leaves it as it is."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.schema import conv

from whimbrel.ddl import exact_text
from whimbrel.operations import Operations, ops
from whimbrel.runtime.migration import MigrationContext
from whimbrel.testing import text_of
from whimbrel_autogen import render_python_code

DIALECTS = ("postgresql", "mysql", "sqlite")

names = st.one_of(
    st.sampled_from(
        ["a", "account", "Mixed Case", "select", 'with "quotes"', "it's", "100%", "a:b", "ünïcode", "back\\"]
    ),
    st.text("abc_ :%'\"\\.é", min_size=1, max_size=12).filter(lambda name: name.strip(" .") == name),
)
texts = st.one_of(
    st.sampled_from(
        ["", "it's", 'say "hi"', "100%", "%s", "%(x)s", ":x", "a::text", "\\d", "\\:x", "ü", "{}", "'' \"\" '"]
    ),
    st.text("ab'\"%:\\ {}\té", max_size=12),
)
comments = texts.filter(bool)  # an empty comment is none
expressions = st.one_of(
    st.sampled_from(["now()", "'x:y'", "'a'::text", "a % 2", "'100%'", "lower('It''s')", "'\\n'", '"q" + 1', "1"]),
    texts.map(lambda text: "'" + text.replace("'", "''") + "'"),
)


def bare(sql: str) -> sa.TextClause:
    """SQL text in which nothing is a parameter."""
    return exact_text(sql)


def types(dialect: str) -> st.SearchStrategy[sa.types.TypeEngine[Any]]:
    generic: list[sa.types.TypeEngine[Any]] = [
        sa.Integer(),
        sa.BigInteger(),
        sa.SmallInteger(),
        sa.String(30),
        sa.Text(),
        sa.Numeric(10, 2),
        sa.Float(),
        sa.Double(),
        sa.Boolean(),
        sa.Date(),
        sa.Time(),
        sa.DateTime(timezone=True),
        sa.LargeBinary(),
        sa.JSON(),
        sa.Uuid(),
        sa.CHAR(3),
        sa.String(9).with_variant(sa.Text(), "postgresql").with_variant(mysql.LONGTEXT(), "mysql"),
        sa.Enum("a", "it's", native_enum=False, length=20),
    ]
    own: dict[str, list[sa.types.TypeEngine[Any]]] = {
        "postgresql": [
            postgresql.JSONB(),
            postgresql.ARRAY(sa.String(5), dimensions=2),
            postgresql.TIMESTAMP(precision=3),
            postgresql.INTERVAL(fields="DAY TO SECOND"),
            postgresql.ENUM("a", "b", name="e", create_type=False),
            postgresql.BIT(3, varying=True),
        ],
        "mysql": [
            mysql.INTEGER(unsigned=True),
            mysql.ENUM("a", "it's", charset="utf8mb4"),
            mysql.SET("a", "b"),
            mysql.VARCHAR(20, collation="utf8mb4_bin"),
            mysql.TINYINT(1),
            mysql.DATETIME(fsp=6),
        ],
        "sqlite": [],
    }
    return st.sampled_from(generic + own[dialect])


def defaults() -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), texts, expressions.map(bare))


@st.composite
def columns(draw: st.DrawFn, dialect: str, name: str) -> sa.Column[Any]:
    kind = draw(st.sampled_from(["default", "default", "computed", "identity"]))
    extra: list[Any] = []
    if kind == "computed":
        extra = [sa.Computed(bare(draw(expressions)), persisted=draw(st.sampled_from([None, True])))]
    elif kind == "identity" and dialect == "postgresql":
        extra = [sa.Identity(always=draw(st.booleans()), start=draw(st.integers(1, 9)), cycle=draw(st.booleans()))]
    return sa.Column(
        name,
        sa.Integer() if extra else draw(types(dialect)),
        *extra,
        nullable=draw(st.booleans()) if kind != "identity" else False,
        comment=draw(st.none() | comments),
        server_default=None if extra else draw(defaults()),
    )


@st.composite
def directives(draw: st.DrawFn, dialect: str) -> ops.MigrateOperation:
    table, schema = draw(names), draw(st.none() | names)
    some = draw(st.lists(names, min_size=2, max_size=3, unique=True))
    name = draw(names.map(conv) | names)
    kind = draw(st.sampled_from(["table", "column", "alter", "index", "unique", "foreign", "check", "comment", "sql"]))
    if kind == "table":
        metadata = sa.MetaData(
            naming_convention=draw(st.sampled_from([{}, {"ck": "ck_%(table_name)s_%(constraint_name)s"}]))
        )
        made = sa.Table(table, metadata, schema=schema, comment=draw(st.none() | comments))
        for one in some:
            made.append_column(draw(columns(dialect, one)))
        made.append_constraint(sa.PrimaryKeyConstraint(some[0], name=draw(st.none() | names)))
        made.append_constraint(sa.UniqueConstraint(*some, name=name))
        made.append_constraint(
            sa.CheckConstraint(bare(draw(expressions)), name=draw(st.sampled_from(["c", conv("c")])))
        )
        return ops.CreateTableOp.from_table(made)
    if kind == "column":
        return ops.AddColumnOp(table, draw(columns(dialect, some[0])), schema=schema)
    if kind == "alter":
        return ops.AlterColumnOp(
            table,
            some[0],
            schema=schema,
            existing_type=draw(types(dialect)),
            existing_nullable=draw(st.booleans()),
            modify_server_default=draw(defaults()),
            **draw(st.sampled_from([{}, {"modify_nullable": True}, {"modify_type": sa.Text()}, {"modify_name": "n"}])),
        )
    if kind == "index":
        made = sa.Table(table, sa.MetaData(), *(sa.Column(one, sa.Integer) for one in some), schema=schema)
        column = made.c[some[1]]
        wanted: list[Any] = [column, column.desc(), sa.func.abs(column)]
        # SQLite's compiler writes "a + 1" bare, which is the same; elsewhere it has to have parentheses.
        wanted += [] if dialect == "sqlite" else [column + 1, -column]
        parts = [made.c[some[0]], draw(st.sampled_from(wanted))]
        options = {"postgresql_where": bare(draw(expressions)), "postgresql_using": "btree", "mysql_length": 3}
        chosen = draw(st.sampled_from(sorted(options)))
        index = sa.Index(name, *parts, unique=draw(st.booleans()), **{chosen: options[chosen]})
        return ops.CreateIndexOp.from_index(index)
    if kind == "unique":
        return ops.CreateUniqueConstraintOp(
            name, table, some, schema=schema, deferrable=draw(st.sampled_from([None, True]))
        )
    if kind == "foreign":
        return ops.CreateForeignKeyOp(
            name,
            table,
            "other",
            some,
            some,
            source_schema=schema,
            referent_schema=draw(st.none() | names),
            ondelete=draw(st.sampled_from([None, "CASCADE", "SET NULL"])),
            deferrable=draw(st.sampled_from([None, True])),
        )
    if kind == "check":
        return ops.CreateCheckConstraintOp(name, table, bare(draw(expressions)), schema=schema)
    if kind == "comment":
        return ops.CreateTableCommentOp(table, draw(comments), schema=schema)
    return ops.ExecuteSQLOp(draw(expressions))


def rendered(dialect: str, op: ops.MigrateOperation) -> tuple[str, set[str]]:
    imports: set[str] = set()
    run = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True})
    source = render_python_code(ops.UpgradeOps([op]), imports=imports, migration_context=run)
    return source, imports


def executed(source: str, imports: set[str]) -> Any:
    """What runs a script's body with an ``op``."""

    def run(op: Operations) -> None:
        scope: dict[str, Any] = {"op": op, "sa": sa}
        exec("\n".join(sorted(imports)), scope)
        exec("def upgrade():\n    " + source, scope)
        scope["upgrade"]()

    return run


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors])
@given(data=st.data())
def test_what_is_rendered_means_the_same(dialect: str, data: st.DataObject) -> None:
    op = data.draw(directives(dialect))
    try:
        direct = text_of(dialect, lambda run: run.invoke(op))
    except Exception as refused:
        with pytest.raises(type(refused)):
            text_of(dialect, executed(*rendered(dialect, op)))
        return
    source, imports = rendered(dialect, op)
    assert text_of(dialect, executed(source, imports)) == direct, source


LONG = "a_name_that_is_about_as_long_as_names_get_in_the_wild"


@pytest.mark.parametrize("as_batch", [False, True], ids=["plain", "batch"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors])
@given(data=st.data())
def test_a_formatter_has_nothing_to_change(as_batch: bool, data: st.DataObject) -> None:
    dialect = data.draw(st.sampled_from(DIALECTS))
    found = data.draw(st.lists(directives(dialect), min_size=4, max_size=8))
    long = [sa.Column(LONG, sa.String(9).with_variant(sa.Text(), "mysql").with_variant(sa.Text(), "sqlite"))]
    found.append(ops.AddColumnOp(LONG[: data.draw(st.integers(1, 50))], long[0], schema=data.draw(st.none() | names)))
    tables = [ops.ModifyTableOps(op.table_name, [op], schema=op.schema) for op in found if hasattr(op, "table_name")]
    run = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True})
    source = render_python_code(ops.UpgradeOps(tables), migration_context=run, render_as_batch=as_batch)
    script = f"def upgrade():\n    {source}\n"
    formatted = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", "88", "-"],
        input=script,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert formatted.stdout == script
