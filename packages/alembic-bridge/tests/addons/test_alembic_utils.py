"""alembic-utils: views, functions and triggers that autogenerate keeps like the models."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.addons import OURS, Environment, environment_of
from testing.alembic_projects import AlembicProject
from testing.databases import Database

MODELS = """
from alembic_utils.pg_function import PGFunction
from alembic_utils.pg_trigger import PGTrigger
from alembic_utils.pg_view import PGView
from alembic_utils.replaceable_entity import register_entities
from sqlalchemy import Column, Integer, MetaData, String, Table

target_metadata = MetaData()
Table(
    "bird", target_metadata,
    Column("id", Integer, primary_key=True), Column("name", String(30)), Column("weight", Integer),
)
heavy = PGView(schema="public", signature="heavy_bird", definition="SELECT id, name FROM bird WHERE weight > 500")
shout = PGFunction(
    schema="public",
    signature="shout(word text)",
    definition="RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(word) $$",
)
tidy = PGFunction(
    schema="public",
    signature="tidy()",
    definition="RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := trim(NEW.name); RETURN NEW; END $$",
)
tidied = PGTrigger(
    schema="public",
    signature="tidied",
    on_entity="public.bird",
    definition="BEFORE INSERT ON public.bird FOR EACH ROW EXECUTE FUNCTION public.tidy()",
)
register_entities([heavy, shout, tidy, tidied])
"""


@pytest.fixture(scope="module")
def environment() -> Environment:
    return environment_of("alembic-utils", "psycopg[binary]")


@pytest.fixture
def project(tmp_path: Path, postgresql_database: Database) -> AlembicProject:
    made = AlembicProject(tmp_path, url=postgresql_database.url, models=OURS + MODELS)
    (made.versions / "a1.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n\nrevision, down_revision = 'a1', None\n\n\n"
        "def upgrade():\n"
        "    op.create_table(\n        'bird', sa.Column('id', sa.Integer, primary_key=True),\n"
        "        sa.Column('name', sa.String(30)), sa.Column('weight', sa.Integer),\n    )\n\n\n"
        "def downgrade():\n    op.drop_table('bird')\n"
    )
    return made


def test_entities_are_created_replaced_and_dropped(
    environment: Environment, project: AlembicProject, postgresql_database: Database
) -> None:
    engine = postgresql_database.engine()

    def ours(*words: str) -> str:
        return project.run(*words, tool=environment.whimbrel).stderr

    def ask(sql: str) -> object:
        with engine.begin() as connection:
            return connection.execute(sa.text(sql)).scalar()

    ours("upgrade", "head")
    ours("revision", "--autogenerate", "-m", "entities", "--rev-id", "b2")
    script = (project.versions / "b2_entities.py").read_text()
    assert script.count("op.create_entity(") == script.count("op.drop_entity(") == 4
    assert "from alembic_utils.pg_view import PGView" in script
    ours("upgrade", "head")
    ask("INSERT INTO bird VALUES (1, '  emu ', 30000) RETURNING id")
    assert ask("SELECT shout(name) FROM heavy_bird") == "EMU"
    ours("check")

    env = project.folder / "migrations" / "env.py"
    env.write_text(env.read_text().replace("weight > 500", "weight > 50000").replace("shout, tidy,", "tidy,"))
    ours("revision", "--autogenerate", "-m", "changed", "--rev-id", "c3")
    script = (project.versions / "c3_changed.py").read_text()
    upgrade, downgrade = script.split("def upgrade")[1].split("def downgrade")
    assert "op.replace_entity(public_heavy_bird)" in upgrade
    assert "op.drop_entity(public_shout)" in upgrade
    assert "op.replace_entity(public_heavy_bird)" in downgrade
    assert "op.create_entity(public_shout)" in downgrade
    ours("upgrade", "head")
    assert ask("SELECT count(*) FROM heavy_bird") == 0
    assert ask("SELECT count(*) FROM pg_proc WHERE proname = 'shout'") == 0
    ours("downgrade", "b2")
    assert ask("SELECT shout(name) FROM heavy_bird") == "EMU"
    ours("downgrade", "a1")
    assert ask("SELECT count(*) FROM pg_views WHERE viewname = 'heavy_bird'") == 0
