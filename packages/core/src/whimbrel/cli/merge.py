"""``whimbrel merge``."""

from __future__ import annotations

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.session import Session


@click.command("merge", cls=Command)
@options.revision_argument("revisions", nargs=-1, required=True)
@options.message
@options.branch_label
@options.rev_id
@options.splice
@click.pass_obj
def command(
    session: Session,
    revisions: tuple[str, ...],
    message: str | None,
    branch_label: str | None,
    rev_id: str | None,
    splice: bool,
) -> None:
    """Create a revision that joins REVISIONS; heads means all heads."""
    from whimbrel.commands.merge import merge

    session.run(merge, revisions=revisions, message=message, branch_label=branch_label, rev_id=rev_id, splice=splice)
