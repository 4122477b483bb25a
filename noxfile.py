"""Every task of this repository: ``python -m pip install nox && python -m nox -s demo`` (or tests, lint ...)."""

from __future__ import annotations

import os
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
nox.options.error_on_missing_interpreters = False

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
SQLALCHEMIES = ["2.0", "2.1"]
PACKAGES = [
    "core",
    "dialect-postgresql",
    "dialect-mysql",
    "dialect-sqlite",
    "dialect-mssql",
    "dialect-oracle",
    "autogen",
    "alembic-bridge",
]
# The peer that benchmarks and parity drive side by side with us, in an environment of its own.
PEER = ["alembic", "psycopg[binary]", "asyncpg", "PyMySQL", "aiosqlite", "greenlet"]
PYTEST = ["python", "-m", "pytest", "-n", "auto", "--maxprocesses", "8"]


def install(session: nox.Session, *groups: str, packages: list[str] = PACKAGES, sqlalchemy: str = "2.1") -> None:
    """Install packages of this repository, editable, and groups of development dependencies, in one resolution."""
    editable = [argument for name in packages for argument in ("-e", f"packages/{name}")]
    session.install(
        *editable, f"SQLAlchemy=={sqlalchemy}.*", *nox.project.dependency_groups(PROJECT, *groups), silent=True
    )
    # Once, and not by each process that tests start where PYTHONDONTWRITEBYTECODE is set.
    session.run("python", "-m", "compileall", "-q", *(f"packages/{name}/src" for name in packages), silent=True)


def peer(session: nox.Session, program: str, sqlalchemy: str = "2.1") -> str:
    """Make an environment with the peer in it (kept between runs) and return the path of one of its programs."""
    folder = Path(session.virtualenv.location) / "peer"
    programs, suffix = (folder / "Scripts", ".exe") if os.name == "nt" else (folder / "bin", "")
    python = programs / f"python{suffix}"
    if not python.exists():
        session.run("python", "-m", "venv", str(folder), silent=True)
    session.run(
        str(python), "-m", "pip", "install", "-q", f"SQLAlchemy=={sqlalchemy}.*", *PEER, external=True, silent=True
    )
    return str(programs / f"{program}{suffix}")


@nox.session
def demo(session: nox.Session) -> None:
    """Show the main job on SQLite: init, revisions, upgrade, history, SQL preview, downgrade."""
    install(session, packages=["core", "dialect-sqlite"])
    session.run("python", "examples/demo.py", *session.posargs)


@nox.session(name="install")
def install_(session: nox.Session) -> None:
    """Build every wheel and sdist and use them from outside, in fresh environments."""
    session.install("build", "hatchling", "virtualenv", silent=True)
    session.run("python", "testing/check_install.py", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests on this Python with the newest SQLAlchemy (one cell of tests-matrix)."""
    install(session, "test")
    session.run(*PYTEST, *session.posargs)


@nox.session(name="tests-matrix", python=PYTHONS)
@nox.parametrize("sqlalchemy", SQLALCHEMIES)
def tests_matrix(session: nox.Session, sqlalchemy: str) -> None:
    """Run the tests on every Python with every SQLAlchemy."""
    install(session, "test", sqlalchemy=sqlalchemy)
    session.run(*PYTEST, *session.posargs)


@nox.session(name="tests-long")
def tests_long(session: nox.Session) -> None:
    """Run the tests that take long: great histories, many threads, many processes."""
    install(session, "test")
    session.run(*PYTEST, "-m", "long", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types and which room imports which."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")
    typed = ["packages/core/tests/typed", "packages/dialect-postgresql/tests/test_postgresql_facade.py"]
    session.run("python", "-m", "pytest", "-q", *typed, env={"WHIMBREL_REQUIRE_PYRIGHT": "1"})


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation, warnings being errors. (Its commands and snippets are run by ``tests``.)"""
    install(session, "docs")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Run this tool and the peer side by side and print ratios."""
    install(session, "databases")
    session.run("python", "benchmarks/run.py", "--peer", peer(session, "alembic"), *session.posargs)


@nox.session
@nox.parametrize("sqlalchemy", SQLALCHEMIES)
def parity(session: nox.Session, sqlalchemy: str) -> None:
    """Drive this tool and the peer through the same scenarios and compare rows and SQL text."""
    install(session, "test", sqlalchemy=sqlalchemy)
    # In one process: it runs every scenario once, for all tests.
    environment = {"WHIMBREL_TEST_PEER_PYTHON": peer(session, "python", sqlalchemy)}
    session.run("python", "-m", "pytest", "parity", *session.posargs, env=environment)


@nox.session
@nox.parametrize("sqlalchemy", SQLALCHEMIES)
def addons(session: nox.Session, sqlalchemy: str) -> None:
    """Run projects with released add-ons of Alembic's, each in an environment with the add-on and Alembic itself."""
    install(session, "test", sqlalchemy=sqlalchemy)
    environment = {
        "WHIMBREL_TEST_ADDONS": str(Path(session.virtualenv.location) / "addons"),
        "WHIMBREL_TEST_ADDONS_SQLALCHEMY": sqlalchemy,
    }
    session.run("python", "-m", "pytest", "packages/alembic-bridge/tests/addons", *session.posargs, env=environment)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests and report what they did not reach."""
    install(session, "test", "coverage")
    # Processes that tests start are not measured: some of those tests ask what a start imports, and how long it takes.
    session.run(*PYTEST, "--cov", "--cov-report=term-missing:skip-covered", *session.posargs)
