"""Application code and test suites written for Alembic, in a process that Whimbrel's command line has not started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import whimbrel_alembic
from testing.alembic_projects import AlembicProject
from testing.databases import Database
from whimbrel_alembic.__main__ import main as program


@pytest.fixture(autouse=True)
def bridge() -> Iterator[None]:
    whimbrel_alembic.install()
    yield
    whimbrel_alembic.uninstall()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AlembicProject:
    monkeypatch.chdir(tmp_path)
    made = AlembicProject(tmp_path)
    made.add("a1", "b2")
    env = tmp_path / "migrations" / "env.py"
    env.write_text(env.read_text().replace("    fileConfig(config.config_file_name)", "    pass"))
    return made


def tables(folder: Path) -> set[str]:
    engine = sa.create_engine(f"sqlite:///{folder / 'app.db'}")
    found = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_commands(project: AlembicProject, capsys: pytest.CaptureFixture[str]) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config("alembic.ini")
    command.upgrade(config, "head")
    assert tables(project.folder) == {"alembic_version", "t_a1", "t_b2"}
    command.downgrade(config, "-1")
    command.current(config, verbose=True)
    command.stamp(config, "b2", purge=True)
    command.history(config, indicate_current=True)
    command.heads(config)
    command.branches(config)
    command.show(config, "a1")
    command.ensure_version(config)
    command.list_templates(config)
    made = command.revision(config, message="more", rev_id="c3")
    assert made.revision == "c3"
    assert command.merge(config, ["c3"], rev_id="d4").down_revision == "c3"
    out = capsys.readouterr().out
    assert "a1 -> b2 (head) (current), table b2" in out
    assert "Rev: a1" in out


def test_what_a_script_raised_comes_through_with_what_is_known_of_it(project: AlembicProject) -> None:
    from alembic import command
    from alembic.config import Config

    (project.versions / "c3.py").write_text(
        'from alembic import op\nrevision, down_revision = "c3", "b2"\n\n\n'
        'def upgrade():\n    op.execute("SELECT nonsense")\n'
    )
    with pytest.raises(sa.exc.OperationalError) as raised:
        command.upgrade(Config("alembic.ini"), "head")
    (note,) = raised.value.__notes__
    assert "Revision c3 failed in upgrade()" in note
    assert "c3.py:6" in note


def test_errors_are_alembics(project: AlembicProject) -> None:
    from alembic import command, util
    from alembic.config import Config
    from alembic.script.revision import ResolutionError
    from alembic.util.exc import CommandError

    with pytest.raises(CommandError):
        command.upgrade(Config("alembic.ini"), "zzz")
    with pytest.raises(util.CommandError):
        command.check(Config("alembic.ini"))
    with pytest.raises(ResolutionError):
        command.show(Config("alembic.ini"), "zzz")


def test_a_connection_in_attributes(project: AlembicProject, sqlite_database: Database) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext

    (project.folder / "migrations" / "env.py").write_text(
        "from alembic import context\n"
        'context.configure(connection=context.config.attributes["connection"])\n'
        "with context.begin_transaction():\n    context.run_migrations()\n"
    )
    config = Config()
    config.set_main_option("script_location", str(project.folder / "migrations"))
    with sqlite_database.engine().begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == "b2"
        assert isinstance(context, MigrationContext)
        context.stamp(config_script(config), "a1")
        assert context.get_current_heads() == ("a1",)


def config_script(config: Any) -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config)


def test_operations_without_a_run(sqlite_database: Database) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    with sqlite_database.engine().begin() as connection:
        op = Operations(MigrationContext.configure(connection))
        op.create_table("t", sa.Column("id", sa.Integer))
        with op.batch_alter_table("t") as batch:
            batch.add_column(sa.Column("x", sa.Integer))
    assert [column["name"] for column in sa.inspect(sqlite_database.engine()).get_columns("t")] == ["id", "x"]


def test_comparing_without_a_run(sqlite_database: Database) -> None:
    from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
    from alembic.migration import MigrationContext

    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    engine = sqlite_database.engine()
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(sa.text("CREATE TABLE old (id INTEGER PRIMARY KEY)"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert {diff[0] for diff in compare_metadata(context, metadata)} == {"add_table", "remove_table"}
        assert 'op.drop_table("old")' in render_python_code(produce_migrations(context, metadata).upgrade_ops)


def test_head_maintainer(sqlite_database: Database, project: AlembicProject) -> None:
    from alembic.config import Config
    from alembic.migration import HeadMaintainer, MigrationContext

    script = config_script(Config("alembic.ini"))
    with sqlite_database.engine().begin() as connection:
        context: Any = MigrationContext.configure(connection)
        context.ensure_version_table()
        heads = HeadMaintainer(context, ())
        for step in script._upgrade_revs("head", ()):
            heads.update_to_step(step)
        assert heads.heads == {"b2"}
        assert context.get_current_heads() == ("b2",)


def test_the_command_line_as_a_function(project: AlembicProject, capsys: pytest.CaptureFixture[str]) -> None:
    from alembic.config import main

    main(["-c", "alembic.ini", "upgrade", "head"])
    assert "t_b2" in tables(project.folder)
    main(argv=["--raiseerr", "stamp", "a1", "--purge"])
    capsys.readouterr()
    main(["current"])
    assert capsys.readouterr().out == "a1\n"
    with pytest.raises(SystemExit):
        main(["upgrade", "zzz"])
    assert "FAILED: " in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([])


def test_a_command_line_that_a_program_extends(project: AlembicProject) -> None:
    from alembic.config import CommandLine, Config

    def greet(config: Any, whom: str, sql: bool = False) -> None:
        """Say hello."""
        greeted.append((whom, sql, config.cmd_opts.tenant))

    greeted: list[Any] = []
    line = CommandLine(prog="shop")
    line.parser.add_argument("--tenant")
    line.register_command(greet)
    options = line.parser.parse_args(["--tenant", "a", "-x", "k=v", "greet", "Ada", "--sql"])
    assert (options.x, options.name) == (["k=v"], "alembic")
    line.run_cmd(Config("alembic.ini", cmd_opts=options), options)
    assert greeted == [("Ada", True, "a")]


def test_a_revision_context(project: AlembicProject, sqlite_database: Database) -> None:
    from alembic.autogenerate import RevisionContext
    from alembic.config import Config
    from alembic.migration import MigrationContext

    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    config = Config("alembic.ini")
    wish = {"message": "found", "rev_id": "c3", "head": "head"}
    revision = RevisionContext(config, config_script(config), wish)
    with sqlite_database.engine().connect() as connection:
        revision.run_autogenerate((), MigrationContext.configure(connection, opts={"target_metadata": metadata}))
    (made,) = revision.generate_scripts()
    assert "create_table" in Path(made.path).read_text()


def test_how_it_is_installed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert program(["install"]) == 0
    out = capsys.readouterr().out
    assert "whimbrel_alembic.install()" in out
    assert "pytest -p whimbrel_alembic.pytest_plugin" in out
    assert program([]) == 2


def test_a_test_suite_with_the_pytest_plugin(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import alembic\nfrom alembic.config import Config\n\n"
        "def test_it():\n    assert alembic.__version__ == '1.20.1'\n"
        "    assert Config.__module__ == 'whimbrel_alembic.config'\n"
    )
    words = [sys.executable, "-m", "pytest", "-q", "-p", "whimbrel_alembic.pytest_plugin", "-p", "no:cacheprovider"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_an_environment_that_a_program_runs_raises_what_the_script_raised(project: AlembicProject) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    (project.versions / "c3.py").write_text(
        'revision, down_revision = "c3", "b2"\n\n\ndef upgrade():\n    raise NotImplementedError("not yet")\n'
    )
    config = Config("alembic.ini")
    script = ScriptDirectory.from_config(config)

    def upgrade(rows: Any, context: Any) -> Any:
        return script._upgrade_revs("head", rows)  # type: ignore[attr-defined]  # one of the bridge's adapters

    with pytest.raises(NotImplementedError, match="not yet") as raised, EnvironmentContext(config, script, fn=upgrade):
        script.run_env()
    (note,) = raised.value.__notes__
    assert "Revision c3 failed in upgrade()" in note


def test_a_deployments_log_says_which_database_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, sqlite_database: Database
) -> None:
    from alembic.migration import MigrationContext

    (tmp_path / "logged").mkdir()
    project = AlembicProject(tmp_path / "logged")
    project.add("a1")
    told = project.run("upgrade", "head").stderr
    assert "INFO  [alembic.runtime.migration] Context impl SQLiteImpl." in told
    assert "INFO  [alembic.runtime.migration] Will assume transactional DDL." in told
    with caplog.at_level("INFO", "alembic"), sqlite_database.engine().connect() as connection:
        MigrationContext.configure(connection)
    assert caplog.messages == ["Context impl SQLiteImpl.", "Will assume transactional DDL."]


def test_a_context_without_a_run_knows_alembics_names_of_plugins(sqlite_database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    with sqlite_database.engine().connect() as connection:
        for patterns, count in ((["alembic.autogenerate.*"], 1), (["alembic.autogenerate.types"], 0)):
            context = MigrationContext.configure(connection, opts={"autogenerate_plugins": patterns})
            assert len(compare_metadata(context, metadata)) == count, patterns
