"""What people build around migrations, each written for both names: ``from alembic import ...`` and ours."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import whimbrel_alembic
from conftest import NewDatabase
from testing.databases import Database

ENV = """\
from {package} import context

connection = context.config.attributes["connection"]
options = context.config.attributes.get("options", {{}})
{before}
context.configure(connection=connection, **options)
with context.begin_transaction():
    context.run_migrations()
"""


class Project:
    """A folder with revisions, whose env.py takes the connection of the program."""

    def __init__(self, folder: Path, package: str, before: str = "") -> None:
        self.package = package
        self.folder = folder / "migrations"
        (self.folder / "versions").mkdir(parents=True)
        (self.folder / "env.py").write_text(ENV.format(package=package, before=before))
        (self.folder / "script.py.mako").write_text(
            "revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n"
            f"from {package} import op\nimport sqlalchemy as sa\n\n\n"
            "def upgrade():\n    ${upgrades if upgrades else 'pass'}\n\n\n"
            "def downgrade():\n    ${downgrades if downgrades else 'pass'}\n"
        )

    def module(self, name: str) -> Any:
        return import_module(f"{self.package}.{name}")

    def add(self, id_: str, down: str | None, upgrade: str) -> None:
        text = f"from {self.package} import context, op\nimport sqlalchemy as sa\n\n"
        text += f"revision, down_revision = {id_!r}, {down!r}\n\n\ndef upgrade():\n    {upgrade}\n"
        (self.folder / "versions" / f"{id_}.py").write_text(text)

    def run(self, command: str, *args: Any, connection: sa.Connection, x: tuple[str, ...] = (), **options: Any) -> Any:
        config = self.module("config").Config()
        config.set_main_option("script_location", str(self.folder))
        config.cmd_opts = type("Options", (), {"x": list(x)})()
        config.attributes.update(connection=connection, options=options)
        return getattr(self.module("command"), command)(config, *args)

    def written(self) -> list[Path]:
        return sorted((self.folder / "versions").glob("*.py"))


@pytest.fixture(params=["alembic", "whimbrel"])
def package(request: pytest.FixtureRequest) -> Iterator[str]:
    whimbrel_alembic.install()
    yield request.param
    whimbrel_alembic.uninstall()


def test_a_program_shares_its_connection_with_the_commands(
    package: str, tmp_path: Path, sqlite_database: Database
) -> None:
    project = Project(tmp_path, package)
    project.add("a1", None, 'op.create_table("t", sa.Column("id", sa.Integer))')
    with sqlite_database.engine().connect() as connection:
        transaction = connection.begin()
        project.run("upgrade", "head", connection=connection)
        assert sa.inspect(connection).has_table("t")
        transaction.rollback()
    assert not sa.inspect(sqlite_database.engine()).has_table("t")


def test_words_from_the_command_line_choose_what_is_run(
    package: str, tmp_path: Path, sqlite_database: Database
) -> None:
    project = Project(tmp_path, package)
    test = 'context.get_x_argument(as_dictionary=True).get("samples") == "yes"'
    project.add("a1", None, f'op.create_table("samples" if {test} else "plain", sa.Column("id", sa.Integer))')
    with sqlite_database.engine().begin() as connection:
        project.run("upgrade", "head", connection=connection, x=("samples=yes",))
        assert sa.inspect(connection).has_table("samples")


def test_a_program_knows_whether_its_database_is_at_the_heads(
    package: str, tmp_path: Path, sqlite_database: Database
) -> None:
    project = Project(tmp_path, package)
    project.add("a1", None, "pass")
    project.add("b2", "a1", "pass")
    heads = set(project.module("script").ScriptDirectory(str(project.folder)).get_heads())
    table = {"version_table": f"{package}_version"}
    with sqlite_database.engine().connect() as connection:
        for target, expected in (("a1", False), ("head", True)):
            project.run("upgrade", target, connection=connection)
            context = project.module("runtime.migration").MigrationContext.configure(connection, opts=table)
            assert (set(context.get_current_heads()) == heads) is expected
            connection.rollback()


def test_a_revision_without_changes_is_not_written(package: str, tmp_path: Path, sqlite_database: Database) -> None:
    project = Project(tmp_path, package)

    def only_changes(context: Any, revision: Any, directives: list[Any]) -> None:
        if directives[0].upgrade_ops.is_empty():
            directives[:] = []

    metadata = sa.MetaData()
    options: dict[str, Any] = {"target_metadata": metadata, "process_revision_directives": only_changes}
    with sqlite_database.engine().connect() as connection:
        project.run("revision", "nothing", True, connection=connection, **options)
        assert project.written() == []
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
        project.run("revision", "something", True, connection=connection, **options)
    assert len(project.written()) == 1


def test_tables_that_the_models_lack_are_kept(package: str, tmp_path: Path, sqlite_database: Database) -> None:
    project = Project(tmp_path, package)

    def keep(thing: Any, name: str, type_: str, reflected: bool, compare_to: Any) -> bool:
        return not (type_ == "table" and reflected and compare_to is None)

    with sqlite_database.engine().begin() as connection:
        connection.execute(sa.text("CREATE TABLE theirs (id INTEGER PRIMARY KEY)"))
        options: dict[str, Any] = {"target_metadata": sa.MetaData(), "include_object": keep}
        project.run("revision", "keep", True, connection=connection, **options)
    assert "theirs" not in project.written()[0].read_text()


def test_columns_of_a_new_table_come_in_the_order_of_a_house(
    package: str, tmp_path: Path, sqlite_database: Database
) -> None:
    project = Project(tmp_path, package)
    module = "alembic.autogenerate.rewriter" if package == "alembic" else "whimbrel_autogen"
    ops = project.module("operations.ops")
    writer = import_module(module).Rewriter()

    def last_things_last(context: Any, revision: Any, op: Any) -> Any:
        late = ("created", "changed")
        columns = sorted(
            op.columns, key=lambda item: late.index(item.name) if getattr(item, "name", None) in late else -1
        )
        return ops.CreateTableOp(op.table_name, columns, schema=op.schema, **op.kw)

    writer.rewrites(ops.CreateTableOp)(last_things_last)
    metadata = sa.MetaData()
    names = ("changed", "created", "id", "name")
    sa.Table("t", metadata, *[sa.Column(name, sa.Integer, primary_key=name == "id") for name in names])
    with sqlite_database.engine().connect() as connection:
        options: dict[str, Any] = {"target_metadata": metadata, "process_revision_directives": writer}
        project.run("revision", "order", True, connection=connection, **options)
    text = project.written()[0].read_text()
    places = [text.index(f'"{name}"') for name in ("id", "name", "created", "changed")]
    assert places == sorted(places)


def test_each_tenant_has_a_schema(package: str, tmp_path: Path, new_database: NewDatabase) -> None:
    before = (
        "import sqlalchemy as sa\n"
        'tenant = context.get_x_argument(as_dictionary=True)["tenant"]\n'
        'connection.execute(sa.text(f"SET search_path TO {tenant}"))\nconnection.commit()\n'
    )
    project = Project(tmp_path, package, before)
    project.add("a1", None, 'op.create_table("t", sa.Column("id", sa.Integer))')
    engine = new_database("postgresql").engine()
    for tenant in ("north", "south"):
        with engine.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA {tenant}"))
        with engine.connect() as connection:
            project.run("upgrade", "head", connection=connection, x=(f"tenant={tenant}",))
    for tenant in ("north", "south"):
        assert set(sa.inspect(engine).get_table_names(tenant)) >= {"t", f"{package}_version"}
    assert sa.inspect(engine).get_table_names("public") == []


def test_an_application_that_is_asynchronous_hands_its_connection_over(
    package: str, tmp_path: Path, new_database: NewDatabase
) -> None:
    import asyncio

    database = new_database("postgresql")
    project = Project(tmp_path, package)
    project.add("a1", None, 'op.create_table("t", sa.Column("id", sa.Integer))')

    async def start() -> None:
        engine = database.async_engine()
        async with engine.begin() as connection:
            await connection.run_sync(lambda sync: project.run("upgrade", "head", connection=sync))
        await engine.dispose()

    asyncio.run(start())
    assert sa.inspect(database.engine()).has_table("t")


def test_several_environments_stand_in_one_file(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("shop", "stock"):
        folder = tmp_path / name
        folder.mkdir()
        Project(folder, package).add(f"{name}1", None, "pass")
    ini = "".join(f"[{name}]\nscript_location = %(here)s/{name}/migrations\n" for name in ("shop", "stock"))
    Path("both.ini").write_text(ini)
    config, command = (import_module(f"{package}.{name}") for name in ("config", "command"))
    for name in ("shop", "stock"):
        command.heads(config.Config("both.ini", ini_section=name))
        assert capsys.readouterr().out == f"{name}1 (head)\n"


def test_things_are_made_on_some_databases_only(package: str, tmp_path: Path, database: Database) -> None:
    project = Project(tmp_path, package)
    project.add(
        "a1",
        None,
        'op.create_table("t", sa.Column("id", sa.Integer))\n'
        '    if op.get_context().dialect.name == "sqlite":\n'
        '        op.create_index("ix_there", "t", ["id"])',
    )
    engine = database.engine()
    with engine.connect() as connection:
        project.run("upgrade", "head", connection=connection)
    names = [item["name"] for item in sa.inspect(engine).get_indexes("t")]
    assert names == (["ix_there"] if engine.dialect.name == "sqlite" else [])


def test_a_view_is_replaced_and_brought_back_by_an_operation_of_its_own(
    package: str, tmp_path: Path, sqlite_database: Database
) -> None:
    project = Project(tmp_path, package)
    operations = project.module("operations")

    class PutViewOp(operations.MigrateOperation):  # type: ignore[misc, name-defined]  # a class of either package
        def __init__(self, name: str, select: str) -> None:
            self.name, self.select = name, select

        @classmethod
        def put_view(cls, operations: Any, name: str, select: str) -> Any:
            return operations.invoke(cls(name, select))

    operations.Operations.register_operation("put_view")(PutViewOp)

    def put(operations: Any, op: PutViewOp) -> None:
        operations.execute(f"DROP VIEW IF EXISTS {op.name}")
        operations.execute(f"CREATE VIEW {op.name} AS {op.select}")

    operations.Operations.implementation_for(PutViewOp)(put)
    old, new = 'op.put_view("v", "SELECT 1 AS a")', 'op.put_view("v", "SELECT 2 AS a")'
    project.add("a1", None, old)
    project.add("b2", "a1", f"{new}\n\n\ndef downgrade():\n    {old}")
    with sqlite_database.engine().connect() as connection:
        for command, target, seen in (("upgrade", "a1", 1), ("upgrade", "head", 2), ("downgrade", "a1", 1)):
            project.run(command, target, connection=connection)
            assert connection.execute(sa.text("SELECT a FROM v")).scalar() == seen
            connection.rollback()
