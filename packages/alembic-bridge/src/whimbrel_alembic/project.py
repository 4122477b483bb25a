"""Whether a folder is a project of Alembic's: what core asks where there is no configuration of Whimbrel's.

It is asked before every command in such a folder, so this imports nothing but core's settings.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from whimbrel.config.sources import ConfigFiles, by_kind

if TYPE_CHECKING:
    from whimbrel.config import Config

CONFIG_VARIABLE = "ALEMBIC_CONFIG"


def find(files: Sequence[str], directory: str) -> tuple[type[Config], ConfigFiles] | None:
    """Return the kind of configuration and its files; ``None`` where this is no project of Alembic's.

    The files are those that are given or that ``ALEMBIC_CONFIG`` names; where no ini file is, ``alembic.ini``; and
    where no TOML file is, a ``pyproject.toml`` with ``[tool.alembic]``.

    :param files: what was given with ``-c``.
    :param directory: the folder to look in where no file is named.
    """
    variable = os.environ.get(CONFIG_VARIABLE)
    named = by_kind(files or ([variable] if variable else []))
    ini = _that_mentions(named.ini or os.path.join(directory, "alembic.ini"), b"alembic")
    toml = _that_mentions(named.toml or os.path.join(directory, "pyproject.toml"), b"tool.alembic")
    if ini is None and toml is None:
        return None
    from whimbrel_alembic.config import Config as AlembicConfig

    return AlembicConfig, ConfigFiles(ini, toml)


def _that_mentions(path: str, word: bytes) -> str | None:
    try:
        with open(path, "rb") as stream:
            return path if word in stream.read() else None
    except OSError:  # none there, or not for us to read: then it is not where the settings are
        return None
