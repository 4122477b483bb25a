"""``whimbrel resume``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("resume", cls=Command)
@click.pass_obj
def command(session: Session) -> None:
    """Finish the revision that was interrupted, and nothing else.

    What it had done is skipped.
    """
    from whimbrel.commands.resume import resume

    session.run_environment(resume)
