"""One run: the settings and a wish, handed to the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from whimbrel.errors import CommandError, RevisionError
from whimbrel.revisions import RevisionMap, plan_downgrade, plan_upgrade
from whimbrel.runtime.environment import EnvironmentContext
from whimbrel.runtime.request import RunRequest
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from whimbrel.config import Config
    from whimbrel.revisions import MigrationStep
    from whimbrel.runtime.migration import MigrationContext
    from whimbrel.runtime.report import Reporter

    Check = Callable[[Sequence[MigrationStep], MigrationContext], None]


def split_range(revision: str, *, sql: bool) -> tuple[str | None, str]:
    """Return the two sides of ``from:to``; the first is ``None`` where *revision* is no range.

    :param revision: an identifier, or a range.
    :param sql: whether SQL is written as text, where a range says what cannot be asked of a database.
    :raises CommandError: a range for a live database, which knows by itself where to start.
    """
    start, colon, target = revision.partition(":")
    if not colon:
        return None, revision
    if not sql:
        raise CommandError(
            f"Range revision {revision!r} is not allowed: the database itself says where to start.",
            f"Name the revision to reach ({target or start}), or write SQL with --sql.",
        )
    if not target:
        raise CommandError(f"Range {revision!r} does not say where to stop.", f"For example:  {start}:head")
    return start or "base", target


def run(
    config: Config,
    kind: Literal["upgrade", "downgrade", "stamp"],
    target: str | tuple[str, ...],
    *,
    start: str | None,
    sql: bool,
    tag: str | None,
    purge: bool = False,
    reporter: Reporter | None = None,
    dry_run: bool = False,
    check: Check | None = None,
) -> None:
    """Run the environment once, with the wish to reach *target*.

    :param config: the settings.
    :param kind: which way.
    :param target: where to.
    :param start: where SQL written as text starts from.
    :param sql: write SQL as text.
    :param tag: a free word for env.py.
    :param purge: forget every version row first.
    :param reporter: is told how the run goes.
    :param dry_run: roll all of it back.
    :param check: is shown the steps before any is taken.
    :raises CommandError: *dry_run* with *sql*, or where a rollback would leave something.
    """
    if dry_run:
        if sql:
            raise CommandError("--sql runs nothing, and --dry-run runs it to roll it back.", "Choose one of them.")
        check = _undoable(check)
    script = ScriptDirectory.from_config(config)
    request = RunRequest(kind, target, purge=purge, reporter=reporter, dry_run=dry_run, check=check)
    destination = target if isinstance(target, str) else ",".join(target)
    if start is not None and kind == "upgrade":
        _require_upwards(script.revision_map, start, destination)
    with EnvironmentContext(
        config, script, request=request, as_sql=sql, starting_rev=start, destination_rev=destination, tag=tag
    ):
        script.run_env()
    if dry_run:
        config.print_stdout("Rolled back: this was a dry run, and the database is as it was.")


def _undoable(check: Check | None) -> Check:
    """Return a check that refuses what a dry run could not roll back, and does what *check* does."""

    def checked(steps: Sequence[MigrationStep], context: MigrationContext) -> None:
        from whimbrel.runtime.dry_run import refuse_what_stays

        refuse_what_stays(steps, transactional_ddl=context.transactional_ddl, database=context.dialect.name)
        if check is not None:
            check(steps, context)

    return checked


def _require_upwards(revisions: RevisionMap, start: str, target: str) -> None:
    """Refuse a range that leads down: as SQL text its upgrade would be nothing, and look like success.

    :raises CommandError: there is nothing to upgrade, and there is something to downgrade.
    """
    try:
        heads = tuple(item.revision for item in revisions.get_revisions(start))
        leads_down = not tuple(plan_upgrade(revisions, target, heads)) and plan_downgrade(revisions, target, heads)
    except RevisionError:
        return  # what is wrong with one of the identifiers is told where it is used
    if leads_down:
        raise CommandError(
            f"The range {start}:{target} leads down: there is nothing in it to upgrade.",
            f"Write:  whimbrel downgrade {start}:{target} --sql",
        )
