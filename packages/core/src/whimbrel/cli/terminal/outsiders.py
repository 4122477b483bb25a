"""The commands that installed packages bring."""

from __future__ import annotations

import click

from whimbrel.cli.table import COMMANDS
from whimbrel.entry_points import COMMANDS as GROUP
from whimbrel.entry_points import EntryPoint, installed


def find_commands(disabled: bool) -> dict[str, EntryPoint]:
    """Return the commands of installed packages by name; none is imported.

    :param disabled: leave out those that Whimbrel itself does not publish.
    """
    found: dict[str, EntryPoint] = {}
    for point in installed(GROUP):
        if disabled and not point.is_own:
            continue
        if point.name in COMMANDS:
            click.echo(
                f"Warning: {point.source} names a command {point.name!r}, which is built in; left out.", err=True
            )
        elif point.name in found:
            click.echo(f"Warning: {point.source} names a command {point.name!r} a second time; left out.", err=True)
        else:
            found[point.name] = point
    return found


def load_command(point: EntryPoint) -> click.Command:
    """Import and return one of them.

    One that cannot be imported is there all the same: help says that it is broken and from which package it comes,
    and running it says why.

    :param point: its entry point.
    """
    try:
        command = point.load()
    except (Exception, SystemExit) as error:  # a stranger's module may do anything; the other commands have to go on
        from whimbrel.plugins.info import describe

        return _broken(point, describe(error))
    if isinstance(command, click.Command):
        return command
    return _broken(point, f"{point.value} is not a click command")


def _broken(point: EntryPoint, reason: str) -> click.Command:
    def fail() -> None:
        raise click.ClickException(f"The command {point.name!r} of {point.source} cannot be loaded: {reason}")

    return click.Command(
        point.name,
        callback=fail,
        short_help=f"(broken: {point.source})",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
