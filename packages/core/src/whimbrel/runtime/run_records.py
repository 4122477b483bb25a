"""The records of one run, as it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, Integer, String, bindparam, case, literal_column

from whimbrel.revisions import MigrationStep
from whimbrel.runtime.history import DONE, PLANNED, RUNNING, History, ended, new_run, revision_of
from whimbrel.runtime.moments import now
from whimbrel.runtime.repeated import RepeatedStatement


class RunRecords:
    """Notes all steps of a run when it begins; then one statement a step says that it is done and the next one begins.

    :param history: the table of records.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._table = history.table
        self._run = new_run()
        self._at = self._planned = -1
        at = self._table.c.position == bindparam("at", type_=Integer)
        of_run = self._table.c.run == bindparam("of_run", type_=String)
        self._last = RepeatedStatement(self._table.update().where(of_run, at), ("outcome", "finished", "seconds"))
        self._next = RepeatedStatement(self._table.update().where(of_run, self._both).values(self._moving(at)))

    @property
    def _both(self) -> ColumnElement[bool]:
        position = self._table.c.position
        return position.between(bindparam("at", type_=Integer), bindparam("next", type_=Integer))

    def _moving(self, at: ColumnElement[bool]) -> dict[str, ColumnElement[Any]]:
        """Return what becomes of the row of a step that is done, and of the one after it."""
        columns = self._table.c
        moment = bindparam("moment", type_=columns.started.type)
        kept: dict[str, ColumnElement[Any]] = {
            "outcome": case((at, literal_column(f"'{DONE}'")), else_=literal_column(f"'{RUNNING}'")),
            "started": case((at, columns.started), else_=moment),
            "finished": case((at, moment)),
            "seconds": case((at, bindparam("took", type_=Float))),
        }
        for name in ("text_checksum", "checksum"):
            kept[name] = case((at, columns[name]), else_=bindparam(f"its_{name}", type_=String))
        return kept

    def over(self, connection: Connection) -> RunRecords:
        """Return the same records, written over another connection.

        :param connection: what to write on instead.
        """
        other = copy(self)
        other._history = self._history.over(connection)
        return other

    @property
    def _connection(self) -> Connection:
        return self._history.connection

    def begin(self, steps: Sequence[MigrationStep]) -> None:
        """Note that the first of *steps* begins, and that the others are to come."""
        first = self._at = self._planned + 1
        self._planned += len(steps)
        rows = [
            self._history.row(self._run, position, step, PLANNED if position > first else RUNNING)
            for position, step in enumerate(steps, first)
        ]
        self._connection.execute(self._table.insert(), rows)

    def passed(self, seconds: float, following: MigrationStep | None) -> None:
        """Note that the step which has begun is done, and that the next one begins.

        :param seconds: how long it took.
        :param following: the next one; ``None`` after the last.
        """
        row = {"of_run": self._run, "at": self._at}
        if following is None:
            self._last.execute(self._connection, row | ended(seconds))
            self._history.checksums.keep()
            return
        sums = {f"its_{name}": value for name, value in self._history.sums_of(following).items()}
        values = {**row, "next": self._at + 1, "moment": now(), "took": seconds, **sums}
        moved = self._next.execute(self._connection, values).rowcount
        self._at += 1
        if moved == 1:  # somebody has closed this run, who took it for dead
            self._connection.execute(self._table.insert(), self._history.row(self._run, self._at, following))

    def failed(self, step: MigrationStep, seconds: float, error: BaseException) -> None:
        """Note that *step* failed, after what it did was rolled back, and that nothing follows.

        :param step: the step.
        :param seconds: how long it took.
        :param error: what was raised.
        """
        self._history.checksums.keep()
        columns = self._table.c
        of_run = columns.run == self._run
        begun = self._table.update().where(of_run, columns.revision == revision_of(step), columns.outcome == RUNNING)
        failure = self._history.failure(error, seconds)
        if self._connection.execute(begun.values(**failure)).rowcount == 0:  # its row was rolled back as well
            self._planned += 1
            row = self._history.row(self._run, self._planned, step)
            self._connection.execute(self._table.insert(), row | failure)
        self._connection.execute(self._table.delete().where(of_run, columns.outcome == PLANNED))
