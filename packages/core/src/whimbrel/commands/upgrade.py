"""``upgrade``: bring a database up to a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.commands.run import run, split_range

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.runtime.report import Reporter


def upgrade(
    config: Config,
    revision: str,
    sql: bool = False,
    tag: str | None = None,
    *,
    reporter: Reporter | None = None,
    dry_run: bool = False,
) -> None:
    """Run the ``upgrade()`` of each revision between where the database is and *revision*.

    :param config: the settings.
    :param revision: the identifier to reach: an id, ``head``, ``heads``, ``+2``, ``label@head``; with *sql* also
        ``from:to``.
    :param sql: write the SQL to the output instead of executing it.
    :param tag: a free word for env.py, which reads it with ``context.get_tag_argument()``.
    :param reporter: is told how the run goes; by default each step is a log line.
    :param dry_run: take the steps in one transaction, and roll it back.
    :raises CommandError: a range without *sql*; *dry_run* where a rollback would not undo all.
    :raises MigrationFailed: a revision raised.

    Example::

        whimbrel.command.upgrade(Config("whimbrel.ini"), "head")
    """
    start, target = split_range(revision, sql=sql)
    run(config, "upgrade", target, start=start, sql=sql, tag=tag, reporter=reporter, dry_run=dry_run)
