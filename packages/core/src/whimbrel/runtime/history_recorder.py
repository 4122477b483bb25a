"""Keeping records in the table of records: what is written when."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from whimbrel.revisions import MigrationStep
from whimbrel.runtime.failure import said_by
from whimbrel.runtime.history import History
from whimbrel.runtime.recorder import Recorder
from whimbrel.runtime.run_records import RunRecords
from whimbrel.runtime.transaction import RunTransactions

log = logging.getLogger("whimbrel.runtime.history")


class HistoryRecorder(Recorder):
    """Keeps records in the table of :class:`~whimbrel.runtime.history.History`.

    What is done is noted in the step's own transaction, together with the step that begins next: both are true at once
    or not at all, and no further commit is needed. A failure is noted when what failed has been rolled back.

    :param history: the records.
    :param connection: the run's connection.
    :param transactions: where transactions begin and end.
    :param alone: whether no other run is at work: a step that is said to run is one of a process that died.
    """

    def __init__(
        self, history: History, connection: Connection, transactions: RunTransactions, *, alone: bool = False
    ) -> None:
        self._history = history
        self._records = RunRecords(history)
        self._alone = alone
        self._connection = connection
        self._transactions = transactions

    def begin(self, steps: Sequence[MigrationStep]) -> None:
        """Create the table if need be, and note that the first of *steps* begins."""
        with self._transactions.step():
            self._history.prepare()
            if self._alone:
                self._history.close_all()
                self._alone = False
            self._records.begin(steps)

    def passed(self, seconds: float, following: MigrationStep | None) -> None:
        """Note the end of one step and the beginning of the next."""
        self._records.passed(seconds, following)

    def failed(self, step: MigrationStep, seconds: float, error: BaseException) -> None:
        """Note the failure, as soon as nothing of the step is left."""

        def note() -> None:
            try:
                self._write(step, seconds, error)
            except SQLAlchemyError as trouble:  # what went wrong first is what matters
                log.warning("The failure of %s could not be recorded: %s", step, said_by(trouble))

        self._transactions.once_rolled_back(note)

    def _write(self, step: MigrationStep, seconds: float, error: BaseException) -> None:
        if not self._connection.invalidated and not self._connection.closed:
            self._history.prepare()  # where one transaction encloses the run, the table was rolled back as well
            self._records.failed(step, seconds, error)
            self._transactions.settle()
            return
        with self._connection.engine.begin() as other:  # the run's own died
            self._history.over(other).prepare()
            self._records.over(other).failed(step, seconds, error)
