"""``whimbrel heads``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("heads", cls=Command)
@options.verbose
@click.option("--resolve-dependencies", is_flag=True, help="Leave out a head that another revision depends on.")
@options.as_json
@click.pass_obj
def command(session: Session, verbose: bool, resolve_dependencies: bool, as_json: bool) -> None:
    """Show the newest revisions: one, unless the history has branches."""
    from whimbrel.commands.heads import heads

    session.run(heads, verbose=verbose, resolve_dependencies=resolve_dependencies, as_json=as_json)
