"""``whimbrel repair``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("repair", cls=Command)
@options.as_json
@click.pass_obj
def command(session: Session, as_json: bool) -> None:
    """Accept files that were edited after they had been applied, and close the records of runs that died.

    No revision is run.
    """
    from whimbrel.commands.repair import repair

    session.run_environment(repair, as_json=as_json)
