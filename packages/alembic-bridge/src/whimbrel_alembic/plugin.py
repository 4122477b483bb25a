"""What this package does when a run begins: ``import alembic`` finds it from then on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from whimbrel.plugins import hookimpl

if TYPE_CHECKING:
    from whimbrel.config import Config


@hookimpl
def whimbrel_config_sources(config: Config) -> None:
    """Install the import finder; this is the first thing that a run asks its plugins.

    A project of Whimbrel's own may hold scripts written for Alembic; they find us, unless the process uses the real
    package beside Whimbrel.
    """
    from whimbrel_alembic.convention import ALEMBIC
    from whimbrel_alembic.finder import install

    is_theirs = config.convention is ALEMBIC
    if is_theirs or "alembic" not in sys.modules:
        install()
    if is_theirs:
        from whimbrel_alembic.plugins import load_entry_points

        load_entry_points()
