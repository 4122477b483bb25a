"""Names with an underscore that released add-ons reach for do what the add-ons want of them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import whimbrel_alembic
from testing.alembic_projects import AlembicProject
from testing.databases import Database
from whimbrel_alembic.underscored import ADAPTERS


@pytest.fixture(autouse=True)
def bridge() -> Iterator[None]:
    whimbrel_alembic.install()
    yield
    whimbrel_alembic.uninstall()


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The version files of a1 <- b2 <- c3."""
    monkeypatch.chdir(tmp_path)
    AlembicProject(tmp_path).add("a1", "b2", "c3")
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(Config("alembic.ini"))


def ids(steps: Any) -> list[tuple[str, bool]]:
    return [(step.revision.revision, step.is_upgrade) for step in steps]


def test_each_adapter_is_set_where_core_has_nothing_of_that_name() -> None:
    import alembic  # noqa: F401  # importing it is what sets them

    for (owner, name), adapter in ADAPTERS.items():
        assert vars(owner)[name] is adapter


def test_steps_of_a_script_directory(script: Any) -> None:
    assert ids(script._upgrade_revs("head", None)) == [("a1", True), ("b2", True), ("c3", True)]
    assert ids(script._upgrade_revs("+1", "a1")) == [("b2", True)]
    assert ids(script._downgrade_revs("base", ("b2",))) == [("b2", False), ("a1", False)]
    (stamp,) = script._stamp_revs("b2", ())
    assert (stamp.from_revisions, stamp.to_revisions) == ((), ("b2",))


def test_steps_can_be_handed_to_an_environment(script: Any, tmp_path: Path) -> None:
    from alembic.runtime.environment import EnvironmentContext

    def upgrade(rows: tuple[str, ...], context: Any) -> Any:
        return context.script._upgrade_revs("b2", rows)

    with EnvironmentContext(script.config, script, fn=upgrade):
        script.run_env()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'app.db'}")
    assert set(sa.inspect(engine).get_table_names()) == {"alembic_version", "t_a1", "t_b2"}
    engine.dispose()


def test_revisions_of_a_script_directory(script: Any) -> None:
    from alembic.script import Script
    from alembic.script.revision import RevisionError, RevisionMap

    assert {item.revision for item in script._load_revisions()} == {"a1", "b2", "c3"}
    assert RevisionMap(script._load_revisions).heads == ("c3",)
    known = script.revision_map._revision_map
    assert set(known) == {"a1", "b2", "c3", None, ()}
    assert known["b2"].down_revision == "a1"
    assert known[None] is None
    path = known["b2"].path
    read = Script._from_path(script, path)
    assert (read.revision, read.down_revision, read.path) == ("b2", "a1", path)
    with pytest.raises(RevisionError, match="head"):
        known["b2"].verify_rev_id("head")


def test_a_script_directory_can_be_given_its_history_anew(script: Any) -> None:
    from alembic.script.revision import RevisionMap

    assert script.get_heads() == ["c3"]
    (Path("migrations") / "versions" / "d4.py").write_text('revision, down_revision = "d4", "c3"\n')
    script.revision_map = RevisionMap(script._load_revisions)
    assert script.get_heads() == ["d4"]


def test_a_file_that_is_no_revision(script: Any, tmp_path: Path) -> None:
    from alembic.script import Script

    (tmp_path / "helper.py").write_text("answer = 42\n")
    assert Script._from_path(script, str(tmp_path / "helper.py")) is None


def test_exec_of_an_impl(sqlite_database: Database) -> None:
    from alembic.migration import MigrationContext

    with sqlite_database.engine().begin() as connection:
        impl: Any = MigrationContext.configure(connection).impl
        impl._exec("CREATE TABLE t (id INTEGER)")
        impl._exec("INSERT INTO t VALUES (:id)", multiparams=[{"id": 1}, {"id": 2}])
        impl._exec("INSERT INTO t VALUES (:id)", params={"id": 3})
        assert impl._exec(sa.text("SELECT sum(id) FROM t")).scalar() == 6
    out = io.StringIO()
    impl = MigrationContext.configure(dialect_name="sqlite", opts={"as_sql": True, "output_buffer": out}).impl
    impl._exec("SELECT 1")
    assert out.getvalue() == "SELECT 1;\n\n"
    with pytest.raises(TypeError, match="parameters have no place"):
        impl._exec("SELECT :x", params={"x": 1})


def test_what_directives_remember() -> None:
    from alembic.operations import ops

    metadata = sa.MetaData()
    table = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    created = ops.CreateTableOp.from_table(table)
    assert created._constraints_included is True
    assert created._namespace_metadata is metadata
    dropped = ops.DropTableOp.from_table(table)
    assert isinstance(dropped._reverse, ops.CreateTableOp)
    assert dropped._reverse._namespace_metadata is metadata
    other = sa.MetaData()
    made = ops.CreateTableOp("t", [], _namespace_metadata=other)
    assert made._namespace_metadata is other
    assert made.kw == {}
    assert isinstance(ops.CreateTableOp("t", [])._namespace_metadata, sa.MetaData)
    index = ops.DropIndexOp.from_index(sa.Index("ix", table.c.id))
    assert isinstance(index._reverse, ops.CreateIndexOp)


@pytest.fixture
def autogen() -> Any:
    from alembic.autogenerate.api import AutogenContext
    from alembic.migration import MigrationContext

    options = {"sqlalchemy_module_prefix": "sa.", "alembic_module_prefix": "op."}
    return AutogenContext(MigrationContext.configure(dialect_name="sqlite", opts=options), autogenerate=False)


def test_directives_are_spelt_the_ordinary_way_though_an_add_on_has_its_own(autogen: Any) -> None:
    from alembic.autogenerate import render, renderers
    from alembic.operations import ops

    class MyCreateTableOp(ops.CreateTableOp):
        pass

    @renderers.dispatch_for(MyCreateTableOp)
    def mine(context: Any, op: Any) -> str:
        return "# mine\n" + render._add_table(context, op)

    column = sa.Column("a", sa.Integer, nullable=False)
    said = render._render_cmd_body(ops.UpgradeOps([MyCreateTableOp("t", [column])]), autogen)
    assert "# mine" in said
    assert "op.create_table(" in said
    assert render._drop_table(autogen, ops.DropTableOp("t")) == 'op.drop_table("t")'
    assert render._add_column(autogen, ops.AddColumnOp("t", sa.Column("b", sa.Text))).startswith('op.add_column("t", ')
    assert render._drop_column(autogen, ops.DropColumnOp("t", "b")) == 'op.drop_column("t", "b")'
    assert "op.create_index(" in render._add_index(autogen, ops.CreateIndexOp("ix", "t", ["a"]))
    assert "op.drop_index(" in render._drop_index(autogen, ops.DropIndexOp("ix", "t"))
    altered = ops.AlterColumnOp("t", "a", existing_type=sa.Integer(), modify_nullable=True)
    assert "nullable=True" in render._alter_column(autogen, altered)
    assert render._render_cmd_body(ops.UpgradeOps([]), autogen).strip() == "pass"


def test_an_add_on_goes_on_where_the_last_bracket_was(autogen: Any) -> None:
    from alembic.autogenerate import render
    from alembic.operations import ops

    altered = ops.AlterColumnOp(
        "a_table_with_a_long_name",
        "a_column_with_a_long_name",
        existing_type=sa.String(20),
        modify_type=sa.Enum("small", "large", name="egg_size"),
        existing_nullable=False,
        postgresql_using="the add-on writes this",
    )
    spelt = render._alter_column(autogen, altered)
    assert spelt.endswith("    existing_nullable=False)")
    assert "postgresql_using" not in spelt
    assert altered.kw == {"postgresql_using": "the add-on writes this"}


def test_columns_defaults_and_types_are_spelt(autogen: Any) -> None:
    from alembic.autogenerate import render

    assert render._render_column(sa.Column("a", sa.String(3)), autogen) == (
        'sa.Column("a", sa.String(length=3), nullable=True)'
    )
    assert render._repr_type(sa.Numeric(8, 2), autogen) == "sa.Numeric(precision=8, scale=2)"
    default = sa.Column("a", sa.Integer, server_default=sa.text("1 + 1")).server_default
    assert render._render_server_default(default, autogen) == 'sa.text("1 + 1")'
    assert render._render_server_default(None, autogen) is None


def test_net_changes_are_added_to_what_is_there(sqlite_database: Database) -> None:
    from alembic import autogenerate
    from alembic.autogenerate.api import AutogenContext
    from alembic.migration import MigrationContext
    from alembic.operations import ops

    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    with sqlite_database.engine().connect() as connection:
        upgrade = ops.UpgradeOps([ops.ExecuteSQLOp("SELECT 1")])
        context = AutogenContext(MigrationContext.configure(connection), metadata)
        autogenerate._produce_net_changes(context, upgrade)
    assert [type(op).__name__ for op in upgrade.ops] == ["ExecuteSQLOp", "CreateTableOp"]


def test_a_rewriter_can_be_taught_to_look_into_a_directive() -> None:
    from alembic.autogenerate.rewriter import Rewriter
    from alembic.operations import MigrateOperation, ops

    class Group(MigrateOperation):
        def __init__(self, first: Any) -> None:
            self.first = first

    @Rewriter._traverse.dispatch_for(Group)
    def look(self: Any, context: Any, revision: Any, directive: Any) -> None:
        looked.append(directive.first)

    looked: list[str] = []
    script = ops.MigrationScript("x", ops.UpgradeOps([Group("one")]), ops.DowngradeOps([]))
    Rewriter()(None, None, [script])  # type: ignore[arg-type]  # nobody asks for the run
    assert looked == ["one"]


def test_op_stands_for_what_a_test_suite_sets(sqlite_database: Database) -> None:
    from alembic import op
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    from whimbrel.errors import CommandError

    proxy: Any = op
    with sqlite_database.engine().begin() as connection:
        proxy._proxy = Operations(MigrationContext.configure(connection))
        op.create_table("kite", sa.Column("id", sa.Integer))
        proxy._proxy = None
        assert sa.inspect(connection).get_table_names() == ["kite"]
    with pytest.raises(CommandError, match="outside of a migration run"):
        op.drop_table("kite")


def test_what_a_foreign_key_says() -> None:
    from alembic.ddl import base

    key = sa.ForeignKeyConstraint(["a", "b"], ["s.u.x", "s.u.y"], ondelete="CASCADE", deferrable=True)
    sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), key, schema="q")
    expected = ("q", "t", ["a", "b"], "s", "u", ["x", "y"], None, "CASCADE", True, None)
    assert base._fk_spec(key) == expected


def test_helpers() -> None:
    from alembic import util

    assert util.immutabledict({"a": 1}).union({"b": 2}) == {"a": 1, "b": 2}
    assert [util.asbool(value) for value in ("true", " ON ", "y", 1, "no", "0", "f", None)] == [True] * 4 + [False] * 4
    with pytest.raises(ValueError, match="neither true nor false"):
        util.asbool("perhaps")
    assert util.to_list("a") == util.to_list(("a",)) == ["a"]
    assert util.to_tuple(None, default=()) == ()
    assert util.format_as_comma(("a", "b")) == "a, b"
    assert "secret" not in util.obfuscate_url_pw("postgresql://u:secret@h/d")
    assert len(util.rev_id()) == 12
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        util.warn("careful")
        util.warn_deprecated("soon gone")
    assert [item.category for item in caught] == [UserWarning, DeprecationWarning]


def test_a_dispatcher_finds_the_nearest_class() -> None:
    from alembic.util import Dispatcher, DispatchPriority, PriorityDispatcher, PriorityDispatchResult

    class Base: ...

    class Derived(Base): ...

    said = Dispatcher()
    said.dispatch_for(Base)(lambda _: "base")
    said.dispatch_for(Base, qualifier="sqlite")(lambda _: "base on sqlite")
    assert said.dispatch(Derived())(1) == "base"
    assert said.dispatch(Derived, qualifier="sqlite")(1) == "base on sqlite"
    with pytest.raises(ValueError, match="registered already"):
        said.dispatch_for(Base)(lambda _: "again")
    said.branch().dispatch_for(Base, replace=True)(lambda _: "other")
    assert said.dispatch(Base)(1) == "base"
    with pytest.raises(ValueError, match="No function"):
        said.dispatch("word")

    heard: list[str] = []
    several = PriorityDispatcher()

    def hear(word: str, answer: Any = PriorityDispatchResult.CONTINUE) -> Any:
        return lambda: (heard.append(word), answer)[1]

    several.dispatch_for("x", priority=DispatchPriority.LAST)(hear("last"))
    several.dispatch_for("x", priority=DispatchPriority.FIRST, subgroup="a")(hear("first", PriorityDispatchResult.STOP))
    several.dispatch_for("x", subgroup="a")(hear("stopped"))
    several.dispatch_for("x", qualifier="oracle")(hear("oracle's"))
    several.branch().dispatch("x")()
    assert heard == ["first", "last"]
