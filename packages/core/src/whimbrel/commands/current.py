"""``current``: the revisions a database is at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whimbrel.commands.database import look, shown_url
from whimbrel.commands.facts import facts_of, print_json, print_lines
from whimbrel.errors import DatabaseNotAtHead
from whimbrel.runtime.request import require_known
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whimbrel.config import Config
    from whimbrel.runtime.journal.table import Entry
    from whimbrel.runtime.migration import MigrationContext
    from whimbrel.script import Script


class Standing:
    """Where one database stands.

    :param url: its URL, the password hidden; ``None`` where env.py gave no connection.
    :param rows: its version table.
    :param revisions: the revisions it is at: its rows, and the heads that those imply by depending on them.
    :param unfinished: what is noted of a revision that was interrupted.
    """

    __slots__ = ("revisions", "rows", "unfinished", "url")

    def __init__(
        self, url: str | None, rows: tuple[str, ...], revisions: tuple[Script, ...], unfinished: Sequence[Entry]
    ) -> None:
        self.url = url
        self.rows = rows
        self.revisions = revisions
        self.unfinished = unfinished


def current(config: Config, check_heads: bool = False, verbose: bool = False, *, as_json: bool = False) -> None:
    """Print the revisions that the database is at.

    :param config: the settings.
    :param check_heads: raise unless the database is at every head.
    :param verbose: print which database it is, and all that is known of each revision.
    :param as_json: print a JSON list instead, one entry a database: ``database``, ``rows`` (the version table),
        ``at_head``, ``revisions``, and ``unfinished``: ``null``, or the ``revision`` that was interrupted, its
        ``direction``, and the statements that are ``done``.
    :raises DatabaseNotAtHead: *check_heads*, and a head is missing. What is current is printed first.

    Example::

        whimbrel.command.current(config, check_heads=True)
    """
    script = ScriptDirectory.from_config(config)
    standings: list[Standing] = []

    def at(rows: tuple[str, ...], context: MigrationContext) -> None:
        require_known(script.revision_map, rows, context.version_table)
        found = sorted(script.get_all_current(rows), key=lambda item: item.revision)
        standings.append(Standing(shown_url(context), rows, tuple(found), context.safeguards.unfinished()))

    look(config, script, at)
    heads = frozenset(script.get_heads())
    behind = [standing for standing in standings if _missing(standing, heads)]
    if as_json:
        print_json(config, [_facts(standing, heads) for standing in standings])
    else:
        for standing in standings:
            if verbose:
                config.print_stdout("%s", f"Current revision(s) for {standing.url}:")
            print_lines(config, (item.cmd_format(verbose) for item in standing.revisions))
            if not standing.revisions and config.stdout.isatty():  # a program counts lines, a person wonders
                config.print_stdout("<base>")
            if standing.unfinished and (verbose or config.stdout.isatty()):
                config.print_stdout("%s", _interrupted(standing.unfinished))
    if check_heads and behind:
        raise _not_at_head(behind[0], heads)


def _missing(standing: Standing, heads: frozenset[str]) -> frozenset[str]:
    return heads - {item.revision for item in standing.revisions}


def _facts(standing: Standing, heads: frozenset[str]) -> dict[str, Any]:
    return {
        "database": standing.url,
        "rows": list(standing.rows),
        "at_head": not _missing(standing, heads),
        "revisions": [facts_of(item) for item in standing.revisions],
        "unfinished": _unfinished_facts(standing.unfinished),
    }


def _unfinished_facts(entries: Sequence[Entry]) -> dict[str, Any] | None:
    if not entries:
        return None
    return {
        "revision": entries[0].revision,
        "direction": entries[0].direction,
        "done": [item.statement for item in entries],
    }


def _interrupted(entries: Sequence[Entry]) -> str:
    first = entries[0]
    return (
        f"Revision {first.revision} was interrupted in {first.direction}(), at its statement "
        f"{entries[-1].position + 1}. To finish it:  whimbrel resume"
    )


def _not_at_head(standing: Standing, heads: frozenset[str]) -> DatabaseNotAtHead:
    at = ", ".join(sorted(standing.rows)) or "base"
    return DatabaseNotAtHead(
        f"Database is not on all head revisions: it is at {at}, not yet at "
        f"{', '.join(sorted(_missing(standing, heads)))}.",
        "Bring it there:  whimbrel upgrade heads",
    )
