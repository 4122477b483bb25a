"""Changes of models: each is found on MySQL, carried out, not found again, and undone without a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from testing.databases import Database
from testing.mysql import schema
from whimbrel.operations import Operations
from whimbrel.operations.ops import MigrationScript
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import compare_metadata, produce_migrations, render_python_code

OPTIONS: dict[str, Any] = {
    "compare_server_default": True,
    "autogenerate_plugins": ["*", "whimbrel.autogenerate.checks"],
}


@pytest.fixture
def engine(mysql_database: Database) -> Iterator[sa.Engine]:
    """An engine of an empty database."""
    found = mysql_database.engine()
    yield found
    found.dispose()


def run(context: MigrationContext, code: str) -> None:
    """Carry out the lines of a script."""
    names: dict[str, Any] = {"op": Operations(context), "sa": sa, "mysql": mysql}
    exec("\n".join(line.removeprefix("    ") for line in code.splitlines()), names)  # as a script is


def models(*columns: Any, items: tuple[Any, ...] = (), **options: Any) -> sa.MetaData:
    """A parent, and a table with what is given."""
    metadata = sa.MetaData()
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), *columns, *items, **options)
    return metadata


Change = tuple[Callable[[], sa.MetaData], Callable[[], sa.MetaData]]


def _of_type(before: Any, after: Any) -> Change:
    return lambda: models(sa.Column("a", before)), lambda: models(sa.Column("a", after))


def _of_default(type_: Any, before: Any, after: Any) -> Change:
    return (
        lambda: models(sa.Column("a", type_, server_default=before)),
        lambda: models(sa.Column("a", type_, server_default=after)),
    )


def _of_items(before: Callable[[], tuple[Any, ...]], after: Callable[[], tuple[Any, ...]]) -> Change:
    def made(items: Callable[[], tuple[Any, ...]]) -> Callable[[], sa.MetaData]:
        columns = {"a": sa.Integer, "b": sa.String(20), "words": sa.Text}
        return lambda: models(*(sa.Column(name, type_) for name, type_ in columns.items()), items=items())

    return made(before), made(after)


def _key(name: str | None = "fk", **options: Any) -> Callable[[], tuple[Any, ...]]:
    return lambda: (sa.ForeignKeyConstraint(["a"], ["parent.id"], name=name, **options),)


def _index(*parts: Any, name: str = "ix", **options: Any) -> Callable[[], tuple[Any, ...]]:
    return lambda: (
        sa.Index(name, *parts, **options, **{f"mariadb{k[5:]}": v for k, v in options.items() if k[:6] == "mysql_"}),
    )


def _counting(type_: Any = sa.Integer, **options: Any) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", type_, primary_key=True, comment="kept", **options))
    return metadata


def nothing() -> tuple[Any, ...]:
    return ()


CHANGES: dict[str, Change] = {
    "integer to big": _of_type(sa.Integer(), sa.BigInteger()),
    "integer to unsigned": _of_type(sa.Integer(), mysql.INTEGER(unsigned=True)),
    "zerofill": _of_type(mysql.INTEGER(5, zerofill=True), mysql.INTEGER(6, zerofill=True)),
    "boolean to integer": _of_type(sa.Boolean(), sa.SmallInteger()),
    "boolean to tiny": _of_type(sa.Boolean(), mysql.TINYINT()),
    "length": _of_type(sa.String(20), sa.String(30)),
    "char": _of_type(sa.String(20), sa.CHAR(20)),
    "scale": _of_type(sa.Numeric(10, 2), sa.Numeric(10, 3)),
    "float to double": _of_type(sa.Float(), sa.Double()),
    "values": _of_type(sa.Enum("a", "b"), sa.Enum("a", "it's", "b")),
    "fewer values": _of_type(sa.Enum("a", "b", "c"), sa.Enum("c", "a")),
    "values in another order": _of_type(mysql.ENUM("a", "b"), mysql.ENUM("b", "a")),
    "values of a set": _of_type(mysql.SET("a", "b"), mysql.SET("a", "b", "c")),
    "text sizes": _of_type(sa.Text(), mysql.LONGTEXT()),
    "text to sized": _of_type(sa.Text(), sa.Text(20)),
    "json": _of_type(mysql.LONGTEXT(), sa.JSON()),
    "json to text": _of_type(sa.JSON(), mysql.LONGTEXT(collation="utf8mb4_general_ci")),
    "fsp": _of_type(sa.DateTime(), mysql.DATETIME(fsp=3)),
    "datetime to timestamp": _of_type(sa.DateTime(), sa.TIMESTAMP()),
    "blob": _of_type(sa.LargeBinary(), sa.LargeBinary(70000)),
    "binary": _of_type(sa.BINARY(3), sa.BINARY(4)),
    "bit": _of_type(mysql.BIT(3), mysql.BIT(4)),
    "collation": _of_type(sa.String(20), sa.String(20, collation="utf8mb4_bin")),
    "charset": _of_type(mysql.VARCHAR(20, charset="latin1"), mysql.VARCHAR(20, charset="utf8mb4")),
    "default added": _of_default(sa.String(20), None, "x"),
    "default removed": _of_default(sa.String(20), "x", None),
    "default": _of_default(sa.String(20), "x", "100% it's"),
    "default in case": _of_default(sa.String(20), "x", "X"),
    "default number": _of_default(sa.Numeric(10, 2), "0", "0.01"),
    "default null text": _of_default(sa.String(20), None, sa.text("'NULL'")),
    "default on update": _of_default(
        sa.DateTime(), sa.func.now(), sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")
    ),
    "default off update": _of_default(
        sa.DateTime(), sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"), sa.func.now()
    ),
    "default expression": _of_default(sa.Integer(), sa.text("(1 + 2)"), sa.text("(1 + 3)")),
    "default to expression": _of_default(sa.Integer(), sa.text("3"), sa.text("(length(uuid()))")),
    "default bits": _of_default(mysql.BIT(3), sa.text("b'101'"), sa.text("b'111'")),
    "counts": (
        lambda: _counting(autoincrement=False),
        lambda: _counting(autoincrement=True),
    ),
    "counts no longer": (
        lambda: _counting(autoincrement=True),
        lambda: _counting(autoincrement=False),
    ),
    "counts and is wider": (
        lambda: _counting(autoincrement=True),
        lambda: _counting(sa.BigInteger(), autoincrement=True),
    ),
    "comment": (
        lambda: models(sa.Column("a", sa.Integer, comment="it's"), comment="of t"),
        lambda: models(sa.Column("a", sa.Integer, comment="100% it")),
    ),
    "nullable": (
        lambda: models(sa.Column("a", sa.Integer, comment="kept", server_default="3")),
        lambda: models(sa.Column("a", sa.Integer, nullable=False, comment="kept", server_default="3")),
    ),
    "columns": (lambda: models(sa.Column("a", sa.JSON)), lambda: models(sa.Column("b", mysql.SET("x", "y")))),
    "unique": _of_items(nothing, lambda: (sa.UniqueConstraint("a", "b", name="uq"),)),
    "unique columns": _of_items(
        lambda: (sa.UniqueConstraint("a", name="uq"),), lambda: (sa.UniqueConstraint("a", "b", name="uq"),)
    ),
    "unique index": _of_items(nothing, _index("b", "a", unique=True)),
    "unique to plain": _of_items(_index("b", unique=True), _index("b")),
    "unique to prefix": _of_items(
        lambda: (sa.UniqueConstraint("b", name="ix"),), _index("b", unique=True, mysql_length=3)
    ),
    "index": _of_items(_index("a"), _index("a", "b")),
    "index order": _of_items(_index("a", "b"), _index("b", "a")),
    "index descends": _of_items(_index("a", "b"), _index(sa.text("a DESC"), "b")),
    "index length": _of_items(_index("words", mysql_length=5), _index("words", mysql_length={"words": 6})),
    "index full text": _of_items(_index("b"), _index("b", mysql_prefix="FULLTEXT")),
    "foreign key": _of_items(nothing, _key()),
    "foreign key nameless": _of_items(nothing, _key(None)),
    "foreign key rule": _of_items(_key(), _key(ondelete="CASCADE")),
    "foreign key rule of nameless": _of_items(_key(None), _key(None, ondelete="CASCADE")),
    "foreign key with index": _of_items(_key(), lambda: (*_key()(), *_index("a")())),
    "check": _of_items(nothing, lambda: (sa.CheckConstraint("a > 0", name="positive"),)),
    "check text": _of_items(
        lambda: (sa.CheckConstraint("a > 0", name="positive"),),
        lambda: (sa.CheckConstraint("a > 1 and b <> 'it''s'", name="positive"),),
    ),
    "table": (lambda: models(items=_key_of_new()), models),
}


def _key_of_new() -> tuple[Any, ...]:
    return (
        sa.Column("other", sa.ForeignKey("parent.id")),
        sa.Column("named", sa.ForeignKey("parent.id", name="fk_named")),
        sa.Column("indexed", sa.ForeignKey("parent.id"), index=True),
        sa.Column("b", sa.String(20), unique=True),
    )


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_carried_out_and_undone(engine: sa.Engine, name: str) -> None:
    before, after = (made() for made in CHANGES[name])
    if name == "table":
        after = sa.MetaData()
    before.create_all(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, before) == []
        start = schema(connection)
        script = produce_migrations(context, after)
        assert not script.upgrade_ops.is_empty()
        run(context, _rendered(script, "upgrade"))
        assert compare_metadata(context, after) == []
        assert schema(connection) != start
        run(context, _rendered(script, "downgrade"))
        assert compare_metadata(context, before) == []
        if name != "foreign key rule of nameless":  # its index is named after the column, or after the key
            assert _lines(schema(connection)) == _lines(start)


def _lines(tables: dict[str, str]) -> dict[str, list[str]]:
    """Return what makes each table; the order of its keys means nothing."""
    return {name: sorted(line.rstrip(",") for line in said.splitlines()) for name, said in tables.items()}


def _rendered(script: MigrationScript, direction: str) -> str:
    ops = script.upgrade_ops if direction == "upgrade" else script.downgrade_ops
    assert ops is not None
    return render_python_code(ops)
