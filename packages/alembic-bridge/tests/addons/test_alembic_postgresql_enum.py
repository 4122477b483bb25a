"""alembic-postgresql-enum: values of enum types that come, go and get other names."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.addons import OURS, Environment, environment_of
from testing.alembic_projects import AlembicProject
from testing.databases import Database

MODELS = """
import alembic_postgresql_enum
from models import target_metadata
"""

NO_TABLES = "from sqlalchemy import MetaData\ntarget_metadata = MetaData()\n"

# {size} is the list of values.
TABLES = """
from sqlalchemy import Column, Enum, Integer, MetaData, String, Table

target_metadata = MetaData()
Table(
    "egg", target_metadata, Column("id", Integer, primary_key=True),
    Column("size", Enum({size}, name="egg_size"), nullable=False, server_default="small"),
)
"""

LABELS = "SELECT array_to_string(enum_range(NULL::egg_size), ' ')"


@pytest.fixture(scope="module")
def environment() -> Environment:
    return environment_of("alembic-postgresql-enum", "psycopg[binary]")


class EggProject:
    """A project whose models change."""

    def __init__(self, folder: Path, database: Database, environment: Environment) -> None:
        self.project = AlembicProject(folder, url=database.url, models=OURS + MODELS)
        self.environment = environment
        self.engine = database.engine()

    def run(self, *words: str, code: int = 0) -> str:
        done = self.project.run(*words, tool=self.environment.whimbrel, code=code)
        return done.stdout + done.stderr

    def written(self, models: str, id_: str) -> str:
        """The script for new models, which is then run."""
        (self.project.folder / "models.py").write_text(models)
        self.run("revision", "--autogenerate", "-m", "x", "--rev-id", id_)
        self.run("upgrade", "head")
        return (self.project.versions / f"{id_}_x.py").read_text()

    def ask(self, sql: str) -> object:
        with self.engine.begin() as connection:
            return connection.execute(sa.text(sql)).scalar()


@pytest.fixture
def eggs(tmp_path: Path, postgresql_database: Database, environment: Environment) -> EggProject:
    return EggProject(tmp_path, postgresql_database, environment)


def test_values_are_found_and_applied(eggs: EggProject) -> None:
    script = eggs.written(TABLES.format(size="'small', 'large'"), "a1")
    assert script.count("sa.Enum('small', 'large', name='egg_size').create(op.get_bind())") == 1
    assert script.count("sa.Enum('small', 'large', name='egg_size').drop(op.get_bind())") == 1
    assert "create_type=False" in script
    eggs.run("check")

    eggs.ask("INSERT INTO egg (id, size) VALUES (1, 'large') RETURNING id")
    script = eggs.written(TABLES.format(size="'small', 'large', 'huge'"), "b2")
    assert "op.add_enum_value(" in script
    assert eggs.ask(LABELS) == "small large huge"
    assert eggs.ask("SELECT size::text FROM egg") == "large"
    assert eggs.ask("INSERT INTO egg (id) VALUES (2) RETURNING size::text") == "small"
    eggs.run("check")

    eggs.written(TABLES.format(size="'small', 'large'"), "c3")
    assert eggs.ask(LABELS) == "small large"
    eggs.run("downgrade", "b2")
    assert eggs.ask(LABELS) == "small large huge"
    eggs.run("upgrade", "head")


def test_a_value_gets_another_name(eggs: EggProject) -> None:
    eggs.written(TABLES.format(size="'small', 'large'"), "a1")
    eggs.ask("INSERT INTO egg (id, size) VALUES (1, 'large') RETURNING id")
    (eggs.project.folder / "models.py").write_text(TABLES.format(size="'small', 'big'"))
    eggs.run("revision", "--autogenerate", "-m", "x", "--rev-id", "b2")
    path = eggs.project.versions / "b2_x.py"
    text = path.read_text()
    assert text.count("enum_values_to_rename=[]") == 2
    upgrade, downgrade = text.split("def downgrade")
    upgrade = upgrade.replace("enum_values_to_rename=[]", "enum_values_to_rename=[('large', 'big')]")
    downgrade = downgrade.replace("enum_values_to_rename=[]", "enum_values_to_rename=[('big', 'large')]")
    path.write_text(f"{upgrade}def downgrade{downgrade}")
    eggs.run("upgrade", "head")
    assert eggs.ask("SELECT size::text FROM egg") == "big"
    eggs.run("downgrade", "-1")
    assert eggs.ask("SELECT size::text FROM egg") == "large"


def test_a_type_comes_with_a_column_and_goes_with_it(eggs: EggProject) -> None:
    plain = TABLES.format(size="'small', 'large'")
    coloured = plain.replace("\n)\n", "\n    Column('colour', Enum('white', 'brown', name='egg_colour')),\n)\n")
    eggs.written(plain, "a1")
    script = eggs.written(coloured, "b2")
    assert "sa.Enum('white', 'brown', name='egg_colour').create(op.get_bind())" in script
    assert eggs.ask("SELECT array_to_string(enum_range(NULL::egg_colour), ' ')") == "white brown"
    script = eggs.written(plain, "c3")
    assert "sa.Enum('white', 'brown', name='egg_colour').drop(op.get_bind())" in script
    assert eggs.ask("SELECT count(*) FROM pg_type WHERE typname = 'egg_colour'") == 0
    eggs.run("downgrade", "a1")
    assert eggs.ask("SELECT count(*) FROM pg_type WHERE typname = 'egg_colour'") == 0
    eggs.run("check", code=1)


def test_a_text_column_becomes_an_enum(eggs: EggProject) -> None:
    plain = TABLES.format(size="'small', 'large'")
    eggs.written(plain.replace("""Enum('small', 'large', name="egg_size")""", "String(20)"), "a1")
    eggs.ask("INSERT INTO egg (id, size) VALUES (1, 'large') RETURNING id")
    script = eggs.written(plain, "b2")
    assert "postgresql_using='size::egg_size'" in script
    assert eggs.ask("SELECT size::text FROM egg") == "large"
    eggs.run("downgrade", "a1")
    assert eggs.ask("SELECT size FROM egg") == "large"
