"""``whimbrel show``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("show", cls=Command)
@options.revision_argument("rev")
@options.as_json
@click.pass_obj
def command(session: Session, rev: str, as_json: bool) -> None:
    """Show all that is known of the revisions that REV names; current asks the database."""
    from whimbrel.commands.show import show

    run = session.run_environment if rev == "current" else session.run
    run(show, rev=rev, as_json=as_json)
