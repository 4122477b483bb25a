"""``whimbrel ensure_version``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("ensure_version", cls=Command)
@options.sql
@click.pass_obj
def command(session: Session, sql: bool) -> None:
    """Create the version table if the database lacks it."""
    from whimbrel.commands.ensure_version import ensure_version

    session.run_environment(ensure_version, sql=sql)
