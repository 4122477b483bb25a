"""``downgrade``: bring a database back to an earlier revision."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from whimbrel.commands.protection import agreed
from whimbrel.commands.run import run, split_range
from whimbrel.errors import CommandError
from whimbrel.runtime.questioner import Questioner

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.runtime.report import Reporter


def downgrade(
    config: Config,
    revision: str,
    sql: bool = False,
    tag: str | None = None,
    *,
    reporter: Reporter | None = None,
    dry_run: bool = False,
    yes: bool = False,
    questioner: Questioner | None = None,
) -> None:
    """Run the ``downgrade()`` of each revision above *revision*, newest first.

    :param config: the settings.
    :param revision: the identifier to go back to: an id, ``base``, ``-1``, ``label@base``; with *sql* ``from:to``.
    :param sql: write the SQL to the output instead of executing it.
    :param tag: a free word for env.py, which reads it with ``context.get_tag_argument()``.
    :param reporter: is told how the run goes; by default each step is a log line.
    :param dry_run: take the steps in one transaction, and roll it back.
    :param yes: lose data although the setting ``protected`` is on.
    :param questioner: is asked where that is on, data is lost, and *yes* is not given; by default nobody is.
    :raises ProtectedDatabase: nobody has agreed to a loss.
    :raises CommandError: a range without *sql*, or *sql* without a range.
    :raises MigrationFailed: a revision raised.

    Example::

        whimbrel.command.downgrade(Config("whimbrel.ini"), "-1")
    """
    start, target = split_range(revision, sql=sql)
    if sql and start is None:
        raise CommandError(
            "downgrade with --sql requires <fromrev>:<torev>: without a database nobody knows where to start.",
            f"For example:  whimbrel downgrade head:{revision} --sql",
        )
    check = None if yes or sql or dry_run else partial(agreed, config, questioner or Questioner(), target)
    run(
        config,
        "downgrade",
        target,
        start=start,
        sql=sql,
        tag=tag,
        reporter=reporter,
        dry_run=dry_run,
        check=check,
    )
