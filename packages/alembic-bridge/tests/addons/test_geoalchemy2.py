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


EXTENSIONS = {"postgis", "postgis_topology", "fuzzystrmatch", "postgis_tiger_geocoder"}
"""Those that the most used image of PostGIS makes in its databases."""


@pytest.fixture
def postgis_database(postgresql_database: Database) -> Database:
    with postgresql_database.engine().begin() as connection:
        there = set(connection.exec_driver_sql("SELECT name FROM pg_available_extensions").scalars())
        if "postgis" not in there:
            pytest.skip("the server has no extension postgis (in Debian the package postgresql-15-postgis-3 has it)")
        for name in EXTENSIONS & there:
            connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {name} CASCADE")
    return postgresql_database


GEOGRAPHY = """
Table("shop", target_metadata, Column("id", Integer, primary_key=True), Column("door", Geography("POINT", srid=4326)))
# more tables
"""


def test_geometries_come_and_go_on_postgis(
    environment: Environment, tmp_path: Path, postgis_database: Database
) -> None:
    engine = postgis_database.engine()

    def ask(sql: str) -> list[object]:
        with engine.begin() as connection:
            return list(connection.exec_driver_sql(sql).scalars())

    def spatial_indexes() -> list[object]:
        gist = "schemaname = 'public' AND indexdef LIKE '%% USING gist %%'"
        return ask(f"SELECT indexname FROM pg_indexes WHERE {gist} ORDER BY 1")

    def spatial_reference_systems() -> object:
        return ask("SELECT count(*) FROM spatial_ref_sys")

    geo = GeoProject(tmp_path, postgis_database, environment)
    known = spatial_reference_systems()
    plain = geo.models.read_text()
    geo.run("check")
    spot = ("# more columns", 'Column("spot", Geometry("POINT", srid=4326)),')
    script = geo.written(
        "b2", spot, ("# more tables", GEOGRAPHY + ROAD), ("import Geometry", "import Geography, Geometry")
    )
    assert "op.create_geospatial_index(" in script
    assert "spatial_ref_sys" not in script
    geo.run("upgrade", "head")
    geo.run("check")
    assert spatial_indexes() == ["idx_place_spot", "idx_road_course", "idx_shop_door"]
    ask("INSERT INTO road VALUES (1, ST_GeomFromText('LINESTRING(0 0, 3 4)', 4326)) RETURNING id")
    assert ask("SELECT ST_Length(course) FROM road WHERE course && ST_MakeEnvelope(1, 1, 2, 2, 4326)") == [5]
    geo.run("downgrade", "a1")
    assert spatial_indexes() == []
    assert spatial_reference_systems() == known
    geo.run("upgrade", "head")

    geo.models.write_text(plain)
    script = geo.written("c3")
    assert script.split("def downgrade")[0].count("op.drop_geospatial_index(") == 3
    geo.run("upgrade", "head")
    geo.run("check")
    assert spatial_indexes() == []
    geo.run("downgrade", "b2")
    assert spatial_indexes() == ["idx_place_spot", "idx_road_course", "idx_shop_door"]
    ask("INSERT INTO shop VALUES (1, 'POINT(8.54 47.37)') RETURNING id")
    assert ask("SELECT ST_AsText(door) FROM shop") == ["POINT(8.54 47.37)"]
    geo.run("downgrade", "base")
    assert spatial_reference_systems() == known


KINDS = (
    "Geometry()",
    "Geometry(geometry_type=None)",
    'Geometry("POINT")',
    "Geometry(srid=4326)",
    'Geometry("POINT", srid=3857, spatial_index=False)',
    'Geometry("POINTZ", srid=4326, dimension=3)',
    'Geometry("LINESTRINGM", srid=4326, dimension=3)',
    'Geometry("GEOMETRYCOLLECTION", srid=2154)',
    "Geography()",
    "Geography(geometry_type=None)",
    'Geography("POINT")',
    'Geography("MULTIPOLYGON", srid=4326)',
)


def test_every_kind_of_geometry_is_found_as_it_was_declared(
    environment: Environment, tmp_path: Path, postgis_database: Database
) -> None:
    """PostGIS prints most of them differently: geometry(POINT,-1) as geometry(Point), geography() with its srid."""
    geo = GeoProject(tmp_path, postgis_database, environment)
    columns = "".join(f'Column("g{number}", {kind}), ' for number, kind in enumerate(KINDS))
    geo.written("b2", ("# more columns", columns), ("import Geometry", "import Geography, Geometry"))
    geo.run("upgrade", "head")
    geo.run("check")
    with postgis_database.engine().connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'idx_place_g%%'")
        assert found.scalar() == len(KINDS) - 1


def test_what_extensions_have_stays_without_include_object_too(
    environment: Environment, tmp_path: Path, postgis_database: Database
) -> None:
    geo = GeoProject(tmp_path, postgis_database, environment)
    env = geo.project.folder / "migrations" / "env.py"
    env.write_text(env.read_text().replace("include_object=alembic_helpers.include_object", "include_schemas=True"))
    assert geo.run("check") == "No new upgrade operations detected.\n"


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
