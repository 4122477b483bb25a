"""Scripts that autogenerate writes into a project of Alembic's hold nothing that Alembic could not run."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from testing.alembic_projects import AlembicProject
from testing.databases import Database

MODELS = """
from sqlalchemy import Column, Enum, Integer, MetaData, Sequence, Table

target_metadata = MetaData()
Table(
    "car",
    target_metadata,
    Column("id", Integer, primary_key=True),
    Column("colour", Enum("red", "blue", name="colour")),
)
Sequence("invoice_number", metadata=target_metadata)
"""


def test_what_only_we_have_is_left_out_and_told(tmp_path: Path, postgresql_database: Database) -> None:
    project = AlembicProject(tmp_path, url=postgresql_database.url.replace("%", "%%"), models=MODELS)
    told = project.run("revision", "--autogenerate", "-m", "cars", "--rev-id", "a1")
    text = (project.versions / "a1_cars.py").read_text()
    assert "op.create_table(" in text
    assert "enum_type" not in text
    assert "sequence" not in text
    assert "CreateEnumType is left out: Alembic has no such operation" in told.stdout + told.stderr
    project.run("upgrade", "head")
    with postgresql_database.engine().connect() as connection:
        connection.execute(sa.text("INSERT INTO car VALUES (1, 'red')"))
    project.run("downgrade", "base")
