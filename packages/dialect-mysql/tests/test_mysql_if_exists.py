"""IF EXISTS of columns and indexes: MariaDB's own words, and a look into the catalog for MySQL."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String

from testing.databases import Database
from testing.wings import apply, catalog, changes, operations, sql_of
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext


def start(op: Operations) -> None:
    op.create_table(
        "t",
        Column("id", Integer, primary_key=True),
        Column("a", Integer, nullable=False),
        Column("b", String(30), server_default="7", comment="bee"),
    )
    op.create_index("ix_t_b", "t", ["b"])
    op.bulk_insert(sa.table("t", sa.column("id"), sa.column("a")), [{"id": 1, "a": 5}])


IF_EXISTS = {
    "add_column": (
        lambda op: op.add_column("t", Column("a", Integer), if_not_exists=True),
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS a INTEGER;",
    ),
    "drop_column": (
        lambda op: op.drop_column("t", "absent", if_exists=True),
        "ALTER TABLE t DROP COLUMN IF EXISTS absent;",
    ),
    "create_index": (
        lambda op: op.create_index("ix_t_b", "t", ["b"], if_not_exists=True),
        "CREATE INDEX IF NOT EXISTS ix_t_b ON t (b);",
    ),
    "drop_index": (
        lambda op: op.drop_index("absent", "t", if_exists=True),
        "DROP INDEX IF EXISTS absent ON t;",
    ),
}


@pytest.mark.parametrize("name", IF_EXISTS)
def test_if_exists_as_text(name: str) -> None:
    action, sql = IF_EXISTS[name]
    assert sql_of("mariadb", action) == sql
    with pytest.raises(UnsupportedOperation, match=f"MySQL has no SQL for {name} of .* IF EXISTS") as caught:
        sql_of("mysql", action)
    assert (caught.value.dialect, caught.value.operation) == ("mysql", name)


@pytest.mark.parametrize("is_mariadb", [True, False])
@pytest.mark.parametrize("name", IF_EXISTS)
def test_if_exists_leaves_alone_what_is_so_already(mysql_database: Database, name: str, is_mariadb: bool) -> None:
    apply(mysql_database, start)
    before = catalog(mysql_database)
    with operations(mysql_database) as op:
        if is_mariadb and not op.get_bind().dialect.is_mariadb:
            pytest.skip("this server is a MySQL")
        op.get_bind().dialect.is_mariadb = is_mariadb
        IF_EXISTS[name][0](op)
    assert catalog(mysql_database) == before


@pytest.mark.parametrize("is_mariadb", [True, False])
def test_if_exists_does_what_is_not_so_yet(mysql_database: Database, is_mariadb: bool) -> None:
    apply(mysql_database, start)
    before = catalog(mysql_database)
    with operations(mysql_database) as op:
        if is_mariadb and not op.get_bind().dialect.is_mariadb:
            pytest.skip("this server is a MySQL")
        op.get_bind().dialect.is_mariadb = is_mariadb
        op.add_column("t", Column("x", Integer), if_not_exists=True)
        op.create_index("ix_x", "t", ["x"], if_not_exists=True)
        assert changes(before, catalog(mysql_database)) == "+ column t.x INTEGER null\n+ index t.ix_x (x)"
        op.drop_index("ix_x", "t", if_exists=True)
        op.drop_column("t", "x", if_exists=True)
    assert catalog(mysql_database) == before


@pytest.mark.parametrize("is_mariadb", [True, False])
def test_a_column_that_is_there_gets_nothing_twice(mysql_database: Database, is_mariadb: bool) -> None:
    column: Column[int] = Column(
        "x",
        Integer,
        sa.ForeignKey("owner.id", name="fk_x"),
        sa.CheckConstraint("x > 5", name="ck_x"),
        unique=True,
    )
    with operations(mysql_database) as op:
        if is_mariadb and not op.get_bind().dialect.is_mariadb:
            pytest.skip("this server is a MySQL")
        op.get_bind().dialect.is_mariadb = is_mariadb
        op.create_table("owner", Column("id", Integer, primary_key=True))
        op.create_table("t", Column("a", Integer))
        op.add_column("t", column, if_not_exists=True)
        before = catalog(mysql_database)
        assert len([line for line in before if line.startswith(("index", "check", "foreign key", "unique"))]) == 4
        op.add_column("t", column, if_not_exists=True)
    assert catalog(mysql_database) == before


def test_a_table_and_its_index_as_text_are_refused_before_any_is_written() -> None:
    output = io.StringIO()
    context = MigrationContext.configure(dialect_name="mysql", opts={"as_sql": True, "output_buffer": output})
    with pytest.raises(UnsupportedOperation, match="MySQL has no SQL for create_table of 't' and its index 'ix_t_a'"):
        Operations(context).create_table("t", Column("a", Integer, index=True), if_not_exists=True)
    assert output.getvalue() == ""


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_drop_index_wants_its_table(dialect: str) -> None:
    with pytest.raises(CommandError, match=r"drop_index\('ix'\): MySQL has to know the table of an index"):
        sql_of(dialect, lambda op: op.drop_index("ix"))
