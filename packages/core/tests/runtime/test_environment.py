"""What env.py can ask of ``context``."""

from __future__ import annotations

import io
import json
import re
import types
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.processes import run
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import CommandError, ConfigError, DatabaseUnreachable, EnvironmentScriptError
from whimbrel.runtime.environment import EnvironmentContext
from whimbrel.runtime.migration import MigrationContext
from whimbrel.runtime.request import RunRequest


@pytest.fixture
def project(sqlite_database: Database, tmp_path: Path) -> Project:
    made = Project(tmp_path, sqlite_database.url)
    made.line("a1", "b2", "c3")
    return made


def environment(project: Project, **options: object) -> EnvironmentContext:
    config = project.config()
    return EnvironmentContext(config, project.script(), **options)  # type: ignore[arg-type]  # as given by the tests


def test_what_was_asked(project: Project) -> None:
    config = project.config()
    config.cmd_opts = types.SimpleNamespace(x=["tenant=acme", "dry", "where=a=b"])
    env = EnvironmentContext(
        config, project.script(), as_sql=True, starting_rev="a1", destination_rev="head", tag="release 7"
    )
    assert env.is_offline_mode() is True
    assert env.requires_connection() is False
    assert env.get_head_revision() == "c3"
    assert env.get_head_revisions() == ("c3",)
    assert env.get_starting_revision_argument() == "a1"
    assert env.get_revision_argument() == "c3"
    assert env.get_tag_argument() == "release 7"
    assert env.get_x_argument() == ["tenant=acme", "dry", "where=a=b"]
    assert env.get_x_argument(as_dictionary=True) == {"tenant": "acme", "dry": "", "where": "a=b"}


def test_without_x_arguments_there_are_none(project: Project) -> None:
    assert environment(project).get_x_argument() == []
    assert environment(project).get_x_argument(as_dictionary=True) == {}


def test_fn_is_given_the_heads_and_may_just_look(project: Project) -> None:
    command.upgrade(project.config(), "b2")
    seen: list[object] = []

    def look(heads: tuple[str, ...], context: MigrationContext) -> list[object]:
        seen.extend([tuple(heads), context.dialect.name])
        return []

    with EnvironmentContext(project.config(), (script := project.script()), fn=look):
        script.run_env()
    assert seen == [("b2",), "sqlite"]


def test_looking_makes_no_version_table(project: Project, sqlite_database: Database) -> None:
    command.current(project.config())
    assert sa.inspect(sqlite_database.engine()).get_table_names() == []


def test_the_keywords_of_run_migrations_reach_the_scripts(tmp_path: Path, sqlite_database: Database) -> None:
    env = """
    from whimbrel import context
    with context.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations(greeting="hello", number=3)
    """
    project = Project(tmp_path, sqlite_database.url, env=env)
    project.add(
        "a1", upgrade=f"import pathlib, json\npathlib.Path({str(tmp_path / 'out')!r}).write_text(json.dumps(arguments))"
    )
    command.upgrade(project.config(), "head")
    assert json.loads((tmp_path / "out").read_text()) == {"greeting": "hello", "number": 3}


def test_on_version_apply_hears_of_each_step(tmp_path: Path, sqlite_database: Database) -> None:
    env = """
    from whimbrel import context

    def heard(ctx, step, heads, run_args, **kw):
        context.config.attributes["heard"].append((
            ctx.dialect.name, step.is_upgrade, step.is_stamp, step.is_migration, step.up_revision_id,
            step.source_revision_ids, step.destination_revision_ids, heads, run_args))

    with context.connect() as connection:
        context.configure(connection=connection, on_version_apply=heard)
        with context.begin_transaction():
            context.run_migrations(who="me")
    """
    project = Project(tmp_path, sqlite_database.url, env=env)
    project.line("a1", "b2")
    config = project.config()
    heard = config.attributes["heard"] = []
    command.upgrade(config, "head")
    command.downgrade(config, "a1")
    command.stamp(config, "b2")
    who = {"who": "me"}
    assert heard == [
        ("sqlite", True, False, True, "a1", (), ("a1",), {"a1"}, who),
        ("sqlite", True, False, True, "b2", ("a1",), ("b2",), {"b2"}, who),
        ("sqlite", False, False, True, "b2", ("b2",), ("a1",), {"a1"}, who),
        ("sqlite", True, True, False, "b2", ("a1",), ("b2",), {"b2"}, who),
    ]


def test_target_metadata_is_imported_by_name(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "some_models.py").write_text(
        "import sqlalchemy as sa\nfrom sqlalchemy.orm import DeclarativeBase\n"
        "class Base(DeclarativeBase): ...\nother = sa.MetaData()\nnumber = 7\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import some_models  # type: ignore[import-not-found]  # written above

    def loaded(names: str) -> object:
        return EnvironmentContext(project.config(target_metadata=names), project.script()).target_metadata()

    assert loaded("some_models:Base") is some_models.Base.metadata
    assert loaded("some_models:Base.metadata") is some_models.Base.metadata
    assert environment(project).target_metadata() is None
    with pytest.raises(ConfigError, match="which is a int, not a MetaData"):
        loaded("some_models:number")
    with pytest.raises(ConfigError, match="cannot be imported: No module named 'no_such'"):
        loaded("no_such.place:Base")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import no_such_package.at_all", "No module named 'no_such_package'"),
        ("from os import no_such_name", "cannot import name 'no_such_name' from 'os'"),
        ("import os; os.no_such_name", "module 'os' has no attribute 'no_such_name'"),
    ],
)
def test_models_that_import_something_missing(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    package = tmp_path / "shop_models"
    package.mkdir()
    (package / "__init__.py").write_text("from shop_models.base import Base\n")
    (package / "base.py").write_text(f"# The base.\n{line}\nBase = None\n")
    monkeypatch.syspath_prepend(tmp_path)
    environment = EnvironmentContext(project.config(target_metadata="shop_models:Base"), project.script())
    place = f"target_metadata names 'shop_models:Base', whose import fails in {package / 'base.py'}, line 2: {said}"
    with pytest.raises(ConfigError, match=re.escape(place)) as raised:
        environment.target_metadata()
    assert raised.value.key == "target_metadata"
    assert str(raised.value).endswith(
        "\nMend that line, install what it imports, or add the folder holding that to prepend_sys_path."
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"url": "sqlite://"}, "needs a connection"),
        ({"connection": object()}, "has to be a sqlalchemy Connection, not object"),
    ],
)
def test_configure_says_what_it_needs(project: Project, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        environment(project).configure(**arguments)  # type: ignore[arg-type]  # wrong on purpose


def test_asking_before_configure_says_to_configure(project: Project) -> None:
    with pytest.raises(CommandError, match="No database is configured yet"):
        environment(project).get_context()


def test_an_env_py_that_raises_is_named_with_its_line(tmp_path: Path, sqlite_database: Database) -> None:
    project = Project(tmp_path, sqlite_database.url, env="import os\n\n1 / 0\n")
    project.line("a1")
    with pytest.raises(EnvironmentScriptError, match="ZeroDivisionError: division by zero") as caught:
        command.upgrade(project.config(), "head")
    assert caught.value.line == 3
    assert caught.value.path == str(project.migrations / "env.py")
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://bob:s3cr%40t@127.0.0.1:1/nowhere",
        "postgresql+asyncpg://bob:s3cr%40t@127.0.0.1:1/nowhere",
        "mysql+pymysql://bob:s3cr%40t@127.0.0.1:1/nowhere",
        "sqlite:////no/such/folder/at/all.db",
    ],
)
def test_a_database_that_is_down_is_one_message_without_the_password(tmp_path: Path, url: str) -> None:
    project = Project(tmp_path, url)
    project.line("a1")
    with pytest.raises(DatabaseUnreachable) as caught:
        command.upgrade(project.config(), "head")
    assert "Cannot connect to" in str(caught.value)
    assert "s3cr" not in str(caught.value)
    assert "Is the server running" in str(caught.value)


def test_an_unreadable_url_is_not_repeated(tmp_path: Path) -> None:
    project = Project(tmp_path, "postgresql//bob:s3cret@host")
    project.line("a1")
    with pytest.raises(ConfigError) as caught:
        command.upgrade(project.config(), "head")
    assert "s3cret" not in str(caught.value)


def test_static_output_and_execute_write_into_the_script(project: Project) -> None:
    out = io.StringIO()
    config = project.config()
    config.output_buffer = out
    (project.migrations / "env.py").write_text(
        "from whimbrel import context\n"
        "context.configure(url=context.database_url())\n"
        "with context.begin_transaction():\n"
        "    context.static_output('-- made for release 7')\n"
        "    context.execute(\"SET it = '100%'\")\n"
        "    context.run_migrations()\n"
    )
    command.upgrade(config, "a1", sql=True)
    assert out.getvalue().startswith("-- made for release 7")
    assert "SET it = '100%';" in out.getvalue()


def test_a_request_is_needed_to_run(project: Project, sqlite_database: Database) -> None:
    env = environment(project)
    with env, sqlite_database.engine().connect() as connection:
        env.configure(connection=connection)
        with pytest.raises(CommandError, match="was not told what to do"):
            env.run_migrations()


def test_a_context_alone_in_application_code(project: Project, sqlite_database: Database) -> None:
    command.upgrade(project.config(), "b2")
    with sqlite_database.engine().connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == "b2"
        context.stamp(project.script(), "c3")
        assert context.get_current_heads() == ("c3",)
    with sqlite_database.engine().connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == "c3"


def test_a_request_is_a_value() -> None:
    assert RunRequest("upgrade", "head") == RunRequest("upgrade", "head")


def test_python_does_not_look_for_garbage_while_env_py_imports_the_application(
    sqlite_database: Database, tmp_path: Path
) -> None:
    env = """
        import gc
        print("looks", gc.isenabled())
        from whimbrel import context
        with context.connect() as connection:
            context.configure(connection=connection)
            print("looks", gc.isenabled())
            with context.begin_transaction():
                context.run_migrations()
    """
    Project(tmp_path, sqlite_database.url, env=env)
    (tmp_path / "whimbrel.toml").write_text(
        f'script_location = "migrations"\nsqlalchemy.url = "{sqlite_database.url}"\n'
    )
    done = run(["-m", "whimbrel", "upgrade", "heads"], cwd=tmp_path)
    assert done.stdout.splitlines() == ["looks False", "looks True"], done.stderr
