"""``whimbrel branches``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("branches", cls=Command)
@options.verbose
@options.as_json
@click.pass_obj
def command(session: Session, verbose: bool, as_json: bool) -> None:
    """Show the revisions that more than one revision follows."""
    from whimbrel.commands.branches import branches

    session.run(branches, verbose=verbose, as_json=as_json)
