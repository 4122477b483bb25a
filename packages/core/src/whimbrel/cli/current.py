"""``whimbrel current``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("current", cls=Command)
@click.option("-c", "--check-heads", is_flag=True, help="Exit with code 4 unless the database is at every head.")
@options.verbose
@options.as_json
@click.pass_obj
def command(session: Session, check_heads: bool, verbose: bool, as_json: bool) -> None:
    """Show the revisions the database is at."""
    from whimbrel.commands.current import current

    session.run_environment(current, check_heads=check_heads, verbose=verbose, as_json=as_json)
