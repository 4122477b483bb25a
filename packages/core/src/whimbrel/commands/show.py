"""``show``: all that is known of a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.commands.facts import facts_of, print_json, print_lines
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config


def show(config: Config, rev: str, *, as_json: bool = False) -> None:
    """Print all that is known of the revisions that *rev* names.

    :param config: the settings.
    :param rev: an identifier; ``current`` asks the database.
    :param as_json: print a JSON list instead, with the docstring of each as ``description``.
    :raises ResolutionError: it names none.

    Example::

        whimbrel.command.show(config, "head")
    """
    script = ScriptDirectory.from_config(config, to_read=True)
    if rev == "current":
        from whimbrel.commands.database import current_rows

        found = script.get_revisions(current_rows(config, script))
    else:
        found = script.get_revisions(rev)
    if as_json:
        print_json(config, [{**facts_of(item), "description": item.longdoc} for item in found])
    else:
        print_lines(config, (item.log_entry for item in found))
