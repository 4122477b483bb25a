"""Scripts that autogenerate writes into a project of Alembic's hold nothing that Alembic could not run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import sqlalchemy as sa

from testing.alembic_projects import AlembicProject
from testing.databases import Database
from whimbrel_alembic.portable import KNOWN

OPS = re.compile(r"alembic\.operations\.ops\.\w+\Z")

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


def test_the_directives_that_alembic_has_are_those_of_its_public_names() -> None:
    names = json.loads(Path(__file__).with_name("public_names.json").read_text())
    theirs = {name.rpartition(".")[2] for name, kind in names.items() if kind == "class" and OPS.match(name)}
    assert {cls.__name__ for cls in KNOWN} == theirs - {"BatchOperations", "Operations"}


def test_a_column_that_becomes_not_null_is_written_as_ever(tmp_path: Path) -> None:
    models = (
        "from sqlalchemy import Column, Integer, MetaData, String, Table\ntarget_metadata = MetaData()\n"
        'Table("t_a1", target_metadata, Column("id", Integer, primary_key=True), '
        'Column("name", String(20), nullable=False), Column("more", Integer, nullable=False))\n'
    )
    project = AlembicProject(tmp_path, models=models)
    project.add("a1")
    project.run("upgrade", "head")
    project.run("revision", "--autogenerate", "-m", "x", "--rev-id", "b2")
    text = (project.versions / "b2_x.py").read_text()
    assert "require_no_rows" not in text
    assert "UPDATE" not in text
    assert "op.add_column(" in text
    assert "nullable=False" in text


def test_what_only_we_have_is_left_out_and_told(tmp_path: Path, postgresql_database: Database) -> None:
    """But for the type of a new table's column, which create_table() creates, as Alembic's does."""
    project = AlembicProject(tmp_path, url=postgresql_database.url.replace("%", "%%"), models=MODELS)
    told = project.run("revision", "--autogenerate", "-m", "cars", "--rev-id", "a1").stdout
    text = (project.versions / "a1_cars.py").read_text()
    assert "op.create_table(" in text
    assert "enum_type" not in text
    assert "sequence" not in text
    assert told.partition("done\n")[2] == (
        "Note: Left out of upgrade(), since Alembic has no such operations. As SQL, for op.execute():\n"
        "    CREATE SEQUENCE invoice_number;\n"
        "Note: Left out of downgrade(), since Alembic has no such operations. As SQL, for op.execute():\n"
        "    DROP SEQUENCE invoice_number;\n"
        "    DROP TYPE IF EXISTS colour;\n"
    )
    project.run("upgrade", "head")
    with postgresql_database.engine().connect() as connection:
        connection.execute(sa.text("INSERT INTO car VALUES (1, 'red')"))
    project.run("downgrade", "base")


def test_the_type_of_a_new_column_is_told_as_sql_that_both_can_run(
    tmp_path: Path, postgresql_database: Database
) -> None:
    project = AlembicProject(tmp_path, url=postgresql_database.url.replace("%", "%%"), models=MODELS)
    project.run("revision", "--autogenerate", "-m", "cars", "--rev-id", "a1")
    project.run("upgrade", "head")
    env = project.folder / "migrations" / "env.py"
    shape = 'Column("colour", Enum("red", "blue", name="colour")), Column("shape", Enum("s", "l", name="shape")),'
    env.write_text(env.read_text().replace('Column("colour", Enum("red", "blue", name="colour")),', shape))
    told = project.run("revision", "--autogenerate", "-m", "shapes", "--rev-id", "b2").stdout
    create, drop = "CREATE TYPE shape AS ENUM ('s', 'l');", "DROP TYPE IF EXISTS shape;"
    assert f"    -- Whimbrel does this with the column that needs it, Alembic does not:\n    {create}\n" in told
    assert f"    {drop}\n" in told
    path = project.versions / "b2_shapes.py"
    path.write_text(path.read_text().replace("op.add_column(", f'op.execute("{create}")\n    op.add_column('))
    project.run("upgrade", "head")
    project.run("downgrade", "-1")
