"""pytest-alembic: its tests of a history, and its fixtures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from testing.addons import OURS, Environment, environment_of
from testing.alembic_projects import AlembicProject

MODELS = """
from models import Base

target_metadata = Base.metadata
"""

BASE = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Kite(Base):
    __tablename__ = "kite"
    id: Mapped[int] = mapped_column(primary_key=True)
    colour: Mapped[str | None]
"""

# The connection that the fixture hands over is used, as pytest-alembic's users write it.
CONNECTION = """
def online():
    given = context.config.attributes.get("connection", None)
    if given is None:
        return from_settings()
    with given.connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata)
        with context.begin_transaction():
            context.run_migrations()
"""

FIRST = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "a1", None


def upgrade():
    op.create_table("kite", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("kite")
"""
SECOND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "b2", "a1"


def upgrade():
    op.add_column("kite", sa.Column("colour", sa.String))
    op.execute("UPDATE kite SET colour = 'red'")


def downgrade():
    op.drop_column("kite", "colour")
"""

CONFTEST = """
import pytest
from sqlalchemy import create_engine


@pytest.fixture
def alembic_engine(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'kites.db'}")
    yield engine
    engine.dispose()
"""
TESTS = """
import os

from pytest_alembic import create_alembic_fixture, tests
from sqlalchemy import select

history = create_alembic_fixture({"file": "alembic.ini"})


def test_rows_get_a_colour(alembic_runner, alembic_engine):
    alembic_runner.migrate_up_before("b2")
    assert alembic_runner.current == "a1"
    alembic_runner.insert_into("kite", {"id": 1})
    alembic_runner.migrate_up_one()
    kite = alembic_runner.table_at_revision("kite")
    with alembic_engine.connect() as connection:
        assert connection.execute(select(kite.c.colour)).scalars().all() == ["red"]
    alembic_runner.migrate_down_one()
    assert alembic_runner.current == "a1"
    alembic_runner.roundtrip_next_revision()
    alembic_runner.migrate_down_to("base")
    assert alembic_runner.current == "base"


def test_the_history(history):
    assert history.heads == ["b2"]
    assert history.history.revisions == ["base", "a1", "b2", "heads"]
    tests.test_upgrade(history)


def test_commands(alembic_runner):
    assert any("a1 -> b2 (head)" in line for line in alembic_runner.raw_command("history"))
    alembic_runner.set_revision("b2")
    assert alembic_runner.current == "b2"


def test_a_revision_is_made(alembic_runner):
    alembic_runner.migrate_up_to("heads")
    alembic_runner.generate_revision(message="next", rev_id="c3", prevent_file_generation=False)
    assert alembic_runner.refresh_history().revisions == ["base", "a1", "b2", "c3", "heads"]
    os.remove(alembic_runner.command_executor.script.get_revision("c3").path)
"""


@pytest.fixture(scope="module")
def environment() -> Environment:
    return environment_of("pytest-alembic", "pytest<9")  # its collector is not made for pytest 9


@pytest.fixture
def project(tmp_path: Path) -> AlembicProject:
    made = AlembicProject(tmp_path, models=OURS + MODELS)
    env = tmp_path / "migrations" / "env.py"
    text = env.read_text().replace("def online():", "def from_settings():")
    env.write_text(text.replace("\nif context.is_offline_mode():", f"{CONNECTION}\n\nif context.is_offline_mode():"))
    (tmp_path / "models.py").write_text(BASE)
    (made.versions / "a1.py").write_text(FIRST)
    (made.versions / "b2.py").write_text(SECOND)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text(CONFTEST)
    (tmp_path / "tests" / "test_kites.py").write_text(TESTS)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\naddopts = ["-p", "whimbrel_alembic.pytest_plugin", "-p", "no:cacheprovider"]\n'
    )
    return made


def run_pytest(environment: Environment, project: AlembicProject, *words: str, code: int = 0) -> str:
    return environment.run("-m", "pytest", "-q", "-rA", "--test-alembic", *words, cwd=project.folder, code=code).stdout


def test_its_tests_and_ours_pass(environment: Environment, project: AlembicProject) -> None:
    said = run_pytest(environment, project)
    for name in ("single_head_revision", "upgrade", "model_definitions_match_ddl", "up_down_consistency"):
        assert re.search(rf"^PASSED .*::(test_)?{name}$", said, re.MULTILINE)
    assert "8 passed" in said


def test_a_downgrade_leaves_no_trace(environment: Environment, project: AlembicProject) -> None:
    with (project.folder / "pyproject.toml").open("a") as stream:
        stream.write('pytest_alembic_include_experimental = "downgrade_leaves_no_trace"\n')
    assert "9 passed" in run_pytest(environment, project)
    path = project.versions / "b2.py"
    path.write_text(path.read_text().replace('    op.drop_column("kite", "colour")', "    pass"))
    said = run_pytest(environment, project, "-k", "no_trace", code=1)
    assert "FAILED tests/conftest.py::pytest-alembic::test_downgrade_leaves_no_trace" in said


def test_it_tells_models_that_the_history_does_not_make(environment: Environment, project: AlembicProject) -> None:
    with (project.folder / "models.py").open("a") as stream:
        stream.write("    length: Mapped[int | None]\n")
    said = run_pytest(environment, project, "-k", "model_definitions", code=1)
    assert "The models describing the DDL of your database are out of sync" in said
    assert 'op.add_column("kite", sa.Column("length", sa.Integer(), nullable=True))' in said


def test_it_warns_of_a_downgrade_that_is_not_there(environment: Environment, project: AlembicProject) -> None:
    path = project.versions / "b2.py"
    path.write_text(path.read_text().replace('    op.drop_column("kite", "colour")', "    raise NotImplementedError"))
    said = run_pytest(environment, project, "-k", "up_down")
    assert "downgrade raised `NotImplementedError`" in said


def test_it_tells_a_branch(environment: Environment, project: AlembicProject) -> None:
    (project.versions / "c3.py").write_text(SECOND.replace('"b2"', '"c3"').replace("colour", "tail"))
    said = run_pytest(environment, project, "-k", "single_head or up_down", code=1)
    assert "Expected 1 head revision, found 2" in said
    assert "1 failed, 1 passed" in said
