"""Databases that are down, refuse, are elsewhere, or fail half-way: what is said, and what they hold afterwards."""

from __future__ import annotations

import json
import secrets
import sys
import warnings
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from testing.projects import Project
from testing.servers import Unavailable, embedded_postgresql

ASYNC = {"psycopg": "asyncpg", "pymysql": "aiomysql", "pysqlite": "aiosqlite"}
WRONG = "wr0ng&Pass:word/%23@"
FAILS = """
op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
op.execute("INSERT INTO half VALUES (1)")
op.execute("INSERT INTO no_such_table VALUES (1)")
"""
READING = (["upgrade", "head"], ["current"], ["current", "-v", "--json"], ["history", "-i"], ["stamp", "head"])


def with_driver(url: str, driver: str) -> str:
    parsed = sa.make_url(url)
    return parsed.set(drivername=f"{parsed.get_backend_name()}+{driver}").render_as_string(hide_password=False)


@pytest.fixture(scope="module")
def asking_postgresql() -> Iterator[str]:
    """A PostgreSQL that asks for passwords, whatever the one of the other tests does; the URL of its user bob."""
    try:
        with warnings.catch_warnings(action="ignore"), embedded_postgresql() as url:
            engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql("CREATE ROLE bob LOGIN PASSWORD 'right'")
                path = connection.exec_driver_sql("SHOW hba_file").scalar_one()
                with open(path) as file:
                    rules = file.read()
                with open(path, "w") as file:
                    file.write(f"local all bob scram-sha-256\nhost all bob all scram-sha-256\n{rules}")
                connection.exec_driver_sql("SELECT pg_reload_conf()")
            yield sa.make_url(url).set(username="bob", password=WRONG).render_as_string(hide_password=False)
    except (ImportError, Unavailable) as error:
        pytest.skip(f"no PostgreSQL that asks for passwords: {error}")


class TestPassword:
    @pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
    def test_a_wrong_one_on_postgresql(self, offline, terminal, asking_postgresql, driver):
        offline.add("a1")
        url = with_driver(asking_postgresql, driver)
        terminal.refused(
            *("upgrade", "head"),
            names=("bob", "password authentication failed"),
            remedy="user, password and database name right?",
            env={"WHIMBREL_DATABASE_URL": url},
        )

    @pytest.mark.parametrize("driver", ["pymysql", "aiomysql"])
    def test_a_wrong_one_on_mysql(self, offline, terminal, mysql_database, driver):
        offline.add("a1")
        name = f"whimbrel_{secrets.token_hex(6)}"
        admin = sa.create_engine(mysql_database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE USER {name}@'%%' IDENTIFIED BY 'right'")
        try:
            url = admin.url.set(username=name, password=WRONG).render_as_string(hide_password=False)
            terminal.refused(
                *("upgrade", "head"),
                names=(name, "Access denied", "(using password: YES)"),
                remedy="user, password and database name right?",
                env={"WHIMBREL_DATABASE_URL": with_driver(url, driver)},
            )
        finally:
            with admin.connect() as connection:
                connection.exec_driver_sql(f"DROP USER {name}@'%%'")

    def test_none_is_in_any_answer(self, project, terminal):
        """Everything that reads a database, over an account with the marked password, which runs look for."""
        project.line("a1", "b2")
        assert terminal.run("-v", "upgrade", "a1").code == 0
        url = sa.make_url(project.url)
        # What stands behind a question mark may hold a secret too: an embedded server is reached through one.
        shown = url.set(query={}).render_as_string(hide_password=True) + ("?***" if url.query else "")
        said = terminal.run("current", "-v")
        assert said.code == 0
        assert said.out.startswith(f"Current revision(s) for {shown}:\n")
        assert json.loads(terminal.run("current", "--json").out)[0]["database"] == shown
        for words in (["current", "--check-heads", "-v"], ["history", "-i", "--json"], ["plugins", "--json"]):
            assert terminal.run(*words).code in (0, 4)
            assert terminal.run("--raiseerr", *words).code in (0, 1)
        assert terminal.run("upgrade", "head", "--sql").code == 0
        assert terminal.run("upgrade", "head", env={"WHIMBREL_TRACE_PLUGINS": "1"}).code == 0

    def test_none_is_in_the_query_of_a_url(self, tmp_path, terminal, postgresql_database):
        """A driver takes the password there, too."""
        url = sa.make_url(postgresql_database.url)
        url = url.set(query={**url.query, "password": "m4rked", "application_name": "x"})
        project = Project(tmp_path / "shop", "")
        (project.folder / "whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\n")
        project.add("a1")
        env = {"WHIMBREL_DATABASE_URL": url.render_as_string(hide_password=False)}
        for words in (["-v", "upgrade", "head"], ["current", "-v"], ["current", "--json"], ["-v", "upgrade", "nope"]):
            terminal.run(*words, env=env)


class TestUnreachable:
    @pytest.mark.parametrize("words", READING, ids=" ".join)
    @pytest.mark.parametrize("dialect", ["postgresql+psycopg", "mysql+pymysql"])
    def test_nobody_listens(self, offline, terminal, dialect, words):
        offline.add("a1")
        url = sa.make_url(offline.url).set(drivername=dialect)
        terminal.refused(
            *words,
            names=(f"{dialect}://bob:***@127.0.0.1:1/shop",),
            remedy="Is the server running",
            env={"WHIMBREL_DATABASE_URL": url.render_as_string(hide_password=False)},
        )

    @pytest.mark.parametrize("dialect", ["postgresql+asyncpg", "mysql+aiomysql"])
    def test_nobody_listens_to_an_async_driver(self, offline, terminal, dialect):
        offline.add("a1")
        url = sa.make_url(offline.url).set(drivername=dialect)
        terminal.refused(
            *("upgrade", "head"),
            names=(f"{dialect}://bob:***@127.0.0.1:1/shop",),
            remedy="Is the server running",
            env={"WHIMBREL_DATABASE_URL": url.render_as_string(hide_password=False)},
        )

    def test_a_host_that_is_not_there(self, offline, terminal):
        offline.add("a1")
        for dialect in ("postgresql+psycopg", "postgresql+asyncpg", "mysql+pymysql"):
            url = f"{dialect}://bob:m4rked@no-such-host.invalid/shop"
            terminal.refused(
                *("upgrade", "head"),
                names=("no-such-host.invalid",),
                remedy="Is the server running",
                env={"WHIMBREL_DATABASE_URL": url},
            )

    def test_a_database_that_is_not_there(self, project, terminal, database):
        project.add("a1")
        url = sa.make_url(project.url).set(database="no_such_folder/x.db" if database.name == "sqlite" else "no_such")
        for driver in (url.get_driver_name(), ASYNC[url.get_driver_name()]):
            terminal.refused(
                *("upgrade", "head"),
                names=("no_such",),
                remedy="database name right?",
                env={"WHIMBREL_DATABASE_URL": with_driver(url.render_as_string(hide_password=False), driver)},
            )

    def test_a_file_that_is_no_database(self, offline, terminal):
        offline.add("a1")
        (terminal.folder / "shop.db").write_bytes(b"this is no database" * 100)
        terminal.refused(
            *("upgrade", "head"),
            names=("file is not a database",),
            remedy="",
            env={"WHIMBREL_DATABASE_URL": "sqlite:///shop.db"},
        )

    def test_the_connection_breaks_half_way(self, project, terminal, database, state):
        if database.name == "sqlite":
            pytest.skip("SQLite has no server")
        kill = {"postgresql": "SELECT pg_terminate_backend(pg_backend_pid())", "mysql": "KILL CONNECTION_ID()"}
        project.add("a1")
        path = project.add("b2", "a1", upgrade=f'{FAILS.splitlines()[1]}\nop.execute("{kill[database.name]}")')
        terminal.refused(
            "upgrade", "head", names=("b2", f"{path}:"), remedy="", log=True, again=database.name != "mysql"
        )
        assert state().rows == ["a1"]
        left = {"half"} if database.name == "mysql" else set()
        assert state().tables == database.bookkeeping | {"t_a1"} | left


COMMANDS = (
    ["upgrade", "head"], ["current", "-v"], ["downgrade", "-1"], ["downgrade", "base"], ["stamp", "head"], ["current"],
    ["current", "--json"], ["current", "--check-heads"], ["history", "-i"], ["history", "-r", "current:"],
)  # fmt: skip


class TestUnknownRevision:
    """The version table names a revision of a colleague's branch."""

    def test_each_command_says_so(self, project, terminal, database, state):
        project.line("a1", "colleagues_1")
        with database.engine().begin() as connection:
            connection.execute(sa.text("CREATE TABLE whimbrel_version (version_num VARCHAR(255) NOT NULL)"))
            connection.execute(sa.text("INSERT INTO whimbrel_version VALUES ('colleagues_2')"))
        for words in COMMANDS if database.name == "sqlite" else COMMANDS[:2]:
            terminal.refused(
                *words,
                names=("'colleagues_2'", "whimbrel_version", "the nearest in the files: colleagues_1"),
                remedy="whimbrel stamp --purge",
            )
        assert state().rows == ["colleagues_2"]
        assert state().tables == {"whimbrel_version"}

    def test_the_remedy_helps(self, project, terminal, database, state):
        project.line("a1")
        with database.engine().begin() as connection:
            connection.execute(sa.text("CREATE TABLE whimbrel_version (version_num VARCHAR(255) NOT NULL)"))
            connection.execute(sa.text("INSERT INTO whimbrel_version VALUES ('gone')"))
        assert terminal.run("stamp", "--purge", "a1").code == 0
        assert state().rows == ["a1"]

    def test_a_version_table_of_another_shape(self, project, terminal, database):
        project.add("a1")
        with database.engine().begin() as connection:
            connection.execute(sa.text("CREATE TABLE whimbrel_version (something INTEGER)"))
        terminal.refused("upgrade", "head", names=("version_num",), remedy="")


class TestHalfWay:
    def test_a_script_that_fails(self, project, terminal, database, state):
        project.add("a1")
        path = project.add("b2", "a1", upgrade=FAILS)
        line = path.read_text().splitlines().index(f"    {FAILS.splitlines()[3]}") + 1
        remedy = (
            "What it had done before stays" if database.name == "mysql" else "The database is as it was before this"
        )
        terminal.refused(
            "upgrade",
            "head",
            names=("b2", f"{path}:{line}", "no_such_table"),
            remedy=remedy,
            log=True,
            again=database.name != "mysql",
        )
        assert state().rows == ["a1"]
        assert state().tables == database.bookkeeping | {"t_a1"} | ({"half"} if database.name == "mysql" else set())

    @pytest.mark.parametrize("leaves", ["import sys; sys.exit()", "import sys; sys.exit('enough')", "raise SystemExit"])
    def test_a_script_that_leaves(self, project, terminal, database, state, leaves):
        """Were it let go, the exit code would say that all is well."""
        path = project.add("a1", upgrade=f"{FAILS.splitlines()[1]}\n{leaves}")
        terminal.refused(
            "upgrade",
            "head",
            names=("a1", f"{path}:", "SystemExit"),
            remedy="",
            log=True,
            again=database.name != "mysql",
        )
        assert state().rows == []

    def test_a_script_without_upgrade(self, project, terminal, state):
        project.add("a1")
        path = project.add("b2", "a1")
        path.write_text(path.read_text().replace("def upgrade(", "def upgrad("))
        terminal.refused("upgrade", "head", names=("b2", path, "upgrade()"), remedy="def upgrade(", log=True)
        assert state().rows == ["a1"]

    def test_a_script_that_raises_when_it_is_imported(self, project, terminal, database, state):
        project.add("a1")
        path = project.add("b2", "a1")
        path.write_text(path.read_text() + "raise RuntimeError('not now')\n")
        line = path.read_text().count("\n")
        names = (f"{path}, line {line}", "RuntimeError: not now")
        terminal.refused("upgrade", "head", names=names, remedy="upgrade()", log=True)
        assert state().rows == ["a1"]
        assert state().tables == database.bookkeeping | {"t_a1"}

    def test_env_py_that_raises_after_the_run(self, project, terminal, state):
        path = project.migrations / "env.py"
        path.write_text(
            "from whimbrel import context\n"
            "with context.connect() as connection:\n"
            "    context.configure(connection=connection)\n"
            "    with context.begin_transaction():\n"
            "        context.run_migrations()\n"
            "raise RuntimeError(context.database_url())\n"
        )
        project.add("a1")
        terminal.refused("upgrade", "head", names=(f"{path}:6", "RuntimeError"), remedy="", log=True)
        assert state().rows == ["a1"]

    def test_a_downgrade_that_fails(self, project, terminal, database, state):
        project.add("a1")
        path = project.add("b2", "a1", downgrade='op.drop_table("t_b2")\nop.drop_table("no_such_table")')
        assert terminal.run("upgrade", "head").code == 0
        terminal.refused(
            "downgrade",
            "base",
            names=("b2", f"{path}:", "downgrade()"),
            remedy="",
            log=True,
            again=database.name != "mysql",
        )
        assert state().rows == ["b2"]
        assert ("t_b2" in state().tables) == (database.name != "mysql")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of files are POSIX")
def test_a_sqlite_file_that_cannot_be_written(offline, terminal, without_privileges):
    offline.add("a1")
    path = terminal.folder / "shop.db"
    path.touch(mode=0o444)
    terminal.refused(
        *("upgrade", "head"),
        names=("readonly database",),
        remedy="",
        env={"WHIMBREL_DATABASE_URL": "sqlite:///shop.db"},
        before=without_privileges,
        log=True,
    )
