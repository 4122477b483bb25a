"""``plugins``: what is installed beside core, and how it fares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.commands.facts import print_json, print_lines
from whimbrel.plugins import Plugins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whimbrel.config import Config
    from whimbrel.plugins import PluginInfo

_HEADINGS = {
    "whimbrel.dialects": "Dialects",
    "whimbrel.plugins": "Plugins",
    "whimbrel.commands": "Commands",
}


def plugins(config: Config, *, as_json: bool = False) -> list[PluginInfo]:
    """Print the installed plugins: from which distribution and version, and whether they can be loaded.

    :param config: owns the stream.
    :param as_json: print a JSON list instead.
    :return: the plugins, by group and name.

    Example::

        whimbrel.command.plugins(Config())
    """
    found = Plugins.load(warn=False).report(probe=True)
    if as_json:
        print_json(config, [item._asdict() for item in found])
    elif found:
        print_lines(config, _told(found))
    else:
        config.print_stdout("No plugins are installed. One for each database:  pip install whimbrel-sqlite")
    return found


def _told(found: list[PluginInfo]) -> Iterator[str]:
    widest = max(len(item.name) for item in found)
    for group, heading in _HEADINGS.items():
        members = [item for item in found if item.group == group]
        if members:
            yield f"{heading} ({group}):"
        for item in members:
            state = f"{item.state}: {item.error}" if item.error else item.state
            yield f"  {item.name:<{widest}}  {item.distribution} {item.version}  {state}"
