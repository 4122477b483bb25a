"""What a comparison of models with a database costs: whole processes, the tools taking turns.

The models are a module that each process imports; the database is made of them by ``create_all``. A table has ten
columns, two indexes, a unique constraint, a foreign key to the table before it, and comments where the database has
them. Every tenth table of the changed models differs from the database, in one of four ways.
"""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from databases import available, empty_database
from histories import Tool, make_project
from timing import Timing, measure_in_turns

if TYPE_CHECKING:
    from bench import Bench

MODELS = '''\
"""Models of {count} tables."""

import sqlalchemy as sa

metadata = sa.MetaData(naming_convention={{"fk": "fk_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s"}})


def define(number: int, change: int | None) -> None:
    """Define a table; *change* is one of four ways to differ."""
    name = f"table_{{number}}"
    sa.Table(
        name,
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.ForeignKey(f"table_{{max(number - 1, 0)}}.id")),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("name", sa.String(120 if change == 0 else 100), nullable=False, comment="What people call it"),
        sa.Column("description", sa.Text, comment=f"About number {{number}}"),
        sa.Column("price", sa.Numeric(10, 2), nullable=change == 1, server_default="0"),
        sa.Column("amount", sa.BigInteger),
        sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("born", sa.Date),
        *([sa.Column("added", sa.String(30))] if change == 2 else []),
        sa.UniqueConstraint("code", name=f"uq_{{name}}_code"),
        sa.Index(f"ix_{{name}}_created_at", "created_at"),
        sa.Index(f"ix_{{name}}_name_amount", "name", "amount", unique=change == 3),
        comment=f"Table number {{number}}",
    )


for number in range({count}):
    define(number, number // 10 % 4 if {changed} and number % 10 == 0 else None)
'''

ENV = """\
from sqlalchemy import create_engine, pool
from {package} import context
from models import metadata

engine = create_engine({url!r}, poolclass=pool.NullPool)
with engine.connect() as connection:
    # One version table for both, so that neither takes the other's for a table that the models lack.
    context.configure(connection=connection, target_metadata=metadata, version_table="version")
    with context.begin_transaction():
        context.run_migrations()
"""

TEMPLATE = '''\
"""${{message}}

Revision ID: ${{up_revision}}
"""
from {package} import op
import sqlalchemy as sa
${{imports if imports else ""}}

revision = ${{repr(up_revision)}}
down_revision = ${{repr(down_revision)}}
branch_labels = ${{repr(branch_labels)}}
depends_on = ${{repr(depends_on)}}


def upgrade():
    ${{upgrades if upgrades else "pass"}}


def downgrade():
    ${{downgrades if downgrades else "pass"}}
'''

BACKENDS = ("sqlite", "postgresql", "mysql")
CHECK, REVISION, DIFF = "check", "revision --autogenerate, 10% changed", "diff, 10% changed"


class Compared(NamedTuple):
    """One database of the models, and what is run over it.

    :param backend: its kind.
    :param url: the database.
    :param count: how many tables.
    """

    backend: str
    url: str
    count: int

    def name(self, command: str) -> str:
        """Return what a command over it is called in the table."""
        return f"{command}, {self.count} tables, {self.backend}"


def measure_comparing(bench: Bench, sizes: list[int]) -> None:
    """Measure ``check`` with as many tables as each of *sizes*, and ``revision --autogenerate`` with the most."""
    for backend in BACKENDS:
        if not available(backend):
            print(f"  {backend}: no server answers, left out")
            continue
        for count in (1, *sizes):
            with _database_of_models(backend, count, bench.folder) as compared:
                _check(bench, compared)
                if count == max(sizes):
                    _revision(bench, compared)


def growth(results: dict[str, dict[str, Timing]]) -> list[str]:
    """Return lines about how the time of ``check`` grows, its start subtracted, and what changes add to it."""
    lines = []
    for backend in BACKENDS:
        cells = {
            int(name.split(", ")[1].split()[0]): cell["whimbrel"].seconds
            for name, cell in results.items()
            if name.startswith(f"{CHECK}, ") and name.endswith(f", {backend}")
        }
        if len(cells) < 3:
            continue
        start, *others = (cells[count] for count in sorted(cells))
        _, small, large = min(cells), sorted(cells)[1], max(cells)
        exponent = math.log((others[-1] - start) / (others[0] - start)) / math.log(large / small)
        lines.append(f"- check, {backend}: grows with exponent {exponent:.2f} from {small:,} to {large:,} tables")
        revision = results[f"{REVISION}, {large} tables, {backend}"]["whimbrel"].seconds
        diff = results[f"{DIFF}, {large} tables, {backend}"]["whimbrel"].seconds
        lines.append(
            f"- {REVISION}, {backend}: {revision / cells[large]:.2f} x check of {large:,} tables that have not "
            f"changed, {revision / diff:.2f} x diff of those that have"
        )
    return lines


@contextmanager
def _database_of_models(backend: str, count: int, folder: Path) -> Iterator[Compared]:
    """Make a database of the models, and drop it at the end."""
    with empty_database(backend, folder) as url:
        models = folder / "models"
        models.mkdir()
        (models / "models.py").write_text(MODELS.format(count=count, changed=False))
        try:
            # SQLAlchemy in a process of its own, as databases.py says.
            subprocess.run([sys.executable, __file__, str(models), url], check=True)
            yield Compared(backend, url, count)
        finally:
            shutil.rmtree(models)


@contextmanager
def _projects(bench: Bench, compared: Compared, *, changed: bool) -> Iterator[dict[str, Path]]:
    """Make a project for each tool, with no revision yet, and remove them at the end."""
    folders = {}
    for tool in bench.tools:
        folders[tool.name] = folder = bench.folder / f"{tool.name}-models"
        make_project(folder, tool, iter(()), url=compared.url)
        (folder / "models.py").write_text(MODELS.format(count=compared.count, changed=changed))
        (folder / "migrations" / "env.py").write_text(ENV.format(package=tool.package, url=compared.url))
        (folder / "migrations" / "script.py.mako").write_text(TEMPLATE.format(package=tool.package))
    yield folders
    for folder in folders.values():
        shutil.rmtree(folder)


def _check(bench: Bench, compared: Compared) -> None:
    with _projects(bench, compared, changed=False) as folders:
        commands = {tool.name: (*tool.command, "check") for tool in bench.tools}
        # What no tool can save: the interpreter, SQLAlchemy, the models.
        program = Path(bench.tools[0].command[0]).with_name("python")
        commands["driver"] = (str(program), "-c", "import models")
        found = measure_in_turns(
            commands, folders | {"driver": folders[bench.tools[0].name]}, bench.environment, runs=bench.runs
        )
        bench.keep_all(compared.name(CHECK), found)


def _revision(bench: Bench, compared: Compared) -> None:
    with _projects(bench, compared, changed=True) as folders:
        ours = bench.tools[0]
        commands = {tool.name: (*tool.command, "revision", "--autogenerate", "-m", "changes") for tool in bench.tools}
        # check, but for the exit code that tells of differences; before revision leaves a file.
        commands = {DIFF: (*ours.command, "diff"), **commands}
        found = measure_in_turns(
            commands,
            folders | {DIFF: folders[ours.name]},
            bench.environment,
            runs=bench.runs,
            before=_without_revisions(bench.tools, folders),
        )
        bench.keep_all(compared.name(DIFF), {ours.name: found.pop(DIFF)})
        bench.keep_all(compared.name(REVISION), found)


def _without_revisions(tools: list[Tool], folders: dict[str, Path]) -> Callable[[], None]:
    def remove() -> None:
        for tool in tools:
            for path in (folders[tool.name] / "migrations" / "versions").glob("*.py"):
                path.unlink()

    return remove


def main(folder: str, url: str) -> None:
    """Create the tables of the models in *folder*."""
    import importlib

    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    sys.path.insert(0, folder)
    # A stock PostgreSQL has not enough locks for so many tables in one transaction; SQLite is quickest in one.
    options = {} if url.startswith("sqlite") else {"isolation_level": "AUTOCOMMIT"}
    engine = create_engine(url, poolclass=NullPool, **options)
    importlib.import_module("models").metadata.create_all(engine, checkfirst=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
