"""Commands that other distributions add to ``whimbrel``: a click command behind an entry point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.entry_points import COMMANDS, EntryPoint, installed, may_have, switched_on
from whimbrel.errors import PluginError
from whimbrel.plugins.info import describe

if TYPE_CHECKING:
    import click


def command_names(disabled: bool = False) -> list[str]:
    """Return the names of the commands that are installed beside core, without importing any of them.

    :param disabled: leave outsiders' out (``--no-plugins``); ``WHIMBREL_DISABLE_PLUGINS=1`` does the same.
    """
    return sorted({point.name for point in _points(disabled)})


def load_command(name: str, disabled: bool = False) -> click.Command | None:
    """Import and return the command called *name*; ``None`` where no distribution has it.

    :param name: the name, as it is typed.
    :param disabled: as for :func:`command_names`.
    :raises PluginError: two distributions have it, its module cannot be imported, or it is no click command.

    Example::

        command = load_command("views")
    """
    points = [point for point in _points(disabled) if point.name == name]
    if not points:
        return None
    if len(points) > 1:
        raise PluginError(
            f"The command {name!r} is claimed by {' and by '.join(point.source for point in points)}.",
            f"Keep one of them:  pip uninstall {points[-1].distribution}",
            plugin=name,
        )
    point = points[0]
    try:
        return command_of(point)
    except (Exception, SystemExit) as error:  # whatever a stranger's module does, the user is told whose it is
        raise PluginError(
            f"The {point.label} cannot be loaded: {describe(error)}",
            f"Mend it:  pip install --upgrade {point.distribution}",
            plugin=name,
            distribution=point.source,
        ) from error


def command_of(point: EntryPoint) -> click.Command:
    """Import the command behind one entry point.

    :param point: an entry point of the group ``whimbrel.commands``.
    :raises PluginError: it is no click command; any error of its module passes through.
    """
    import click

    found = point.load()
    if not isinstance(found, click.Command):
        raise PluginError(f"{point.value} is {type(found).__name__}, not a click command")
    return found


def _points(disabled: bool) -> list[EntryPoint]:
    if not may_have(COMMANDS):
        return []
    off = disabled or switched_on("WHIMBREL_DISABLE_PLUGINS")
    return [point for point in installed(COMMANDS) if point.is_own or not off]
