"""Fixtures for every package's tests: fresh, real databases; and a clean environment."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest

from testing.databases import BACKENDS, BackendUnavailable, Database, TestRun
from testing.pgbouncer import transaction_pooler
from testing.servers import Unavailable

RUN = pytest.StashKey[TestRun]()
NewDatabase = Callable[[str], Database]

# Machines that run tests are slow at odd moments; a slow example is no failure.
hypothesis.settings.register_profile("whimbrel", deadline=None)
hypothesis.settings.load_profile("whimbrel")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run, or join it in a pytest-xdist worker; keep the developer's own settings out of the tests."""
    for name in [name for name in os.environ if name.startswith("WHIMBREL_")]:
        if not name.startswith(("WHIMBREL_TEST_", "WHIMBREL_REQUIRE_")):
            del os.environ[name]
    # PyMySQL reads all certificates that the machine trusts for each connection: 40 ms, thousands of times.
    os.environ["SSL_CERT_FILE"] = os.devnull
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
        # A shell ignores Ctrl-C for what it runs in the background, and what that starts; tests send it all the same.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    worker = getattr(config, "workerinput", None)
    config.stash[RUN] = TestRun.from_controller(worker["whimbrel_run"]) if worker else TestRun.begin()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a pytest-xdist worker which run it belongs to."""
    node.workerinput["whimbrel_run"] = node.config.stash[RUN].to_worker()


@pytest.hookimpl(wrapper=True, tryfirst=True)  # what comes after the yield comes after pytest's own list of skips
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    """Say loudly, at the end, what was not tested."""
    yield
    for backend, reason in config.stash[RUN].unavailable().items():
        terminalreporter.write_line(f"NOT TESTED ON {backend.upper()}: {reason}", red=True, bold=True)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    run = config.stash.get(RUN, None)
    if run is not None and not hasattr(config, "workerinput"):
        run.end()


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewDatabase]:
    """A function that makes one more empty database of the named backend; all are dropped after the test.

    Where the backend cannot be had the test is skipped, or fails if ``WHIMBREL_REQUIRE_BACKENDS`` names it.
    """
    with maker(request.config.stash[RUN], tmp_path) as create:
        yield create


@pytest.fixture(scope="class")
def new_shared_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewDatabase]:
    """The same for a class of tests that clean up after themselves, where a database for each would take too long."""
    with maker(request.config.stash[RUN], tmp_path_factory.mktemp("shared")) as create:
        yield create


@contextlib.contextmanager
def maker(run: TestRun, folder: Path) -> Iterator[NewDatabase]:
    """A function that makes empty databases, which are dropped at the end; an SQLite file goes into *folder*."""
    with contextlib.ExitStack() as stack:

        def create(backend: str) -> Database:
            try:
                return stack.enter_context(run.new_database(backend, folder))
            except BackendUnavailable as error:
                skip_or_fail(backend, error)

        yield create


def skip_or_fail(backend: str, error: Exception) -> NoReturn:
    """Skip the test, or fail where ``WHIMBREL_REQUIRE_BACKENDS`` names *backend*, which cannot be had."""
    if backend in os.environ.get("WHIMBREL_REQUIRE_BACKENDS", "").split(","):
        pytest.fail(f"WHIMBREL_REQUIRE_BACKENDS asks for {backend}: {error}", pytrace=False)
    pytest.skip(f"no {backend}: {error}")


@pytest.fixture
def sqlite_database(new_database: NewDatabase) -> Database:
    """An empty SQLite database in a file."""
    return new_database("sqlite")


@pytest.fixture
def postgresql_database(new_database: NewDatabase) -> Database:
    """An empty PostgreSQL database."""
    return new_database("postgresql")


@pytest.fixture
def mysql_database(new_database: NewDatabase) -> Database:
    """An empty MySQL or MariaDB database."""
    return new_database("mysql")


@pytest.fixture
def pooled_postgresql(request: pytest.FixtureRequest, postgresql_database: Database) -> Iterator[Database]:
    """An empty PostgreSQL database behind a PgBouncer in transaction mode."""
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(transaction_pooler(postgresql_database.url))
        except Unavailable as error:
            request.config.stash[RUN].lacks("pgbouncer", str(error))
            skip_or_fail("pgbouncer", error)
        yield Database("postgresql", url.render_as_string(hide_password=False))


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, new_database: NewDatabase) -> Database:
    """An empty database of each backend in turn."""
    return new_database(request.param)
