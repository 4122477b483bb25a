"""``heads``: the newest revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.commands.facts import facts_of, print_json, print_lines
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config


def heads(config: Config, verbose: bool = False, resolve_dependencies: bool = False, *, as_json: bool = False) -> None:
    """Print the head revisions.

    :param config: the settings.
    :param verbose: print all that is known of each.
    :param resolve_dependencies: leave out a head that another revision depends on.
    :param as_json: print a JSON list instead.

    Example::

        whimbrel.command.heads(Config("whimbrel.ini"))
    """
    script = ScriptDirectory.from_config(config, to_read=True)
    found = script.get_revisions(script.get_heads(consider_depends_on=resolve_dependencies))
    if as_json:
        print_json(config, [facts_of(head) for head in found])
    else:
        print_lines(config, (head.cmd_format(verbose, include_branches=True, tree_indicators=False) for head in found))
