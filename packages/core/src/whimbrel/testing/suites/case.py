"""What a case of the conformance suite is: one operation, what it needs, what it does, and how it is undone."""

from __future__ import annotations

from dataclasses import dataclass

from whimbrel.impl import Capability as Can
from whimbrel.operations import Operations
from whimbrel.testing.running import Action
from whimbrel.testing.suites.start import account


@dataclass(frozen=True)
class Case:
    """One operation.

    :param name: what it is called in the report.
    :param action: the operation.
    :param effect: what it changes in the catalog: lines of :func:`whimbrel.testing.changes`, ``*`` for anything.
    :param back: what brings the start back.
    :param needs: what the database has to be capable of.
    :param back_needs: what it has to be capable of for *back*.
    :param start: what is there before.
    :param may_pass_over: where the database is not capable of it, doing nothing is as good as refusing.
    """

    name: str
    action: Action
    effect: str
    back: Action
    needs: tuple[Can, ...] = ()
    back_needs: tuple[Can, ...] = ()
    start: Action = account
    may_pass_over: bool = False


def both(*actions: Action) -> Action:
    """Return an action that does one after the other."""

    def run(op: Operations) -> None:
        for action in actions:
            action(op)

    return run
