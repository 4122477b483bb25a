"""``diff``: in what do models and database differ?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from whimbrel.commands.autogenerate import Hints, compare
from whimbrel.commands.differences import Difference, differences, lines
from whimbrel.commands.facts import print_json, print_lines
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.operations.ops import MigrationScript
    from whimbrel.runtime.migration import MigrationContext


@dataclass(slots=True)
class Found:
    """What one comparison of all databases has found.

    :param differences: the differences.
    :param notes: what a person should know besides.
    :param tuples: the differences as ``compare_metadata()`` lists them.
    """

    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tuples: list[Any] = field(default_factory=list)


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
        with ``what``, ``database`` and ``models``); and ``notes``, a list of texts.
    :param rename: what was renamed: ``old:new`` each; see :func:`whimbrel.commands.revision.revision`.
    :param allow_drop_table: show tables that the models lack as differences, or those of these names; else a note
        lists them. By default as env.py and the settings say.
    :raises AutogenerateNotInstalled: the package that compares is missing.

    Example::

        whimbrel.command.diff(Config("whimbrel.ini"))
    """
    hints = Hints(rename, allow_drop_table=allow_drop_table)
    show(config, compared(config, hints, asked="diff", at_heads=False), as_json=as_json)


def compared(config: Config, hints: Hints, *, asked: str, at_heads: bool) -> Found:
    """Compare each database with its models.

    :param config: the settings.
    :param hints: what was told of the comparison; nobody is asked about more.
    :param asked: what needs it, for messages.
    :param at_heads: refuse a database that is not at the heads; else a note says so.
    """
    found = Found()

    def take(_heads: tuple[str, ...], context: MigrationContext, lacking: MigrationScript) -> None:
        found.differences += differences(lacking.upgrade_ops_list, context.dialect)
        found.notes += lacking.notes
        found.tuples += [one for half in lacking.upgrade_ops_list for one in half.as_diffs()]

    compare(
        config,
        ScriptDirectory.from_config(config),
        take,
        asked=asked,
        behind=None if at_heads else found.notes,
        hints=hints,
    )
    return found


def show(config: Config, found: Found, *, as_json: bool) -> None:
    """Print what was found.

    :param config: owns the stream.
    :param found: what was found.
    :param as_json: print a JSON object instead of lines.
    """
    if as_json:
        print_json(config, {"differences": [item.as_data() for item in found.differences], "notes": found.notes})
        return
    print_lines(config, lines(found.differences))
    print_lines(config, (f"Note: {note}" for note in found.notes))
    if not found.differences:
        config.print_stdout("No new upgrade operations detected.")
