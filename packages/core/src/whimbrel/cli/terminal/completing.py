"""Completing revisions in the shell: branch labels, symbols, and ids with their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_MOST = 200
"""Candidates offered at once; a shell asks before it shows more than a page anyway."""


def complete_revision(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the revisions whose identifier begins with *incomplete*, newest first; none where settings are wrong."""
    from click.shell_completion import CompletionItem

    from whimbrel.cli.terminal.session import Session
    from whimbrel.errors import CommandError
    from whimbrel.script import ScriptDirectory

    session = Session()
    session.take(**ctx.find_root().params)  # nobody else does: a line that is being typed is not run
    try:
        script = ScriptDirectory.from_config(session.config(complete_revision, {}), to_read=True)
        revisions = list(script.walk_revisions())
    except CommandError:
        return []
    items = {"head": "the newest", "heads": "the newest of every branch", "base": "before the first"}
    for item in revisions:
        items.update((f"{label}@head", "") for label in sorted(item.branch_labels))
    items.update((item.revision, item.doc) for item in revisions)
    found = [CompletionItem(name, help=told or None) for name, told in items.items() if name.startswith(incomplete)]
    return found[:_MOST]
