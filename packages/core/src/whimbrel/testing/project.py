"""Throw-away projects for tests: version files written from a few words, and the configuration that names them."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from whimbrel.config import Config
from whimbrel.script import ScriptDirectory

SCRIPT = '''"""{doc}"""

from __future__ import annotations

import sqlalchemy as sa
from whimbrel import op

revision = {id!r}
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {depends!r}


def upgrade(**arguments):
{upgrade}


def downgrade(**arguments):
{downgrade}
'''


class Project:
    """A folder with version files over one database.

    :param folder: where the ``migrations`` folder is made.
    :param url: the database.
    :param env: the text of env.py; without it the built-in environment runs.
    """

    def __init__(self, folder: Path, url: str, env: str | None = None) -> None:
        self.folder = folder
        self.url = url
        self.migrations = folder / "migrations"
        self.versions = self.migrations / "versions"
        self.versions.mkdir(parents=True)
        if env is not None:
            (self.migrations / "env.py").write_text(textwrap.dedent(env), encoding="utf-8")

    def add(
        self,
        id: str,
        down: str | tuple[str, ...] | None = None,
        *,
        upgrade: str | None = None,
        downgrade: str | None = None,
        labels: str | tuple[str, ...] | None = None,
        depends: str | tuple[str, ...] | None = None,
        doc: str | None = None,
    ) -> Path:
        """Write one version file and return its path.

        Without bodies, upgrade() creates the table ``t_<id>`` and downgrade() drops it.
        """
        create = f'op.create_table("t_{id}", sa.Column("id", sa.Integer, primary_key=True))'
        path = self.versions / f"{id[:60]}.py"
        text = SCRIPT.format(
            doc=doc if doc is not None else f"revision {id}",
            id=id,
            down=down,
            labels=labels,
            depends=depends,
            upgrade=_body(create if upgrade is None else upgrade),
            downgrade=_body(f'op.drop_table("t_{id}")' if downgrade is None else downgrade),
        )
        path.write_text(text, encoding="utf-8")
        return path

    def line(self, *ids: str, **options: Any) -> None:
        """Write a linear history of *ids*."""
        before = None
        for id in ids:
            self.add(id, before, **options)
            before = id

    def config(self, **options: Any) -> Config:
        """Return a new configuration without a file.

        :param options: main options, ``_`` standing for ``.`` in ``sqlalchemy_url`` only.
        """
        config = Config()
        config.set_main_option("script_location", str(self.migrations))
        config.set_main_option("sqlalchemy.url", self.url.replace("%", "%%"))
        for name, value in options.items():
            config.set_main_option(name, value)
        return config

    def script(self) -> ScriptDirectory:
        """Return the version files, freshly read."""
        return ScriptDirectory.from_config(self.config())


def _body(text: str) -> str:
    return textwrap.indent(textwrap.dedent(text).strip() or "pass", "    ")
