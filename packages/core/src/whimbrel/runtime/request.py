"""What a command asks of a run: a value, which becomes a plan once the heads of the database are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from whimbrel.errors import UnknownDatabaseRevision
from whimbrel.revisions import MigrationStep, RevisionMap, plan_downgrade, plan_stamp, plan_upgrade
from whimbrel.runtime.report import Reporter


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One wish: bring the database up, down, or mark it.

    :param kind: ``upgrade`` and ``downgrade`` run scripts, ``stamp`` only moves version rows.
    :param target: the identifier to reach, such as ``head`` or ``-1``; several for ``stamp``.
    :param purge: forget every version row first (``stamp --purge``).
    :param reporter: is told how the run goes; by default each step is a log line.
    :param dry_run: take all steps in one transaction, and roll it back.
    :param check: is shown the steps before any is taken, and the MigrationContext; what it raises ends the run.

    Example::

        RunRequest("upgrade", "head")
    """

    kind: Literal["upgrade", "downgrade", "stamp"]
    target: str | tuple[str, ...]
    purge: bool = False
    reporter: Reporter | None = None
    dry_run: bool = False
    check: Callable[[Sequence[MigrationStep], Any], None] | None = None

    def plan(self, revisions: RevisionMap, heads: tuple[str, ...], version_table: str) -> Sequence[MigrationStep]:
        """Return the steps that lead from *heads* to the target.

        :param revisions: the graph of the version files.
        :param heads: the rows of the version table.
        :param version_table: its name, for the message when a row is unknown.
        :raises UnknownDatabaseRevision: a row names a revision that no file has.
        """
        require_known(revisions, heads, version_table)
        if self.kind == "stamp":
            return plan_stamp(revisions, self.target, heads)
        target = self.target if isinstance(self.target, str) else " ".join(self.target)
        planner = plan_upgrade if self.kind == "upgrade" else plan_downgrade
        return planner(revisions, target, heads)


def require_known(revisions: RevisionMap, heads: tuple[str, ...], version_table: str) -> None:
    """Raise unless each of *heads*, the rows of the table *version_table*, is among the revisions.

    :raises UnknownDatabaseRevision: a row names a revision that no file has.
    """
    for head in heads:
        if head not in revisions:
            raise UnknownDatabaseRevision(head, version_table, revisions.nearest(head))
