"""``whimbrel upgrade``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("upgrade", cls=Command)
@options.revision_argument()
@options.sql
@options.tag
@options.dry_run
@click.pass_obj
def command(session: Session, revision: str, sql: bool, tag: str | None, dry_run: bool) -> None:
    """Bring the database up to REVISION.

    REVISION is an id or the beginning of one, head, heads, +2, a branch's label@head, or, with --sql, FROM:TO.
    """
    from whimbrel.commands.upgrade import upgrade

    reporter = None if sql else session.progress()
    session.run_environment(upgrade, revision=revision, sql=sql, tag=tag, dry_run=dry_run, reporter=reporter)
