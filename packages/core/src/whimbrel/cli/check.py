"""``whimbrel check``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("check", cls=Command)
@options.as_json
@options.rename
@options.allow_drop_table
@click.pass_obj
def command(session: Session, as_json: bool, rename: tuple[str, ...], allow_drop_table: list[str] | None) -> None:
    """Tell whether models and database differ: exit code 0 no, 3 yes."""
    from whimbrel.commands.check import check

    session.run_comparison(check, as_json=as_json, rename=list(rename), allow_drop_table=allow_drop_table)
