"""``whimbrel downgrade``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("downgrade", cls=Command)
@options.revision_argument()
@options.sql
@options.tag
@options.dry_run
@click.option("--yes", is_flag=True, help="Lose data although the setting protected is on.")
@click.pass_obj
def command(session: Session, revision: str, sql: bool, tag: str | None, dry_run: bool, yes: bool) -> None:
    """Bring the database back to REVISION.

    REVISION is an id or the beginning of one, base, -1, a branch's label@base, or, with --sql, FROM:TO.
    """
    from whimbrel.cli.terminal.questions import questioner
    from whimbrel.commands.downgrade import downgrade

    reporter = None if sql else session.progress()
    session.run_environment(
        downgrade,
        revision=revision,
        sql=sql,
        tag=tag,
        dry_run=dry_run,
        yes=yes,
        reporter=reporter,
        questioner=questioner(session),
    )
