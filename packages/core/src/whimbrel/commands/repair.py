"""``repair``: bring the records of a database in line with what is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.commands.database import look
from whimbrel.commands.facts import print_json
from whimbrel.errors import CommandError
from whimbrel.runtime.report import LogReporter
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.runtime.history import History
    from whimbrel.runtime.journal.table import Entry
    from whimbrel.runtime.migration import MigrationContext


def repair(
    config: Config,
    mark_applied: str | None = None,
    mark_rolled_back: str | None = None,
    *,
    as_json: bool = False,
) -> None:
    """Accept files that were edited after they had been applied, and close the records of runs that died.

    With *mark_applied* or *mark_rolled_back*, settle a revision that was interrupted instead. No revision is run. What
    was done is printed, a line each.

    :param config: the settings.
    :param mark_applied: the id of the revision that was interrupted: all that it does is there, and the version table
        is to say so; after a downgrade, that it is taken back.
    :param mark_rolled_back: the same id: nothing of it is there, it begins anew.
    :param as_json: print a JSON object instead: lists of revisions, ``accepted``, ``closed``, ``marked``, and
        ``unfinished``, those that were interrupted and stay so.
    :raises CommandError: nothing was interrupted, or another revision was.

    Example::

        whimbrel.command.repair(Config("whimbrel.ini"))
    """
    if mark_applied and mark_rolled_back:
        raise CommandError("--mark-applied and --mark-rolled-back say the opposite.", "Choose one of them.")
    script = ScriptDirectory.from_config(config)
    work = _Repair(script, mark_applied, mark_rolled_back)
    look(config, script, work.at)
    if as_json:
        print_json(config, work.facts)
    else:
        for line in work.lines or ["Nothing to repair."]:
            config.print_stdout("%s", line)


class _Repair:
    """What is repaired in each database, and what was done.

    :param script: the version files.
    :param applied: the revision that was interrupted and is all done.
    :param rolled_back: the revision that was interrupted and is not done at all.
    """

    def __init__(self, script: ScriptDirectory, applied: str | None, rolled_back: str | None) -> None:
        self._script = script
        self._applied = applied
        self._rolled_back = rolled_back
        self.facts: dict[str, list[str]] = {"accepted": [], "closed": [], "marked": [], "unfinished": []}
        self.lines: list[str] = []

    def at(self, rows: tuple[str, ...], context: MigrationContext) -> None:
        """Repair one database."""
        with context.safeguards.repairing(LogReporter()) as history:
            if self._applied or self._rolled_back:
                self._mark(rows, context, history)
            else:
                self._accept(history)
                self._tell_of_unfinished(context)
            self._close(history)

    def _close(self, history: History) -> None:
        from whimbrel.runtime.history import RUNNING

        for record in history.read():
            if record.outcome == RUNNING:
                self.facts["closed"].append(record.revision)
                self.lines.append(
                    f"Closed: {record.direction} {record.revision}, begun {record.started:%Y-%m-%d %H:%M} UTC"
                )
        history.close_all()

    def _accept(self, history: History) -> None:
        from whimbrel.runtime.edited import edited_files

        for item in edited_files(history.read(), self._script):
            history.accept(item.script, item.checksum)
            self.facts["accepted"].append(item.script.revision)
            self.lines.append(f"Accepted as it is now: {item}")

    def _tell_of_unfinished(self, context: MigrationContext) -> None:
        if entries := context.safeguards.journal_table().read():
            first = entries[0]
            self.facts["unfinished"].append(first.revision)
            self.lines.append(
                f"Revision {first.revision} was interrupted in {first.direction}(), and stays so. To finish it:  "
                "whimbrel resume\nOr, where that has been done by hand, say so by --mark-applied or --mark-rolled-back."
            )

    def _mark(self, rows: tuple[str, ...], context: MigrationContext, history: History) -> None:
        from whimbrel.runtime.journal.unfinished import plan_unfinished

        journal = context.safeguards.journal_table()
        first = _interrupted(journal.read(), self._applied or self._rolled_back or "")
        if self._applied:
            step = plan_unfinished(self._script, first, rows)
            context.move_rows(step)
            history.settled(step)
        journal.forget()
        self.facts["marked"].append(first.revision)
        done = "done" if self._applied else "not begun"
        self.lines.append(f"Marked as {done}: {first.direction} {first.revision}")


def _interrupted(entries: list[Entry], named: str) -> Entry:
    """Return the first thing noted of the revision that is named.

    :raises CommandError: nothing was interrupted, or another revision was.
    """
    if not entries:
        raise CommandError(
            f"Nothing was interrupted, and {named} neither.",
            "To say where a database is:  whimbrel stamp <revision>",
        )
    first = entries[0]
    if not named or not first.revision.startswith(named):
        raise CommandError(
            f"Revision {first.revision} was interrupted, in {first.direction}(), and not {named}.",
            "Name that one.",
        )
    return first
