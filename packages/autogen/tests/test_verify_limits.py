"""``--verify`` where it cannot be had, where it is interrupted, and over several databases."""

from __future__ import annotations

import signal
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.processes import run as python
from testing.processes import start
from testing.projects import Project
from whimbrel.impl import DefaultImpl

MARKS = ("m4rked", "Pass:word", "Pass%3Aword", "word/%23", "word%2F")
ENV = """
    import sqlalchemy as sa
    from whimbrel import context

    metadata = sa.MetaData()
    sa.Table("author", metadata, sa.Column("id", sa.Integer, primary_key=True), schema=SCHEMA)

    with context.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
"""
WRITE = ("revision", "--autogenerate", "--verify", "-m", "more", "--rev-id", "b2")
TEMPLATE = Path(sys.modules["whimbrel"].__file__ or "").parent / "templates/generic/script.py.mako"


def made(folder: Path, url: str, schema: str | None = None) -> Project:
    """Make a project whose models have one table."""
    project = Project(folder, url, env=ENV.replace("SCHEMA", repr(schema)))
    (project.migrations / "script.py.mako").write_text(TEMPLATE.read_text())
    (folder / "whimbrel.ini").write_text(
        f"[whimbrel]\\nscript_location = migrations\\nsqlalchemy.url = {url.replace('%', '%%')}\\n".replace("\\n", "\n")
    )
    return project


def run(project: Project, *words: str) -> tuple[int, str, str]:
    """Run a command; neither output has the password."""
    done = python(["-m", "whimbrel", *words], cwd=project.folder)
    for mark in MARKS:
        assert mark not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def refused(project: Project, *told: str) -> None:
    """Expect a message, and no file."""
    code, out, err = run(project, *WRITE)
    assert (code, out) == (1, ""), err
    for part in told:
        assert part in err
    assert list(project.versions.glob("*.py")) == []


class TestRights:
    @pytest.fixture
    def database(self, request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> Database:
        return new_database(request.param)

    @pytest.mark.parametrize("database", ["postgresql"], indirect=True)
    def test_a_role_that_may_not_create_databases(self, tmp_path: Path, account: Callable[..., str]) -> None:
        project = made(tmp_path, account())
        refused(
            project, "--verify needs a scratch database, and the role whimbrel_", "ALTER ROLE whimbrel_", "CREATEDB"
        )

    @pytest.mark.parametrize("database", ["postgresql"], indirect=True)
    def test_a_role_that_may(self, tmp_path: Path, account: Callable[..., str]) -> None:
        code, out, err = run(made(tmp_path, account("ALTER ROLE {0} CREATEDB")), *WRITE)
        assert code == 0, err
        assert "Verified on a scratch copy" in out

    @pytest.mark.parametrize("database", ["mysql"], indirect=True)
    def test_an_account_that_may_not_create_databases(self, tmp_path: Path, account: Callable[..., str]) -> None:
        project = made(tmp_path, account())
        refused(project, "this account may not create one", r"GRANT ALL ON `whimbrel\_scratch\_%`.* TO <account>")

    @pytest.mark.parametrize("database", ["mysql"], indirect=True)
    def test_an_account_that_was_given_what_the_message_says(self, tmp_path: Path, account: Callable[..., str]) -> None:
        url = account(r"GRANT ALL ON `whimbrel\_scratch\_%`.* TO {0}@'%'")
        code, out, err = run(made(tmp_path, url), *WRITE)
        assert code == 0, err
        assert "Verified on a scratch copy" in out


class TestOtherSchemas:
    def test_a_schema_of_postgresql_is_copied(self, tmp_path: Path, postgresql_database: Database) -> None:
        with postgresql_database.engine().begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA library")
        code, out, err = run(made(tmp_path, postgresql_database.url, "library"), *WRITE)
        assert code == 0, err
        assert "Verified on a scratch copy" in out

    def test_another_database_of_mysql_cannot_be(
        self, tmp_path: Path, mysql_database: Database, new_database: Callable[[str], Database]
    ) -> None:
        other = sa.make_url(new_database("mysql").url).database
        refused(made(tmp_path, mysql_database.url, other), f"the models name the database '{other}'")

    def test_an_attached_database_of_sqlite_cannot_be(self, tmp_path: Path, sqlite_database: Database) -> None:
        project = made(tmp_path, sqlite_database.url, "library")
        env = project.migrations / "env.py"
        attach = "connection.exec_driver_sql(\"ATTACH ':memory:' AS library\")\n        context.configure("
        env.write_text(env.read_text().replace("context.configure(", attach.replace("        ", "    "), 1))
        refused(project, "--verify cannot copy the attached database 'library'")


def test_a_statement_that_names_another_database_of_mysql_is_stopped(
    tmp_path: Path, mysql_database: Database, new_database: Callable[[str], Database]
) -> None:
    other = sa.make_url(new_database("mysql").url).database
    project = made(tmp_path, mysql_database.url)
    template = project.migrations / "script.py.mako"
    body = template.read_text().replace(
        "${upgrades ", f'op.execute("CREATE TABLE {other}.t (id INT)")\n    ${{upgrades '
    )
    template.write_text(body)
    code, _out, err = run(project, *WRITE)
    assert code == 1
    assert f"A statement names another database ({other}.)" in err
    with mysql_database.engine().connect() as connection:
        assert connection.execute(sa.text(f"SHOW TABLES IN {other}")).all() == []


def test_a_dialect_that_makes_no_scratch_copies(tmp_path: Path, sqlite_database: Database) -> None:
    """A stranger's Impl, which has no answer of its own."""
    project = made(tmp_path, sqlite_database.url)
    env = project.migrations / "env.py"
    stranger = (
        "from whimbrel.impl.scratch import Scratch\nfrom whimbrel_sqlite.impl import SQLiteImpl\n"
        "class Stranger(SQLiteImpl):\n    __dialect__ = 'sqlite'\n    scratch_database = Scratch.scratch_database\n"
    )
    env.write_text(stranger + env.read_text())
    refused(project, "--verify is not available on sqlite: its package makes no scratch copies.", "Leave --verify out")
    assert DefaultImpl.scratch_database is not None


@pytest.mark.parametrize("words", [["revision", "--verify", "-m", "x"], ["revision", "--verify", "--sql", "-m", "x"]])
def test_it_goes_with_autogenerate(tmp_path: Path, sqlite_database: Database, words: list[str]) -> None:
    project = made(tmp_path, sqlite_database.url)
    code, _out, err = run(project, *words)
    assert code == 1
    assert "--verify tries what --autogenerate has written" in err
    assert list(project.versions.glob("*.py")) == []


SLEEP = {
    "sqlite": "time.sleep(60)",
    "postgresql": 'op.execute("SELECT pg_sleep(60)")',
    "mysql": 'op.execute("SELECT SLEEP(60)")',
}
ASYNC = """
    def migrate(connection):
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()

    async def run():
        async with context.connect_async() as connection:
            await connection.run_sync(migrate)

    context.run_async(run)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize(
    ("number", "code", "where", "driver"),
    [
        (signal.SIGINT, 130, "in Python", "sync"),
        (signal.SIGTERM, 143, "in the server", "sync"),
        (signal.SIGINT, 130, "in the server", "async"),
    ],
)
def test_an_interruption_leaves_no_scratch_database(
    tmp_path: Path, database: Database, number: int, code: int, where: str, driver: str
) -> None:
    project = made(tmp_path, database.url if driver == "sync" else database.async_url)
    if driver == "async":
        env = project.migrations / "env.py"
        env.write_text(env.read_text().partition("with context.connect()")[0] + textwrap.dedent(ASYNC))
    template = project.migrations / "script.py.mako"
    sleep = "time.sleep(60)" if where == "in Python" else SLEEP[database.name]
    wait = f"import pathlib, time; pathlib.Path('waiting').touch(); {sleep}"
    template.write_text(template.read_text().replace("${upgrades ", f"{wait}\n    ${{upgrades "))
    process = start(["-m", "whimbrel", *WRITE], cwd=project.folder)
    try:
        while not (project.folder / "waiting").exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        time.sleep(0.5)  # let the statement reach the server
        there = scratches(database)
        process.send_signal(number)
        _out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == code, err
    assert "Traceback" not in err
    assert there or database.name == "sqlite"
    deadline = time.monotonic() + 60
    while there & scratches(database) and time.monotonic() < deadline:
        time.sleep(0.2)  # those of other tests
    assert not there & scratches(database)
    assert sa.inspect(database.engine()).get_table_names() == []


def test_nobody_hears_of_it(tmp_path: Path, sqlite_database: Database) -> None:
    """Neither env.py's callback nor the log is told of revisions that no database got."""
    project = made(tmp_path, sqlite_database.url)
    env = project.migrations / "env.py"
    heard = "on_version_apply=lambda **kw: open('heard', 'a').write('heard'), target_metadata"
    env.write_text(env.read_text().replace("target_metadata", heard, 1))
    code, _out, err = run(project, *WRITE)
    assert (code, err) == (0, "")
    assert not (project.folder / "heard").exists()
    assert run(project, "upgrade", "head")[0] == 0
    assert (project.folder / "heard").read_text() == "heard"


def scratches(database: Database) -> set[str]:
    """The scratch databases on the server."""
    if database.name == "sqlite":
        return set()
    listed = {"postgresql": "SELECT datname FROM pg_database", "mysql": "SHOW DATABASES"}[database.name]
    with database.engine().connect() as connection:
        names = connection.execute(sa.text(listed)).scalars()
        return {name for name in names if name.startswith("whimbrel_scratch_")}
