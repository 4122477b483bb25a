"""Options and arguments that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from whimbrel.cli.terminal.completing import complete_revision

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

verbose = click.option("-v", "--verbose", is_flag=True, help="Print all that is known of each.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
sql = click.option("--sql", is_flag=True, help="Write the SQL to standard output; open no database.")
tag = click.option("--tag", metavar="TEXT", help="A free word for env.py: context.get_tag_argument().")
dry_run = click.option("--dry-run", is_flag=True, help="Run it in one transaction, and roll that back.")
message = click.option("-m", "--message", metavar="TEXT", help="What the revision does; its first line and file name.")
branch_label = click.option("--branch-label", metavar="LABEL", help="Name the branch that the new revision begins.")
rename = click.option(
    "--rename",
    multiple=True,
    metavar="OLD:NEW",
    help="Declare a rename: users.nick:users.nickname, or users:members for a table; may be repeated.",
)
rev_id = click.option("--rev-id", metavar="ID", help="An id of your own instead of a made-up one.")
splice = click.option("--splice", is_flag=True, help="Allow a revision that is no head to go on from.")


allow_drop_table = click.option(
    "--allow-drop-table",
    multiple=True,
    is_flag=False,
    flag_value="*",
    metavar="[TABLE]",
    callback=lambda context, parameter, names: list(names) or None,
    help="Drop tables that the models lack: all, or those of a name (legacy_*). May be repeated.",
)


def revision_argument(name: str = "revision", **options: Any) -> Callable[[Decorated], Decorated]:
    """Return an argument that takes revision identifiers and completes them.

    :param name: the parameter's name.
    :param options: further keywords of :func:`click.argument`.
    """
    return click.argument(name, shell_complete=complete_revision, **options)
