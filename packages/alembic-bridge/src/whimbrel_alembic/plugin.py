"""What this package does in a run: ``import alembic`` finds it, and new scripts are such that Alembic can run them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from whimbrel.plugins import hookimpl

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.operations.ops import MigrationScript
    from whimbrel.runtime.migration import MigrationContext


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


@hookimpl(optionalhook=True, trylast=True)
def whimbrel_process_directives(context: MigrationContext, script: MigrationScript) -> None:
    """Leave out what Alembic has no operation for, and log what was found, as Alembic does.

    The hook is the autogenerate package's, where that is installed.
    """
    from whimbrel_alembic.convention import ALEMBIC

    if context.config is not None and context.config.convention is ALEMBIC:
        from whimbrel_alembic.findings import log_findings
        from whimbrel_alembic.portable import keep_portable

        log_findings(script, context.dialect)
        keep_portable(script, context.dialect)
