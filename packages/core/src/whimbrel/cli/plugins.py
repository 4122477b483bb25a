"""``whimbrel plugins``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("plugins", cls=Command)
@options.as_json
@click.pass_obj
def command(session: Session, as_json: bool) -> None:
    """List the installed plugins: dialects, operations, commands, from which package, and whether they load."""
    from whimbrel.commands.plugins import plugins

    session.run_without_settings(plugins, as_json=as_json)
