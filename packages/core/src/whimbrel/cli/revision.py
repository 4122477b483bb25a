"""``whimbrel revision``."""

from __future__ import annotations

from typing import Any

import click

from whimbrel.cli.terminal import options
from whimbrel.cli.terminal.command import Command
from whimbrel.cli.terminal.completing import complete_revision
from whimbrel.cli.terminal.session import Session


@click.command("revision", cls=Command)
@options.message
@click.option("--autogenerate", is_flag=True, help="Fill it with what makes the database like the models.")
@click.option("--verify", is_flag=True, help="Try what --autogenerate wrote on a scratch copy, up and down.")
@click.option("--sql", is_flag=True, help="Let env.py run without a database (with revision_environment).")
@click.option("--head", default="head", shell_complete=complete_revision, help="Go on from this one.  [head]")
@options.splice
@options.branch_label
@click.option("--version-path", metavar="FOLDER", help="Which of the version_locations to write to.")
@options.rev_id
@click.option("--depends-on", multiple=True, metavar="REV", help="A revision that has to run before; may be repeated.")
@options.rename
@options.allow_drop_table
@click.pass_obj
def command(
    session: Session,
    message: str | None,
    autogenerate: bool,
    verify: bool,
    sql: bool,
    head: str,
    splice: bool,
    branch_label: str | None,
    version_path: str | None,
    rev_id: str | None,
    depends_on: tuple[str, ...],
    rename: tuple[str, ...],
    allow_drop_table: list[str] | None,
) -> None:
    """Create a new revision file."""
    from whimbrel.commands.revision import revision

    # Where only the setting revision_environment makes it run env.py, log lines are left to env.py.
    run = session.run_comparison if autogenerate else session.run_environment if sql else session.run
    run(
        revision,
        message=message,
        autogenerate=autogenerate,
        verify=verify,
        sql=sql,
        head=head,
        splice=splice,
        branch_label=branch_label,
        version_path=version_path,
        rev_id=rev_id,
        depends_on=list(depends_on) or None,
        rename=list(rename),
        allow_drop_table=allow_drop_table,
        **_questioner(session, autogenerate),
    )


def _questioner(session: Session, autogenerate: bool) -> dict[str, Any]:
    if not autogenerate:
        return {}
    from whimbrel.cli.terminal.questions import questioner

    return {"questioner": questioner(session)}
