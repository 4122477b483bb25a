"""``whimbrel init``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("init", cls=Command)
@click.argument("directory", type=click.Path())
@click.option("-t", "--template", default="generic", help="One of list_templates.  [generic]")
@click.option("--package", is_flag=True, help="Write an __init__.py into the folder and into versions.")
@click.pass_obj
def command(session: Session, directory: str, template: str, package: bool) -> None:
    """Create the migrations folder DIRECTORY and its settings; what is there already stays as it is."""
    from whimbrel.commands.init import init

    session.run_without_settings(init, directory=directory, template=template, package=package)
