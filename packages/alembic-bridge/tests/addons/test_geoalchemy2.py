"""GeoAlchemy2: columns, tables and indexes of geometries, found and written by its helpers."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.addons import OURS, Environment, environment_of
from testing.alembic_projects import AlembicProject
from testing.databases import Database

MODELS = """
from geoalchemy2 import alembic_helpers
from models import target_metadata
"""
HELPERS = (
    "target_metadata=target_metadata",
    "include_object=alembic_helpers.include_object",
    "process_revision_directives=alembic_helpers.writer",
    "render_item=alembic_helpers.render_item",
)
PLAIN = """
from geoalchemy2 import Geometry
from sqlalchemy import Column, Integer, MetaData, String, Table

target_metadata = MetaData()
Table(
    "place", target_metadata, Column("id", Integer, primary_key=True), Column("name", String(20)),
    # more columns
)
# more tables
"""
SPOT = 'Column("spot", Geometry("POINT", srid=4326, spatial_index=False)),'
ROAD = """
Table(
    "road", target_metadata, Column("id", Integer, primary_key=True),
    Column("course", Geometry("LINESTRING", srid=4326, nullable=False), nullable=False),
)
"""


@pytest.fixture(scope="module")
def environment() -> Environment:
    return environment_of("GeoAlchemy2", "shapely", "alembic", "psycopg[binary]", "PyMySQL")


class GeoProject:
    """A project whose env.py has the helpers, at its first revision."""

    def __init__(self, folder: Path, database: Database, environment: Environment) -> None:
        self.project = AlembicProject(folder, url=database.url, models=OURS + MODELS)
        self.environment = environment
        self.models = folder / "models.py"
        self.models.write_text(PLAIN)
        env = folder / "migrations" / "env.py"
        env.write_text(env.read_text().replace("target_metadata=target_metadata", ", ".join(HELPERS)))
        self.run("revision", "--autogenerate", "-m", "x", "--rev-id", "a1")
        self.run("upgrade", "head")

    def run(self, *words: str) -> str:
        return self.project.run(*words, tool=self.environment.whimbrel).stdout

    def written(self, id_: str, *changes: tuple[str, str]) -> str:
        """The script for models that are changed."""
        text = self.models.read_text()
        for before, after in changes:
            text = text.replace(before, after)
        self.models.write_text(text)
        self.run("revision", "--autogenerate", "-m", "x", "--rev-id", id_)
        return (self.project.versions / f"{id_}_x.py").read_text()


def test_what_it_writes_for_postgis(environment: Environment, tmp_path: Path, postgresql_database: Database) -> None:
    """PostGIS itself is not needed: the database lacks what the models have, and the upgrade is written as text."""
    geo = GeoProject(tmp_path, postgresql_database, environment)
    script = geo.written("b2", ("# more columns", SPOT), ("# more tables", ROAD))
    assert "from geoalchemy2 import Geometry" in script
    for verb in ("create_geospatial_table", "add_geospatial_column", "create_geospatial_index"):
        assert f"op.{verb}(" in script
    for verb in ("drop_geospatial_table", "drop_geospatial_column", "drop_geospatial_index"):
        assert f"op.{verb}(" in script
    assert "column_name='course')" in script
    sql = geo.run("upgrade", "a1:b2", "--sql")
    assert "ALTER TABLE place ADD COLUMN spot geometry(POINT,4326)" in sql
    assert "course geometry(LINESTRING,4326) NOT NULL" in sql
    assert "CREATE INDEX idx_road_course ON road USING gist (course)" in sql
    sql = geo.run("downgrade", "b2:a1", "--sql")
    assert "ALTER TABLE place DROP COLUMN spot" in sql
    assert "DROP TABLE road" in sql


def test_a_geometry_on_mariadb(environment: Environment, tmp_path: Path, mysql_database: Database) -> None:
    """GeoAlchemy2 writes other SQL where the URL says mariadb."""
    url = sa.make_url(mysql_database.url).set(drivername="mariadb+pymysql").render_as_string(hide_password=False)
    geo = GeoProject(tmp_path, Database("mysql", url), environment)
    without_index = ROAD.replace("srid=4326,", "srid=4326, spatial_index=False,")
    script = geo.written("b2", ("# more tables", without_index))
    assert "op.create_geospatial_table(" in script
    geo.run("upgrade", "head")
    with mysql_database.engine().begin() as connection:
        connection.execute(sa.text("INSERT INTO road VALUES (1, ST_GeomFromText('LINESTRING(0 0, 3 4)', 4326))"))
        assert connection.execute(sa.text("SELECT ST_Length(course) FROM road")).scalar() == 5
    geo.run("check")
    geo.run("downgrade", "a1")
    geo.run("upgrade", "head")
