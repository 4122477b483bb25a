"""What add-ons and env.py files written for Alembic extend: operations, dialects, comparisons, scripts, callbacks."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.types import UserDefinedType

import whimbrel_alembic
from testing.alembic_projects import AlembicProject
from testing.databases import Database
from testing.site import Site

MODELS = """
from sqlalchemy import Column, Integer, MetaData, String, Table

target_metadata = MetaData()
Table("t_a1", target_metadata, Column("id", Integer, primary_key=True), Column("name", String(30)))
Table("orders", target_metadata, Column("id", Integer, primary_key=True), Column("note", String(30)))
"""


@pytest.fixture
def project(tmp_path: Path) -> AlembicProject:
    made = AlembicProject(tmp_path, models=MODELS)
    made.add("a1")
    made.run("upgrade", "head")
    return made


def configure(project: AlembicProject, before: str, *options: str) -> None:
    """Put code into env.py, and options into its configure()."""
    env = project.folder / "migrations" / "env.py"
    text = env.read_text().replace("def online():", f"{before}\n\ndef online():")
    given = "target_metadata=target_metadata"
    env.write_text(text.replace(f"connection, {given}", f"connection, {', '.join([given, *options])}"))


def written(project: AlembicProject) -> str:
    """What autogenerate writes."""
    project.run("revision", "--autogenerate", "-m", "x", "--rev-id", "x9")
    return (project.versions / "x9_x.py").read_text()


def query(project: AlembicProject, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(project.folder / "app.db")) as connection:
        return list(connection.execute(sql))


def test_operations_registered_by_decorators(project: AlembicProject) -> None:
    (project.folder / "views.py").write_text(
        """
from alembic.operations import MigrateOperation, Operations

@Operations.register_operation("create_view")
class CreateViewOp(MigrateOperation):
    def __init__(self, name, query):
        self.name, self.query = name, query

    @classmethod
    def create_view(cls, operations, name, query):
        return operations.invoke(cls(name, query))

@Operations.implementation_for(CreateViewOp)
def create_view(operations, operation):
    operations.execute(f"CREATE VIEW {operation.name} AS {operation.query}")
"""
    )
    configure(project, "import views\n")
    (project.versions / "b2.py").write_text(
        'from alembic import op\nrevision, down_revision = "b2", "a1"\n\n'
        'def upgrade():\n    op.create_view("v", "SELECT 1 AS one")\n'
    )
    project.run("upgrade", "head")
    assert query(project, "SELECT one FROM v") == [(1,)]


def test_a_dialect_that_somebody_else_wrote(tmp_path: Path) -> None:
    project = AlembicProject(tmp_path, url="gull:///app.db")
    project.add("a1")
    (tmp_path / "gull.py").write_text(
        """
from alembic.ddl.base import RenameTable, format_table_name
from alembic.ddl.impl import DefaultImpl
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.ext.compiler import compiles

class GullDialect(SQLiteDialect_pysqlite):
    name = "gull"
    supports_statement_cache = True

registry.register("gull", "gull", "GullDialect")

class GullImpl(DefaultImpl):
    __dialect__ = "gull"
    transactional_ddl = False

    def add_column(self, table_name, column, *, schema=None, **kw):
        column.name = f"gull_{column.name}"
        super().add_column(table_name, column, schema=schema, **kw)

@compiles(RenameTable, "gull")
def rename(element, compiler, **kw):
    old = format_table_name(compiler, element.table_name, element.schema)
    return f"ALTER TABLE {old} RENAME TO gull_{element.new_table_name}"
"""
    )
    env = tmp_path / "migrations" / "env.py"
    env.write_text("import gull\n" + env.read_text())
    (project.versions / "b2.py").write_text(
        'import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = "b2", "a1"\n\n'
        'def upgrade():\n    op.add_column("t_a1", sa.Column("x", sa.Integer))\n    op.rename_table("t_a1", "t")\n'
        "    assert type(op.get_context().impl).__name__ == 'GullImpl'\n"
    )
    project.run("upgrade", "head")
    assert query(project, "SELECT gull_x FROM gull_t") == []


@pytest.fixture
def bridge() -> Iterator[None]:
    whimbrel_alembic.install()
    yield
    whimbrel_alembic.uninstall()


def test_what_a_dialect_of_somebody_elses_says_of_comparisons_counts(bridge: None, sqlite_database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.ddl.impl import DefaultImpl
    from alembic.migration import MigrationContext

    class AukDialect(SQLiteDialect_pysqlite):
        name = "auk"
        supports_statement_cache = True
        supports_identity_columns = True

    class AukImpl(DefaultImpl):
        __dialect__ = "auk"
        type_synonyms = (*DefaultImpl.type_synonyms, {"VARCHAR", "VARSTRING"})
        type_arg_extract = (r"collate (\w+)",)
        identity_attrs_ignore = ("cache",)
        kinds: ClassVar[set[str]] = set()

        def adjust_reflected_dialect_options(self, reflected_object: Any, kind: str) -> dict[str, Any]:
            self.kinds.add(kind)
            return {}

        def autogen_column_reflect(self, inspector: Any, table: Any, column_info: Any) -> None:
            if column_info["name"] == "number":  # as a database with identities would tell
                column_info["identity"] = {"start": 1, "cache": 20}

    def column(name: str, type_: str) -> sa.Column[Any]:
        return sa.Column(name, type(type_, (UserDefinedType,), {"get_col_spec": lambda self, **kw: type_})())

    def differing(spelled: dict[str, str], **identity: int) -> list[tuple[Any, ...]]:
        metadata = sa.MetaData()
        number = sa.Column("number", sa.Integer, sa.Identity(**identity), nullable=True)
        sa.Table("t", metadata, sa.Column("id", sa.Integer), number, *(column(*item) for item in spelled.items()))
        sa.Index("ix", metadata.tables["t"].c.id)
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return [item[0][0:4] for item in compare_metadata(context, metadata) if isinstance(item, list)]

    with sqlite_database.engine().begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (id INTEGER, number INTEGER, a VARCHAR(9))"))
        connection.execute(sa.text("CREATE INDEX ix ON t (id)"))
        connection.dialect = AukDialect()
        database = {"a": "VARSTRING(9) COLLATE nocase"}
        assert differing(database, cache=5) == []
        assert differing(database, start=7) == [("modify_default", None, "t", "number")]
        assert differing({"a": "VARCHAR(10) COLLATE nocase"}) == [("modify_type", None, "t", "a")]
        assert AukImpl.kinds == {"index"}
        impl = MigrationContext.configure(connection).impl
        one, other = (column("a", f"VARCHAR(9) COLLATE {name}") for name in ("nocase", "binary"))
        assert impl.compare_type(one, other)
        assert not impl.compare_type(one, column("a", "VARCHAR(9) collate NOCASE"))


def test_comparators_renderers_and_the_objects_they_get(project: AlembicProject) -> None:
    configure(
        project,
        """
from alembic.autogenerate import comparators, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrateOperation, ops

class GreetOp(MigrateOperation):
    def __init__(self, word):
        self.word = word

    def reverse(self):
        return GreetOp(self.word[::-1])

@comparators.dispatch_for("schema")
def greet(autogen_context, upgrade_ops, schemas):
    assert isinstance(autogen_context, AutogenContext)
    assert isinstance(upgrade_ops, ops.UpgradeOps)
    assert autogen_context.dialect.name == "sqlite" and autogen_context.connection is not None
    assert autogen_context.metadata is target_metadata
    upgrade_ops.ops.append(GreetOp(f"hello {sorted(map(str, schemas))}"))

@renderers.dispatch_for(GreetOp)
def render(autogen_context, op):
    autogen_context.imports.add("import greetings")
    return f"op.greet({op.word!r})"
""",
    )
    text = written(project)
    assert "    op.greet(\"hello ['None']\")" in text
    assert "import greetings\n" in text
    assert "op.create_table" in text


def test_process_revision_directives_and_include_object(project: AlembicProject) -> None:
    configure(
        project,
        """
from alembic.operations import ops

def include(object_, name, type_, reflected, compare_to):
    return not (type_ == "table" and name == "orders")

def process(context_, revision, directives):
    script, = directives
    assert context_.config is config and revision == ("a1",)
    assert isinstance(script, ops.MigrationScript)
    script.message = "renamed"
    script.upgrade_ops.ops.insert(0, ops.ExecuteSQLOp("SELECT 1"))
""",
        "include_object=include",
        "process_revision_directives=process",
    )
    project.run("revision", "--autogenerate", "-m", "x", "--rev-id", "x9")
    text = (project.versions / "x9_renamed.py").read_text()
    assert "op.execute(" in text
    assert "orders" not in text


def test_a_rewriter_of_env_py(project: AlembicProject) -> None:
    configure(
        project,
        """
from alembic.autogenerate import rewriter
from alembic.operations import ops

writer = rewriter.Rewriter()

@writer.rewrites(ops.CreateTableOp)
def create(context_, revision, op):
    return [ops.ExecuteSQLOp(f"-- before {op.table_name}"), op]
""",
        "process_revision_directives=writer",
    )
    assert "-- before orders" in written(project)


def test_on_version_apply(project: AlembicProject) -> None:
    configure(
        project,
        """
from alembic.runtime.migration import MigrationContext, MigrationInfo

def applied(ctx, step, heads, run_args, **kw):
    assert isinstance(ctx, MigrationContext) and isinstance(step, MigrationInfo)
    with open("log.txt", "a") as log:
        log.write(f"{step.is_upgrade} {step.up_revision_id} {step.up_revision.doc} {sorted(heads)}\\n")
""",
        "on_version_apply=applied",
    )
    project.run("downgrade", "base")
    project.run("upgrade", "head")
    assert (project.folder / "log.txt").read_text() == "False a1 table a1 []\nTrue a1 table a1 ['a1']\n"


@pytest.fixture
def add_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with an entry point in the group alembic.plugins, as its author released it."""
    site = tmp_path / "site"
    site.mkdir()
    Site(site).install(
        "gull-names",
        {"alembic.plugins": {"gull.names": "gull_names", "gull.broken": "gull_broken"}},
        {
            "gull_names": """
                from alembic.operations import ops
                from alembic.runtime.plugins import Plugin
                from alembic.util import DispatchPriority, PriorityDispatchResult

                def setup(plugin: Plugin) -> None:
                    plugin.add_autogenerate_comparator(first, "table", "names", priority=DispatchPriority.FIRST)
                    plugin.add_autogenerate_comparator(never, "table", "names")
                    plugin.add_autogenerate_comparator(last, "autogenerate")

                def first(context, modify, schema, name, conn_table, metadata_table):
                    modify.ops.append(ops.CreateIndexOp(f"ix_{name}_{conn_table is not None}", name, ["id"]))
                    return PriorityDispatchResult.STOP

                def never(*args):
                    raise AssertionError("stopped before")

                def last(context, upgrade_ops):
                    upgrade_ops.ops.append(ops.CreateIndexOp("ix_the_end", "orders", ["id"]))
                    return PriorityDispatchResult.CONTINUE
                """,
            "gull_broken": "raise RuntimeError('broken')\n",
        },
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH")])))


def test_plugins_take_part_where_they_are_named(project: AlembicProject, add_on: None) -> None:
    configure(project, "", 'autogenerate_plugins=["alembic.autogenerate.*", "gull.*"]')
    told = project.run("revision", "--autogenerate", "-m", "x", "--rev-id", "x9").stderr
    text = (project.versions / "x9_x.py").read_text()
    assert "ix_orders_False" in text
    assert "ix_t_a1_True" in text
    assert text.index("ix_orders") < text.index("ix_the_end") < text.index("def downgrade")
    assert "Plugin gull.broken of gull-names 1.0 is left out: RuntimeError: broken" in told


def test_plugins_do_not_take_part_where_nobody_names_them(project: AlembicProject, add_on: None) -> None:
    assert "ix_orders" not in written(project)


def test_subjects_go_by_alembics_names(project: AlembicProject) -> None:
    configure(project, "", 'autogenerate_plugins=["alembic.autogenerate.*", "~alembic.autogenerate.tables"]')
    assert "create_table" not in written(project)


def test_tables_that_the_models_lack_are_dropped_as_ever(project: AlembicProject) -> None:
    with closing(sqlite3.connect(project.folder / "app.db")) as connection:
        connection.execute("CREATE TABLE old (id INTEGER PRIMARY KEY)")
    assert "op.drop_table('old')" in written(project).replace('"', "'")
