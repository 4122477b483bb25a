"""``whimbrel log``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("log", cls=Command)
@options.revision_argument(required=False)
@click.option("-n", "--limit", type=click.IntRange(1), metavar="N", help="Show the newest N records only.")
@options.verbose
@options.as_json
@click.pass_obj
def command(session: Session, revision: str | None, limit: int | None, verbose: bool, as_json: bool) -> None:
    """Show what ran on the database: when, for how long, by whom, and how it ended; newest first.

    With REVISION, only its own records.
    """
    from whimbrel.commands.log import log

    session.run_environment(log, revision=revision, limit=limit, verbose=verbose, as_json=as_json)
