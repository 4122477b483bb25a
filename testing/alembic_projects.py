"""Projects as people made them with Alembic, in the four shapes that its ``init`` knows, written from a few words."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from testing.processes import run as python

INI = """\
[alembic]
script_location = %(here)s/migrations
prepend_sys_path = .
path_separator = os
{main}
{sections}
[post_write_hooks]

[loggers]
keys = root,alembic

[handlers]
keys = console

[formatters]
keys = plain

[logger_root]
level = WARNING
handlers = console
qualname =

[logger_alembic]
level = INFO
handlers =
qualname = alembic

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = plain

[formatter_plain]
format = %(levelname)-5.5s [%(name)s] %(message)s
"""

BEGIN = """\
import re
from logging.config import fileConfig

from sqlalchemy import engine_from_config, pool

from alembic import context

config = context.config
if config.config_file_name is not None:
    fileConfig(config.config_file_name)

{models}


"""

OFFLINE = """\
def offline():
    context.configure(
        url=config.get_main_option("sqlalchemy.url"),
        target_metadata=target_metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


"""

GENERIC = """\
def online():
    engine = engine_from_config(
        config.get_section(config.config_ini_section, {}), prefix="sqlalchemy.", poolclass=pool.NullPool
    )
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata)
        with context.begin_transaction():
            context.run_migrations()


"""

ASYNC = """\
import asyncio

from sqlalchemy.ext.asyncio import async_engine_from_config


def migrate(connection):
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()


async def connect():
    engine = async_engine_from_config(
        config.get_section(config.config_ini_section, {}), prefix="sqlalchemy.", poolclass=pool.NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


def online():
    asyncio.run(connect())


"""

MULTIDB = """\
names = re.split(r",\\s*", config.get_main_option("databases", ""))


def offline():
    for name in names:
        with open(f"{name}.sql", "w") as buffer:
            context.configure(
                url=context.config.get_section_option(name, "sqlalchemy.url"),
                output_buffer=buffer,
                target_metadata=target_metadata,
                literal_binds=True,
            )
            with context.begin_transaction():
                context.run_migrations(engine_name=name)


def online():
    connections = {}
    for name in names:
        engine = engine_from_config(context.config.get_section(name, {}), prefix="sqlalchemy.", poolclass=pool.NullPool)
        connections[name] = (connection := engine.connect()), connection.begin()
    try:
        for name, (connection, _) in connections.items():
            context.configure(
                connection=connection,
                upgrade_token=f"{name}_upgrades",
                downgrade_token=f"{name}_downgrades",
                target_metadata=target_metadata,
            )
            context.run_migrations(engine_name=name)
        for _, transaction in connections.values():
            transaction.commit()
    finally:
        for connection, _ in connections.values():
            connection.close()


"""

END = """\
if context.is_offline_mode():
    offline()
else:
    online()
"""

TEMPLATE = '''\
"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision: str = ${repr(up_revision)}
down_revision: Union[str, Sequence[str], None] = ${repr(down_revision)}
branch_labels: Union[str, Sequence[str], None] = ${repr(branch_labels)}
depends_on: Union[str, Sequence[str], None] = ${repr(depends_on)}
'''

HALVES = '''

def upgrade() -> None:
    """Upgrade schema."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Downgrade schema."""
    ${downgrades if downgrades else "pass"}
'''

HALVES_MULTIDB = """

def upgrade(engine_name: str) -> None:
    globals()["upgrade_%s" % engine_name]()


def downgrade(engine_name: str) -> None:
    globals()["downgrade_%s" % engine_name]()

% for db_name in config.get_main_option("databases").split(", "):

def upgrade_${db_name}() -> None:
    ${context.get("%s_upgrades" % db_name, "pass")}


def downgrade_${db_name}() -> None:
    ${context.get("%s_downgrades" % db_name, "pass")}

% endfor
"""

SCRIPT = '''\
"""{doc}"""
from alembic import op
import sqlalchemy as sa

revision = "{id}"
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade({parameter}):
    op.create_table("t_{id}", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)))


def downgrade({parameter}):
    op.drop_table("t_{id}")
'''

SHAPES = ("generic", "async", "multidb", "pyproject")

# A project that somebody else's tool wrote is run as its owner runs it: by a command, in its folder.
WHIMBREL = (sys.executable, "-m", "whimbrel")


class AlembicProject:
    """A folder with a project, over SQLite databases in it.

    :param folder: an empty folder.
    :param shape: one of :data:`SHAPES`.
    :param url: the database; ``app.db`` in the folder by default.
    :param models: Python that sets ``target_metadata``.
    """

    def __init__(
        self, folder: Path, shape: str = "generic", url: str | None = None, models: str = "target_metadata = None"
    ) -> None:
        self.folder = folder
        self.shape = shape
        self.versions = folder / "migrations" / "versions"
        self.versions.mkdir(parents=True)
        driver = "sqlite+aiosqlite" if shape == "async" else "sqlite"
        main, sections = f"sqlalchemy.url = {url or f'{driver}:///app.db'}\n", ""
        if shape == "multidb":
            main = "databases = one, two\n"
            sections = "".join(f"[{name}]\nsqlalchemy.url = sqlite:///{name}.db\n" for name in ("one", "two"))
        text = INI.replace("{main}", main).replace("{sections}", sections)
        if shape == "pyproject":
            (folder / "pyproject.toml").write_text(
                '[project]\nname = "shop"\n\n[tool.alembic]\nscript_location = "%(here)s/migrations"\n'
                'prepend_sys_path = ["."]\nfile_template = "%%(rev)s_%%(slug)s"\n'
            )
            text = f"[alembic]\n{main}"
        (folder / "alembic.ini").write_text(text)
        env = {"async": OFFLINE + ASYNC, "multidb": MULTIDB}.get(shape, OFFLINE + GENERIC)
        begin = BEGIN.replace("{models}", models)
        if shape == "pyproject":
            begin = begin.replace("    fileConfig(config.config_file_name)", "    pass")
        (folder / "migrations" / "env.py").write_text(begin + env + END)
        halves = HALVES_MULTIDB if shape == "multidb" else HALVES
        (folder / "migrations" / "script.py.mako").write_text(TEMPLATE + halves)

    def add(self, *ids: str) -> None:
        """Write revisions, each after the one before, that create a table of their own each."""
        before = sorted(path.stem for path in self.versions.glob("*.py"))
        down = before[-1] if before else None
        parameter = "engine_name" if self.shape == "multidb" else ""
        for id_ in ids:
            text = SCRIPT.format(id=id_, down=down, doc=f"table {id_}", parameter=parameter)
            (self.versions / f"{id_}.py").write_text(text)
            down = id_

    def databases(self) -> list[Path]:
        """The databases of the project."""
        names = ("one", "two") if self.shape == "multidb" else ("app",)
        return [self.folder / f"{name}.db" for name in names]

    def run(self, *words: str, tool: Sequence[str] = WHIMBREL, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command of a tool in the folder, as its owner does.

        :param words: the command line.
        :param tool: the program.
        :param code: the exit code that is expected.
        """
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ALEMBIC")}
        if tool[0] == sys.executable:
            done = python([*tool[1:], *words], cwd=self.folder, env=environment)
        else:
            done = subprocess.run(
                [*tool, *words],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        last = "\n".join((done.stdout + done.stderr).splitlines()[-8:])
        assert done.returncode == code, f"{words} ends with {done.returncode}:\n{last}"
        return done

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Fail if a file of the project is changed, comes or goes within the block; databases may."""
        before = self._files()
        yield
        assert self._files() == before

    def _files(self) -> dict[str, bytes]:
        written = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        ignored = ("__pycache__", ".db", ".sql")
        return {str(path): path.read_bytes() for path in written if not any(part in str(path) for part in ignored)}
