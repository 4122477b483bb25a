"""``diff``: in what do models and database differ?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from whimbrel.commands.autogenerate import Hints, compare
from whimbrel.commands.database import shown_url
from whimbrel.commands.differences import Difference, differences, lines
from whimbrel.commands.facts import print_json, print_lines
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.operations.ops import MigrationScript
    from whimbrel.runtime.migration import MigrationContext


class Found(NamedTuple):
    """What a comparison of one database has found.

    :param url: its URL, the password hidden; ``None`` where env.py gave no connection.
    :param differences: the differences.
    :param notes: what a person should know besides.
    :param tuples: the differences as ``compare_metadata()`` lists them.
    """

    url: str | None
    differences: list[Difference]
    notes: list[str]
    tuples: list[Any]


def diff(
    config: Config,
    *,
    as_json: bool = False,
    rename: Sequence[str] = (),
    allow_drop_table: bool | Sequence[str] | None = None,
) -> None:
    """Print in what models and database differ, whether or not the database is at the heads.

    :param config: the settings.
    :param as_json: print a JSON object instead of lines: ``differences``, a list of objects with ``change`` (``add``,
        ``drop`` or ``alter``), ``kind``, ``name``, ``table``, ``schema``, ``detail`` and ``changes`` (a list of objects
        with ``what``, ``database`` and ``models``), and ``database``, the URL; and ``notes``, a list of texts.
    :param rename: what was renamed: ``old:new`` each; see :func:`whimbrel.commands.revision.revision`.
    :param allow_drop_table: show tables that the models lack as differences, or those of these names; else a note
        lists them. By default as env.py and the settings say.
    :raises AutogenerateNotInstalled: the package that compares is missing.

    Example::

        whimbrel.command.diff(Config("whimbrel.ini"))
    """
    hints = Hints(rename, allow_drop_table=allow_drop_table)
    show(config, compared(config, hints, asked="diff", at_heads=False), as_json=as_json)


def compared(config: Config, hints: Hints, *, asked: str, at_heads: bool) -> list[Found]:
    """Compare each database with its models.

    :param config: the settings.
    :param hints: what was told of the comparison; nobody is asked about more.
    :param asked: what needs it, for messages.
    :param at_heads: refuse a database that is not at the heads; else a note says so.
    """
    found: list[Found] = []
    behind: list[str] = []

    def take(_heads: tuple[str, ...], context: MigrationContext, lacking: MigrationScript) -> None:
        differ = differences(lacking.upgrade_ops_list, context.dialect)
        tuples = [one for half in lacking.upgrade_ops_list for one in half.as_diffs()]
        found.append(Found(shown_url(context), differ, [*behind, *lacking.notes], tuples))
        behind.clear()

    script = ScriptDirectory.from_config(config)
    compare(config, script, take, asked=asked, behind=None if at_heads else behind, hints=hints)
    return found


def show(config: Config, found: Sequence[Found], *, as_json: bool) -> None:
    """Print what was found.

    :param config: owns the stream.
    :param found: what was found, for each database.
    :param as_json: print a JSON object instead of lines.
    """
    if as_json:
        told = [{**item.as_data(), "database": one.url} for one in found for item in one.differences]
        print_json(config, {"differences": told, "notes": [note for one in found for note in one.notes]})
        return
    for one in found:
        if len(found) > 1 and (one.differences or one.notes):
            config.print_stdout("%s", f"Database {one.url}:")
        print_lines(config, lines(one.differences))
        print_lines(config, (f"Note: {note}" for note in one.notes))
    if not any(one.differences for one in found):
        config.print_stdout("No new upgrade operations detected.")
