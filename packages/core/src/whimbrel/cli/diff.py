"""``whimbrel diff``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("diff", cls=Command)
@options.as_json
@options.rename
@options.allow_drop_table
@click.pass_obj
def command(session: Session, as_json: bool, rename: tuple[str, ...], allow_drop_table: list[str] | None) -> None:
    """Show in what models and database differ, + lacking, - too much, ~ different; the exit code judges nothing."""
    from whimbrel.commands.diff import diff

    session.run_comparison(diff, as_json=as_json, rename=list(rename), allow_drop_table=allow_drop_table)
