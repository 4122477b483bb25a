"""``stamp``: say which revision a database is at, without running one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from whimbrel.commands.run import run, split_range

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.runtime.report import Reporter


def stamp(
    config: Config,
    revision: str | Sequence[str],
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
    *,
    reporter: Reporter | None = None,
) -> None:
    """Write into the version table that the database is at *revision*.

    :param config: the settings.
    :param revision: one identifier, or several; with *sql* also one ``from:to``.
    :param sql: write the SQL to the output instead of executing it.
    :param tag: a free word for env.py, which reads it with ``context.get_tag_argument()``.
    :param purge: forget every row of the version table first, those that no file has included.
    :param reporter: is told how the run goes; by default each step is a log line.
    :raises ResolutionError: an identifier names no revision.

    Example::

        whimbrel.command.stamp(Config("whimbrel.ini"), "head")
    """
    names = (revision,) if isinstance(revision, str) else tuple(revision)
    ranges = [split_range(name, sql=sql) for name in names]
    start = next((start for start, _ in ranges if start is not None), None)
    run(
        config,
        "stamp",
        tuple(target for _, target in ranges),
        start=start,
        sql=sql,
        tag=tag,
        purge=purge,
        reporter=reporter,
    )
