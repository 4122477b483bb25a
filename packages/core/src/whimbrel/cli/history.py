"""``whimbrel history``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("history", cls=Command)
@click.option(
    "-r", "--rev-range", metavar="[START]:[END]", help="Both included; current asks the database: -r current:"
)
@options.verbose
@click.option("-i", "--indicate-current", is_flag=True, help="Mark the revisions the database is at.")
@click.option("-g", "--graph", is_flag=True, help="Draw the graph.")
@options.as_json
@click.pass_obj
def command(
    session: Session, rev_range: str | None, verbose: bool, indicate_current: bool, graph: bool, as_json: bool
) -> None:
    """List the revisions, newest first."""
    from whimbrel.commands.history import history

    asks_database = indicate_current or "current" in (rev_range or "")
    run = session.run_environment if asks_database else session.run
    run(
        history,
        rev_range=rev_range,
        verbose=verbose,
        indicate_current=indicate_current,
        graph=graph,
        as_json=as_json,
    )
