"""``whimbrel edit``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("edit", cls=Command)
@options.revision_argument("rev")
@click.pass_obj
def command(session: Session, rev: str) -> None:
    """Open the files of REV in $VISUAL, $EDITOR or an editor the system has; current asks the database."""
    from whimbrel.commands.edit import edit

    run = session.run_environment if rev == "current" else session.run
    run(edit, rev=rev)
