"""``whimbrel list_templates``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("list_templates", cls=Command)
@options.as_json
@click.pass_obj
def command(session: Session, as_json: bool) -> None:
    """List the templates that init can use."""
    from whimbrel.commands.list_templates import list_templates

    session.run_without_settings(list_templates, as_json=as_json)
