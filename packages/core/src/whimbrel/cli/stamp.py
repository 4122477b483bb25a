"""``whimbrel stamp``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("stamp", cls=Command)
@options.revision_argument("revisions", nargs=-1, required=True)
@options.sql
@options.tag
@click.option("--purge", is_flag=True, help="Forget every row of the version table first.")
@click.pass_obj
def command(session: Session, revisions: tuple[str, ...], sql: bool, tag: str | None, purge: bool) -> None:
    """Say that the database is at REVISIONS, without running any.

    Several revisions are for a history with several branches; heads means all of them.
    """
    from whimbrel.commands.stamp import stamp

    reporter = None if sql else session.progress()
    session.run_environment(stamp, revision=revisions, sql=sql, tag=tag, purge=purge, reporter=reporter)
