"""sqlalchemy-declarative-extensions: schemas, roles, grants, functions, triggers, views and rows, declared."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.addons import OURS, Environment, environment_of
from testing.alembic_projects import AlembicProject
from testing.databases import Database

MODELS = """
from sqlalchemy_declarative_extensions import register_alembic_events
from models import Base

register_alembic_events(databases=False)
target_metadata = Base.metadata
"""

# {role} is of this test alone: roles belong to the server.
DECLARED = """
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy_declarative_extensions import (
    Function, Functions, Grants, Roles, Row, Rows, Schemas, Triggers, Views, declarative_database, view,
)
from sqlalchemy_declarative_extensions.dialects.postgresql import DefaultGrant, Grant, Role, Trigger


@declarative_database
class Base(DeclarativeBase):
    schemas = Schemas().are("barn")
    roles = Roles(ignore_unspecified=True).are(Role("{role}", login=False))
    grants = Grants().are(Grant.new("usage", to="{role}").on_schemas("barn"))
    functions = Functions().are(
        Function("loud", "SELECT upper(word)", returns="text", parameters=["word text"], language="sql"),
        Function(
            "count_up",
            "BEGIN NEW.visits := NEW.visits + 1; RETURN NEW; END",
            returns="trigger",
            language="plpgsql",
        ),
    )
    triggers = Triggers().are(Trigger.before("update", on="owl", execute="count_up").named("owl_visits").for_each_row())
    rows = Rows().are(Row("owl", id=1, name="barn owl", visits=0))


class Owl(Base):
    __tablename__ = "owl"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    visits: Mapped[int]


@view(Base)
class Visited:
    __tablename__ = "visited"
    __view__ = select(Owl.__table__.c.name).where(Owl.__table__.c.visits > 0)
"""


@pytest.fixture(scope="module")
def environment() -> Environment:
    return environment_of("sqlalchemy-declarative-extensions[alembic,parse]", "psycopg[binary]")


@pytest.fixture
def role(postgresql_database: Database) -> Iterator[str]:
    """The name of a role, which is dropped at the end with all that it has in the database."""
    name = f"owner_{secrets.token_hex(4)}"
    yield name
    with postgresql_database.engine().begin() as connection:
        if connection.execute(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}).scalar():
            connection.execute(sa.text(f"DROP OWNED BY {name}"))
            connection.execute(sa.text(f"DROP ROLE {name}"))


def test_declared_things_are_found_and_applied(
    environment: Environment, tmp_path: Path, postgresql_database: Database, role: str
) -> None:
    project = AlembicProject(tmp_path, url=postgresql_database.url, models=OURS + MODELS)
    models = tmp_path / "models.py"
    models.write_text(DECLARED.replace("{role}", role))
    engine = postgresql_database.engine()

    def ours(*words: str, code: int = 0) -> str:
        done = project.run(*words, tool=environment.whimbrel, code=code)
        return done.stdout + done.stderr

    def ask(sql: str) -> object:
        with engine.begin() as connection:
            return connection.execute(sa.text(sql)).scalar()

    ours("revision", "--autogenerate", "-m", "all", "--rev-id", "a1")
    script = (project.versions / "a1_all.py").read_text()
    for begin in ("CREATE ROLE", "CREATE FUNCTION", "CREATE TRIGGER", "CREATE VIEW", "INSERT INTO owl"):
        assert f'op.execute("""{begin} ' in script
    assert 'op.execute(CreateSchema("barn"))' in script
    assert 'op.execute(sa.text("""GRANT USAGE ON SCHEMA "barn"' in script
    ours("upgrade", "head")
    assert ask("SELECT loud(name) FROM owl") == "BARN OWL"
    assert ask(f"SELECT has_schema_privilege('{role}', 'barn', 'usage')") is True
    assert ask("SELECT count(*) FROM visited") == 0
    ask("UPDATE owl SET name = 'tawny owl' RETURNING visits")
    assert ask("SELECT name FROM visited") == "tawny owl"
    ask("UPDATE owl SET name = 'barn owl', visits = -1 RETURNING visits")
    ours("check")

    text = models.read_text()
    models.write_text(text.replace("upper(word)", "upper(word) || '!'").replace("visits > 0", "visits > 100"))
    ours("revision", "--autogenerate", "-m", "changed", "--rev-id", "b2")
    script = (project.versions / "b2_changed.py").read_text()
    assert "create_table" not in script
    ours("upgrade", "head")
    assert ask("SELECT loud(name) FROM owl") == "BARN OWL!"
    ours("check")
    ours("downgrade", "a1")
    assert ask("SELECT loud(name) FROM owl") == "BARN OWL"
    ours("downgrade", "base")
    assert ask(f"SELECT count(*) FROM pg_roles WHERE rolname = '{role}'") == 0
    assert ask("SELECT count(*) FROM pg_namespace WHERE nspname = 'barn'") == 0
