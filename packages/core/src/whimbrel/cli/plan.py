"""``whimbrel plan``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("plan", cls=Command)
@options.revision_argument(required=False, default="heads")
@click.option("--downgrade", is_flag=True, help="Show what downgrade would run.")
@click.option("--timings", metavar="FILE", help="What log --json printed elsewhere, for durations.")
@click.option("--check", is_flag=True, help="Exit with code 4 if there is anything to run.")
@options.as_json
@click.pass_obj
def command(session: Session, revision: str, downgrade: bool, timings: str | None, check: bool, as_json: bool) -> None:
    """Show what would run to bring the database to REVISION, and run nothing.

    REVISION is heads unless said otherwise. Each revision is shown with its operations and their SQL.
    """
    from whimbrel.commands.plan import plan

    session.run_environment(plan, revision=revision, downgrade=downgrade, timings=timings, check=check, as_json=as_json)
