"""The steps of a run: each script in its transaction, with its version row."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from time import perf_counter
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from whimbrel.errors import CommandError, UnfinishedRevision
from whimbrel.impl import DefaultImpl
from whimbrel.revisions import MigrationStep, RevisionStep, RowChanges
from whimbrel.runtime.failure import Hide, lacks_function, migration_failed
from whimbrel.runtime.report import Reporter
from whimbrel.runtime.safeguards import Keepers
from whimbrel.runtime.switches import switches_of
from whimbrel.runtime.transaction import RunTransactions
from whimbrel.runtime.version_table import move
from whimbrel.script import Script

log = logging.getLogger("whimbrel.runtime.migration")

StepListener = Callable[[MigrationStep, set[str], Mapping[str, Any]], None]
"""Hears of a step whose version row has moved, within its transaction: the step, the heads, the run's arguments."""


class StepRun:
    """Takes steps, one after the other.

    :param impl: executes statements or writes them.
    :param transactions: where transactions begin and end.
    :param reporter: is told how it goes.
    :param move_rows: does to the version table what a step wants done.
    :param listeners: hear of each step within its transaction.
    :param keepers: take care of the run. The guard is asked whether it is still alone before each step, and before a
        commit that undoes the step where it does not come.
    :param hide: puts passwords out of sight.
    """

    def __init__(
        self,
        impl: DefaultImpl,
        transactions: RunTransactions,
        reporter: Reporter,
        *,
        move_rows: Callable[[RowChanges], None],
        listeners: Sequence[StepListener],
        keepers: Keepers,
        hide: Hide,
    ) -> None:
        self._impl = impl
        self._transactions = transactions
        self._reporter = reporter
        self._move_rows = move_rows
        self._listeners = listeners
        self._guard, self._recorder, self._journal = keepers.guard, keepers.recorder, keepers.journal
        self._patience = keepers.patience
        self._hide = hide

    def take(
        self,
        steps: Sequence[MigrationStep],
        heads: Sequence[str],
        arguments: Mapping[str, Any],
        *,
        prepare: Callable[[], None],
    ) -> None:
        """Take *steps*, all or up to the first that fails.

        :param steps: at least one.
        :param heads: where the database is before them.
        :param arguments: handed to each script's function.
        :param prepare: is called in the first step's transaction, before it.
        :raises MigrationFailed: a script raised.
        """
        current = set(heads)
        with self._patience.over_run(), self._journal.listening(), self._transactions.run():
            self._record(steps)
            for index, step in enumerate(steps, 1):
                self._guard.check()
                self._reporter.start(step, index, len(steps))
                began = perf_counter()
                try:
                    first = prepare if index == 1 else _nothing
                    current = self._carry_out(steps, index - 1, current, arguments, prepare=first)
                except BaseException as error:
                    self._reporter.failed(step, index, len(steps), error)
                    if not isinstance(error, Exception) and self._aftermath is not None:
                        log.error(self._aftermath)  # Ctrl-C carries no message that could say it
                    raise
                self._reporter.done(step, index, len(steps), perf_counter() - began)

    def _carry_out(
        self,
        steps: Sequence[MigrationStep],
        at: int,
        heads: set[str],
        arguments: Mapping[str, Any],
        *,
        prepare: Callable[[], None],
    ) -> set[str]:
        """Take a step, again where it met a lock and nothing of it is left, and return where the database is then."""
        step = steps[at]
        following = steps[at + 1] if at + 1 < len(steps) else None
        while True:
            current = set(heads)
            began = perf_counter()
            try:
                self._journal.begin(step, again=self._patience.attempt > 0)
                with self._transactions.step():
                    prepare()
                    self._one(step, current, arguments)
                    self._recorder.passed(perf_counter() - began, following)
                    if self._transactions.undoes_all:
                        self._guard.check()
                self._patience.passed()
                return current
            except BaseException as error:
                self._journal.failed()
                self._recorder.failed(step, perf_counter() - began, error)
                if not self._patience.tries_again(step, error):
                    raise
            self._guard.check()
            self._record(steps[at:])

    def _record(self, steps: Sequence[MigrationStep]) -> None:
        """Note that the first of *steps* begins; again where that meets a lock, as when SQLite's file is locked."""
        while True:
            try:
                return self._recorder.begin(steps)
            except (SQLAlchemyError, CommandError) as error:
                if not self._patience.tries_again(steps[0], error):
                    raise

    def _one(self, step: MigrationStep, current: set[str], arguments: Mapping[str, Any]) -> None:
        if self._impl.as_sql:
            self._impl.static_output(f"-- Running {step.short_log}")
        if isinstance(step, RevisionStep):
            self._run_script(step, arguments)
        self._move_rows(step.rows)
        move(current, step.rows)
        for listener in self._listeners:
            listener(step, current, arguments)

    def _run_script(self, step: RevisionStep, arguments: Mapping[str, Any]) -> None:
        script = step.revision
        assert isinstance(script, Script)
        function = getattr(script.module, "downgrade" if step.is_downgrade else "upgrade", None)
        if function is None:
            raise lacks_function(step, script.path)
        switches = switches_of(script)
        outside = nullcontext() if switches.transactional else self._transactions.autocommit("transactional = False")
        try:
            with self._patience.over_script(switches), self._journal.noting(), outside:
                function(**arguments)
        except UnfinishedRevision:
            raise  # names the revision, its file and all that can be done
        except (Exception, SystemExit) as error:
            if isinstance(error, SystemExit) and type(error) is not SystemExit:
                raise  # a signal: whoever made an exception of it knows why; a script's own sys.exit() is a failure
            if self._impl.as_sql and isinstance(error, BrokenPipeError):
                raise  # whoever read the SQL went away: the script has done nothing wrong
            advice = "\n".join(filter(None, (self._impl.remedy(error), self._patience.advice(error)))) or None
            raise migration_failed(
                step, script.path, error, advice=advice, aftermath=self._aftermath, hide=self._hide
            ) from error

    @property
    def _aftermath(self) -> str | None:
        """What a failure leaves behind, in a sentence with what to do about it."""
        return self._journal.aftermath or self._transactions.aftermath


def _nothing() -> None:
    """Prepare nothing."""
