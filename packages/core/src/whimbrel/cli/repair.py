"""``whimbrel repair``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("repair", cls=Command)
@click.option("--mark-applied", metavar="REV", help="The interrupted revision REV is all done; say so.")
@click.option("--mark-rolled-back", metavar="REV", help="Nothing of the interrupted revision REV is there; forget it.")
@options.as_json
@click.pass_obj
def command(session: Session, mark_applied: str | None, mark_rolled_back: str | None, as_json: bool) -> None:
    """Accept files that were edited after they had been applied, and close the records of runs that died.

    With --mark-applied or --mark-rolled-back, settle a revision that was interrupted, when you have put the database
    right by hand. No revision is run.
    """
    from whimbrel.commands.repair import repair

    session.run_environment(repair, mark_applied=mark_applied, mark_rolled_back=mark_rolled_back, as_json=as_json)
