"""A role that owns one schema and has no right anywhere else is enough; what it is told where it has less."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.config import Config
from whimbrel.errors import CommandError

CONCURRENTLY = """
with op.get_context().autocommit_block():
    op.create_index("ix", "t_a1", ["id"], postgresql_concurrently=True)
"""


@pytest.fixture
def role(postgresql_database: Database) -> Iterator[str]:
    """The name of a role without any right but to connect, and that owns the schema of its own name."""
    name = f"whimbrel_{secrets.token_hex(6)}"
    admin = sa.create_engine(postgresql_database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for statement in (
            f"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD 'x'",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            f"REVOKE ALL ON DATABASE {admin.url.database} FROM PUBLIC",
            f"GRANT CONNECT ON DATABASE {admin.url.database} TO {name}",
            f"CREATE SCHEMA {name} AUTHORIZATION {name}",
        ):
            connection.exec_driver_sql(statement)
    try:
        yield name
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {name} CASCADE")
            connection.exec_driver_sql(f"DROP ROLE {name}")


@pytest.fixture
def project(postgresql_database: Database, role: str, tmp_path: Path) -> Project:
    """A project that connects as the role, to whom the schema of its name is the default one."""
    url = sa.make_url(postgresql_database.url).set(username=role, password="x")
    project = Project(tmp_path, url.render_as_string(hide_password=False))
    project.add("a1")
    project.add("b2", "a1", upgrade=CONCURRENTLY, downgrade='op.drop_index("ix", "t_a1")')
    project.add("c3", "b2")
    return project


def tables(database: Database, schema: str) -> set[str]:
    return set(sa.inspect(database.engine()).get_table_names(schema=schema))


@pytest.mark.parametrize("lock", ["auto", "lease"])
def test_a_role_that_owns_its_schema_can_do_all(
    project: Project, postgresql_database: Database, role: str, lock: str
) -> None:
    config = project.config(run_lock=lock)
    command.upgrade(config, "head")
    command.plan(config, "base", downgrade=True)
    command.downgrade(config, "a1")
    command.upgrade(config, "head")
    command.log(config)
    command.repair(config)
    expected = {"t_a1", "t_c3", "whimbrel_version", "whimbrel_history"}
    assert expected <= tables(postgresql_database, role)
    assert tables(postgresql_database, "public") == set()


def taken_away(database: Database, role: str) -> None:
    """Make the schema somebody else's: the role may use what is in it, and create nothing."""
    with database.engine().begin() as connection:
        connection.exec_driver_sql(f"ALTER SCHEMA {role} OWNER TO CURRENT_USER")
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {role} TO {role}")


def data_only(project: Project) -> Config:
    for path in project.versions.glob("*.py"):
        path.unlink()
    project.add("d1", upgrade='op.execute("SELECT 1")', downgrade='op.execute("SELECT 1")')
    return project.config()


def test_a_role_that_may_create_no_table_is_told_how_to_do_without(
    project: Project, postgresql_database: Database, role: str
) -> None:
    config = data_only(project)
    command.ensure_version(config)
    taken_away(postgresql_database, role)
    with pytest.raises(CommandError, match=r"whimbrel_history, cannot be created.*\n.*permission denied") as caught:
        command.upgrade(config, "head")
    assert "history = false" in str(caught.value)
    command.upgrade(project.config(history="false"), "head")
    assert tables(postgresql_database, role) == {"whimbrel_version"}


def test_a_lease_that_cannot_be_had_says_so(project: Project, postgresql_database: Database, role: str) -> None:
    config = data_only(project)
    command.ensure_version(config)
    taken_away(postgresql_database, role)
    with pytest.raises(CommandError, match="whimbrel_lock") as caught:
        command.upgrade(project.config(history="false", run_lock="lease"), "head")
    assert "run_lock" in str(caught.value)
    command.upgrade(project.config(history="false", run_lock="off"), "head")
