"""What differs between models and PostgreSQL is found, mended by the script that is written, and brought back by it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table
from sqlalchemy.dialects import postgresql as pg

from testing.databases import Database
from testing.scripted import differences, run, scripted

Parts = Callable[[MetaData], Any]


class Change(NamedTuple):
    """One change of models.

    :param before: puts tables into the metadata that the database is made of.
    :param after: and into that it is compared with.
    :param upgrade: the script, as it is written.
    :param downgrade: its other half.
    """

    before: Parts
    after: Parts
    upgrade: str
    downgrade: str


def table(*items: Any, **kw: Any) -> Parts:
    """A table ``t`` with columns ``a`` and ``b``, and more."""
    return lambda metadata: Table("t", metadata, Column("a", Integer), Column("b", String(20)), *_fresh(items), **kw)


def _fresh(items: tuple[Any, ...]) -> list[Any]:
    return [item() if callable(item) and not isinstance(item, type) else item for item in items]


def nothing(metadata: MetaData) -> None:
    """No table."""


def mood(*values: str, default: str | None = None, name: str = "person", **kw: Any) -> Parts:
    """A table with a column of an enum type."""
    return lambda metadata: Table(
        name,
        metadata,
        Column("id", Integer, autoincrement=False),
        Column("mood", sa.Enum(*values, name="mood"), server_default=default, **kw),
    )


def both(*parts: Parts) -> Parts:
    """Several."""
    return lambda metadata: [part(metadata) for part in parts]


CHANGES = {
    "enum_created_with_its_table": Change(
        before=nothing,
        after=mood("happy", "sad"),
        upgrade="""
op.create_enum_type("mood", ["happy", "sad"])
op.create_table(
    "person",
    sa.Column("id", sa.Integer(), nullable=True),
    sa.Column("mood", sa.Enum("happy", "sad", name="mood"), nullable=True),
)
""",
        downgrade="""
op.drop_table("person")
op.drop_enum_type("mood", if_exists=True)
""",
    ),
    "enum_created_with_its_column": Change(
        before=lambda metadata: Table("person", metadata, Column("id", Integer, autoincrement=False)),
        after=mood("happy", "sad"),
        upgrade="""
op.create_enum_type("mood", ["happy", "sad"])
op.add_column("person", sa.Column("mood", sa.Enum("happy", "sad", name="mood"), nullable=True))
""",
        downgrade="""
op.drop_column("person", "mood")
op.drop_enum_type("mood", if_exists=True)
""",
    ),
    "enum_dropped_with_its_last_column": Change(
        before=both(mood("happy", "sad"), mood("happy", "sad", name="cat")),
        after=lambda metadata: [
            Table(name, metadata, Column("id", Integer, autoincrement=False)) for name in ("cat", "person")
        ],
        upgrade="""
op.drop_column("cat", "mood")
op.drop_column("person", "mood")
op.drop_enum_type("mood", if_exists=True)
""",
        downgrade="""
op.create_enum_type("mood", ["happy", "sad"])
op.add_column("person", sa.Column("mood", postgresql.ENUM("happy", "sad", name="mood"), nullable=True))
op.add_column("cat", sa.Column("mood", postgresql.ENUM("happy", "sad", name="mood"), nullable=True))
""",
    ),
    "enum_that_another_column_keeps": Change(
        before=both(mood("happy", "sad"), mood("happy", "sad", name="cat")),
        after=both(
            mood("happy", "sad"), lambda metadata: Table("cat", metadata, Column("id", Integer, autoincrement=False))
        ),
        upgrade="""
op.drop_column("cat", "mood")
""",
        downgrade="""
op.add_column("cat", sa.Column("mood", postgresql.ENUM("happy", "sad", name="mood"), nullable=True))
""",
    ),
    "enum_value_added": Change(
        before=mood("happy", "sad"),
        after=mood("happy", "so so", "sad", "glum", "grim"),
        upgrade="""
op.add_enum_value("mood", "so so", after="happy")
op.add_enum_value("mood", "glum")
op.add_enum_value("mood", "grim")
""",
        downgrade="""
op.replace_enum_values(
    "mood",
    ["happy", "so so", "sad", "glum"],
    columns=[("person", "mood")],
    existing_values=["happy", "so so", "sad", "glum", "grim"],
)
op.replace_enum_values(
    "mood",
    ["happy", "so so", "sad"],
    columns=[("person", "mood")],
    existing_values=["happy", "so so", "sad", "glum"],
)
op.replace_enum_values(
    "mood",
    ["happy", "sad"],
    columns=[("person", "mood")],
    existing_values=["happy", "so so", "sad"],
)
""",
    ),
    "enum_value_added_before_all": Change(
        before=mood("happy", "sad"),
        after=mood("glad", "happy", "sad"),
        upgrade="""
op.add_enum_value("mood", "glad", before="happy")
""",
        downgrade="""
op.replace_enum_values(
    "mood",
    ["happy", "sad"],
    columns=[("person", "mood")],
    existing_values=["glad", "happy", "sad"],
)
""",
    ),
    "enum_value_added_and_used": Change(
        before=mood("happy", "sad", default="happy"),
        after=mood("happy", "sad", "glum", default="glum"),
        upgrade="""
op.add_enum_value("mood", "glum", autocommit=True)
op.alter_column(
    "person",
    "mood",
    existing_type=postgresql.ENUM("happy", "sad", name="mood"),
    server_default="glum",
    existing_nullable=True,
    existing_server_default=sa.text("'happy'::mood"),
)
""",
        downgrade="""
op.alter_column(
    "person",
    "mood",
    existing_type=postgresql.ENUM("happy", "sad", name="mood"),
    server_default=sa.text("'happy'::mood"),
    existing_nullable=True,
    existing_server_default="glum",
)
op.replace_enum_values(
    "mood",
    ["happy", "sad"],
    columns=[("person", "mood")],
    existing_values=["happy", "sad", "glum"],
)
""",
    ),
    "enum_values_go": Change(
        before=mood("happy", "glum", "sad", default="glum"),
        after=mood("happy", "sad", default="sad"),
        upgrade="""
op.alter_column(
    "person",
    "mood",
    existing_type=postgresql.ENUM("happy", "glum", "sad", name="mood"),
    server_default="sad",
    existing_nullable=True,
    existing_server_default=sa.text("'glum'::mood"),
)
op.replace_enum_values(
    "mood",
    ["happy", "sad"],
    columns=[("person", "mood", None, "sad")],
    existing_values=["happy", "glum", "sad"],
)
""",
        downgrade="""
op.replace_enum_values(
    "mood",
    ["happy", "glum", "sad"],
    columns=[("person", "mood", None, "sad")],
    existing_values=["happy", "sad"],
)
op.alter_column(
    "person",
    "mood",
    existing_type=postgresql.ENUM("happy", "glum", "sad", name="mood"),
    server_default=sa.text("'glum'::mood"),
    existing_nullable=True,
    existing_server_default="sad",
)
""",
    ),
    "enum_values_in_another_order": Change(
        before=mood("sad", "happy"),
        after=mood("happy", "sad"),
        upgrade="""
op.replace_enum_values(
    "mood",
    ["happy", "sad"],
    columns=[("person", "mood")],
    existing_values=["sad", "happy"],
)
""",
        downgrade="""
op.replace_enum_values(
    "mood",
    ["sad", "happy"],
    columns=[("person", "mood")],
    existing_values=["happy", "sad"],
)
""",
    ),
    "enum_default_from_one_that_goes_to_one_that_comes": Change(
        before=mood("happy", "glum", default="glum"),
        after=mood("happy", "sad", default="sad"),
        upgrade="""
op.add_enum_value("mood", "sad", autocommit=True)
op.alter_column(
    "person",
    "mood",
    existing_type=postgresql.ENUM("happy", "glum", name="mood"),
    server_default="sad",
    existing_nullable=True,
    existing_server_default=sa.text("'glum'::mood"),
)
op.replace_enum_values(
    "mood",
    ["happy", "sad"],
    columns=[("person", "mood", None, "sad")],
    existing_values=["happy", "glum", "sad"],
)
""",
        downgrade="""
op.replace_enum_values(
    "mood",
    ["happy", "glum", "sad"],
    columns=[("person", "mood", None, "sad")],
    existing_values=["happy", "sad"],
)
op.alter_column(
    "person",
    "mood",
    existing_type=postgresql.ENUM("happy", "glum", name="mood"),
    server_default=sa.text("'glum'::mood"),
    existing_nullable=True,
    existing_server_default="sad",
)
op.replace_enum_values(
    "mood",
    ["happy", "glum"],
    columns=[("person", "mood")],
    existing_values=["happy", "glum", "sad"],
)
""",
    ),
    "enum_value_renamed_as_declared": Change(
        before=mood("happy", "glum", default="glum"),
        after=mood("happy", "sad", default="sad", info={"renamed_values": {"glum": "sad"}}),
        upgrade="""
op.rename_enum_value("mood", "glum", "sad")
""",
        downgrade="""
op.rename_enum_value("mood", "sad", "glum")
""",
    ),
    "key_that_is_to_count": Change(
        before=lambda metadata: Table("t", metadata, Column("id", Integer, primary_key=True, autoincrement=False)),
        after=lambda metadata: Table("t", metadata, Column("id", Integer, primary_key=True)),
        upgrade="""
op.alter_column("t", "id", existing_type=sa.INTEGER(), autoincrement=True, existing_autoincrement=False)
""",
        downgrade="""
op.alter_column("t", "id", existing_type=sa.INTEGER(), autoincrement=False, existing_autoincrement=True)
""",
    ),
    "serial_becomes_big": Change(
        before=lambda metadata: Table("t", metadata, Column("id", Integer, primary_key=True)),
        after=lambda metadata: Table("t", metadata, Column("id", sa.BigInteger, primary_key=True)),
        upgrade="""
op.alter_column(
    "t",
    "id",
    existing_type=sa.INTEGER(),
    type_=sa.BigInteger(),
    existing_nullable=False,
    existing_autoincrement=True,
)
""",
        downgrade="""
op.alter_column(
    "t",
    "id",
    existing_type=sa.BigInteger(),
    type_=sa.INTEGER(),
    existing_nullable=False,
    existing_autoincrement=True,
)
""",
    ),
    "serial_becomes_an_identity": Change(
        before=lambda metadata: Table("t", metadata, Column("id", Integer, primary_key=True)),
        after=lambda metadata: Table("t", metadata, Column("id", Integer, sa.Identity(), primary_key=True)),
        upgrade="""
op.alter_column(
    "t",
    "id",
    existing_type=sa.INTEGER(),
    server_default=sa.Identity(always=False),
    existing_nullable=False,
    autoincrement=False,
    existing_autoincrement=True,
)
""",
        downgrade="""
op.alter_column(
    "t",
    "id",
    existing_type=sa.INTEGER(),
    server_default=None,
    existing_nullable=False,
    existing_server_default=sa.Identity(always=False),
    autoincrement=True,
    existing_autoincrement=False,
)
""",
    ),
    "identity_counts_otherwise": Change(
        before=lambda metadata: Table("t", metadata, Column("id", Integer, sa.Identity(), primary_key=True)),
        after=lambda metadata: Table(
            "t", metadata, Column("id", Integer, sa.Identity(always=True, increment=5), primary_key=True)
        ),
        upgrade="""
op.alter_column(
    "t",
    "id",
    existing_type=sa.INTEGER(),
    server_default=sa.Identity(always=True, increment=5),
    existing_nullable=False,
    existing_server_default=sa.Identity(
        always=False, start=1, increment=1, minvalue=1, maxvalue=2147483647, cycle=False, cache=1
    ),
)
""",
        downgrade="""
op.alter_column(
    "t",
    "id",
    existing_type=sa.INTEGER(),
    server_default=sa.Identity(
        always=False, start=1, increment=1, minvalue=1, maxvalue=2147483647, cycle=False, cache=1
    ),
    existing_nullable=False,
    existing_server_default=sa.Identity(always=True, increment=5),
)
""",
    ),
    "serial_key_in_a_table_that_goes": Change(
        before=lambda metadata: Table("t", metadata, Column("id", Integer, primary_key=True)),
        after=nothing,
        upgrade="""
op.drop_table("t")
""",
        downgrade="""
op.create_table(
    "t",
    sa.Column("id", sa.INTEGER(), autoincrement=True, nullable=False),
    sa.PrimaryKeyConstraint("id", name=op.f("t_pkey")),
)
""",
    ),
    "sequence_created": Change(
        before=nothing,
        after=lambda metadata: sa.Sequence("numbers", start=10, increment=2, metadata=metadata),
        upgrade="""
op.create_sequence("numbers", start=10, increment=2)
""",
        downgrade="""
op.drop_sequence("numbers")
""",
    ),
    "sequence_counts_otherwise": Change(
        before=lambda metadata: sa.Sequence("numbers", increment=2, maxvalue=500, metadata=metadata),
        after=lambda metadata: sa.Sequence("numbers", increment=5, cycle=True, cache=20, metadata=metadata),
        upgrade="""
op.alter_sequence(
    "numbers",
    {"increment": 5, "cycle": True, "cache": 20},
    existing={"increment": 2, "cycle": False, "cache": 1},
)
""",
        downgrade="""
op.alter_sequence(
    "numbers",
    {"increment": 2, "cycle": False, "cache": 1},
    existing={"increment": 5, "cycle": True, "cache": 20},
)
""",
    ),
    "exclusion_dropped": Change(
        before=table(lambda: pg.ExcludeConstraint(("a", "="), name="alone", using="btree")),
        after=table(),
        upgrade="""
op.drop_constraint(op.f("alone"), "t", type_="exclude")
""",
        downgrade="""
op.create_exclude_constraint("alone", "t", ("a", "="), using="btree")
""",
    ),
    "exclusion_created": Change(
        before=table(),
        after=table(lambda: pg.ExcludeConstraint(("a", "="), (sa.text("lower(b)"), "="), name="alone", using="btree")),
        upgrade="""
op.create_exclude_constraint(
    "alone", "t", ("a", "="), (sa.text("lower(b)"), "="), using="btree"
)
""",
        downgrade="""
op.drop_constraint("alone", "t", type_="exclude")
""",
    ),
    "exclusion_changed": Change(
        before=table(lambda: pg.ExcludeConstraint(("a", "="), name="alone", using="btree", where=sa.text("a > 0"))),
        after=table(lambda: pg.ExcludeConstraint(("a", "="), name="alone", using="btree", where=sa.text("a > 1"))),
        upgrade="""
op.drop_constraint("alone", "t", type_="exclude")
op.create_exclude_constraint("alone", "t", ("a", "="), where=sa.text("a > 1"), using="btree")
""",
        downgrade="""
op.drop_constraint("alone", "t", type_="exclude")
op.create_exclude_constraint(
    "alone", "t", ("a", "="), where="a > 0", using="btree"
)
""",
    ),
}


TYPES: list[tuple[Any, Any, str | None, str]] = [
    (String(20), Integer(), "7", "'12'"),
    (sa.Text(), sa.Boolean(), "true", "'false'"),
    (Integer(), sa.Boolean(), "1", "0"),
    (sa.Boolean(), sa.Numeric(8, 2), "1", "false"),
    (sa.Text(), pg.JSONB(), "{}", "'[1]'"),
    (pg.JSON(), pg.JSONB(), "{}", "'[1]'"),
    (String(36), sa.Uuid(), None, "'12345678-1234-5678-1234-567812345678'"),
    (String(20), sa.Enum("happy", "sad", name="mood"), "sad", "'happy'"),
    (sa.Enum("happy", "sad", name="mood"), sa.Enum("happy", "sad", "so so", name="mood2"), "sad", "'happy'"),
    (sa.Enum("happy", "sad", name="mood"), sa.Text(), "sad", "'happy'"),
    (sa.Text(), sa.Date(), "2024-01-02", "'2024-02-03'"),
    (sa.Date(), sa.DateTime(timezone=True), "2024-01-02", "'2024-02-03'"),
    (sa.Text(), pg.INTERVAL(), "1 day", "'2 days'"),
    (pg.ARRAY(sa.Text), pg.ARRAY(Integer), "{1}", "'{2,3}'"),
    (pg.ARRAY(sa.String(5)), pg.ARRAY(sa.Text), "{1}", "'{2,3}'"),
    (sa.BigInteger(), sa.SmallInteger(), "1", "2"),
    (sa.LargeBinary(), sa.Text(), None, r"'\\x00ff'"),
    (sa.Text(), pg.INET(), "127.0.0.1", "'10.0.0.1'"),
]


@pytest.mark.parametrize("default", [True, False])
@pytest.mark.parametrize("number", range(len(TYPES)))
def test_a_type_becomes_another_with_its_rows_and_its_default(
    number: int, default: bool, postgresql_database: Database
) -> None:
    old, new, value, row = TYPES[number]
    engine = postgresql_database.engine()
    before, after = (
        Table("t", MetaData(), Column("Odd a", type_, server_default=value if default else None)).metadata
        for type_ in (old, new)
    )
    before.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO t VALUES ({row}), (DEFAULT)")
    upgrade, downgrade = scripted(engine, after)
    run(engine, upgrade)
    assert differences(engine, after) == []
    run(engine, downgrade)
    assert differences(engine, before) == []
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar_one() == 2


@pytest.mark.parametrize("name", CHANGES)
def test_the_script_is_written_as_expected_and_there_and_back_nothing_differs(
    name: str, postgresql_database: Database
) -> None:
    change = CHANGES[name]
    engine = postgresql_database.engine()
    before, after = MetaData(), MetaData()
    change.before(before)
    change.after(after)
    before.create_all(engine)
    assert differences(engine, before) == []
    upgrade, downgrade = scripted(engine, after)
    assert _spelt(upgrade) == _spelt(change.upgrade)
    assert _spelt(downgrade) == _spelt(change.downgrade)
    run(engine, upgrade)
    assert differences(engine, after) == []
    run(engine, downgrade)
    assert differences(engine, before) == []


def _spelt(source: str) -> str:
    """Python without its layout, which is not this package's."""
    return ast.unparse(ast.parse(source))
