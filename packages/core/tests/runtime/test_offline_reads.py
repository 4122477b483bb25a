"""A revision that reads cannot be written as SQL: the message says which, where, what to write, and what can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import MigrationFailed

READS = {
    "all": 'op.get_bind().execute(sa.text("SELECT 1")).all()',
    "loop": 'for row in op.get_bind().execute(sa.text("SELECT 1")): pass',
    "scalar": 'op.get_bind().scalar(sa.text("SELECT 1"))',
    "inspect": "sa.inspect(op.get_bind())",
    "inspect, handed on": "names(op.get_bind())",
    "connection": 'op.get_context().connection.execute(sa.text("SELECT 1"))',
    "bind of the context": 'op.get_context().bind.execute(sa.text("SELECT 1")).scalars()',
    "with": "with op.get_bind().begin(): pass",
    "session": 'Session(bind=op.get_bind()).execute(sa.text("SELECT 1"))',
    "reflect": "sa.MetaData().reflect(op.get_bind())",
    "reflected table": 'sa.Table("t", sa.MetaData(), autoload_with=op.get_bind()).c.id',
}
SCRIPT = '''"""{id}"""
import sqlalchemy as sa
from sqlalchemy.orm import Session
from whimbrel import op

revision = {id!r}
down_revision = {down!r}


def names(connection):
    return sa.inspect(connection).get_table_names()


def upgrade():
    {upgrade}


def downgrade():
    {upgrade}
'''


@pytest.fixture
def project(tmp_path: Path, sqlite_database: Database) -> Project:
    return Project(tmp_path, sqlite_database.url)


def write(project: Project, **scripts: str) -> None:
    down = None
    for id_, body in scripts.items():
        path = project.versions / f"{id_}_revision.py"
        path.write_text(SCRIPT.format(id=id_, down=down, upgrade=body))
        down = id_


@pytest.mark.parametrize("read", READS)
def test_pain_16_sql_of_a_revision_that_reads(project: Project, read: str) -> None:
    write(project, a1="pass", b2=READS[read], c3="pass")
    with pytest.raises(MigrationFailed) as caught:
        command.upgrade(project.config(), "head", sql=True)
    error = caught.value
    line = 11 if read == "inspect, handed on" else 15
    assert (error.revision, error.direction, error.line) == ("b2", "upgrade", line)
    assert f"Revision b2 failed in upgrade(), {project.versions / 'b2_revision.py'}:{line}" in error.message
    assert error.remedy == (
        "With --sql there is no database to read from: what op.get_bind() executes is written. "
        "Read only where there is one:\n"
        "    if not op.get_context().as_sql:  # or: if not context.is_offline_mode():\n"
        "        ...\n"
        "The revisions around it can be written by range:\n"
        "    whimbrel upgrade <start>:a1 --sql\n"
        "    whimbrel upgrade b2:heads --sql"
    )


def test_pain_16_the_guard_and_the_ranges_do_what_the_message_says(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, a1="pass", b2=READS["all"], c3="op.execute('SELECT 3')")
    command.upgrade(project.config(), "a1", sql=True)
    command.upgrade(project.config(), "b2:heads", sql=True)
    assert "SELECT 3" in capsys.readouterr().out
    write(project, a1="pass", b2=f"if not op.get_context().as_sql:\n        {READS['all']}", c3="pass")
    command.upgrade(project.config(), "head", sql=True)
    command.upgrade(project.config(), "head")


@pytest.mark.parametrize(
    ("revision", "commands"),
    [
        ("c3", "    whimbrel downgrade <start>:c3 --sql\n    whimbrel downgrade b2:<target> --sql"),
        ("a1", "    whimbrel downgrade <start>:a1 --sql"),
    ],
)
def test_pain_16_ranges_on_the_way_down(project: Project, revision: str, commands: str) -> None:
    bodies = {id_: READS["all"] if id_ == revision else "pass" for id_ in ("a1", "b2", "c3")}
    write(project, **bodies)
    with pytest.raises(MigrationFailed) as caught:
        command.downgrade(project.config(), "c3:base", sql=True)
    assert str(caught.value.remedy).endswith(f"The revisions around it can be written by range:\n{commands}")


def test_other_mistakes_are_not_explained_so(project: Project) -> None:
    write(project, a1="int('x')")
    with pytest.raises(MigrationFailed) as caught:
        command.upgrade(project.config(), "head", sql=True)
    assert caught.value.remedy is None


def test_with_a_database_nothing_is_said_of_its_absence(project: Project) -> None:
    write(project, a1='op.get_bind().execute(sa.text("SELEC 1"))')
    with pytest.raises(MigrationFailed) as caught:
        command.upgrade(project.config(), "head")
    assert caught.value.remedy == "The database is as it was before this revision."
