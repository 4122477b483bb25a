"""What takes care of a run: that it is alone, that what it does is noted and recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from logging import getLogger
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from whimbrel.errors import CommandError
from whimbrel.impl import DefaultImpl
from whimbrel.impl.run_lock import LockScope
from whimbrel.runtime.failure import Hide
from whimbrel.runtime.journal.base import Journal
from whimbrel.runtime.lock.guard import Guard
from whimbrel.runtime.options import MigrationOptions
from whimbrel.runtime.own_tables import OwnTables
from whimbrel.runtime.patience import Patience
from whimbrel.runtime.recorder import Recorder
from whimbrel.runtime.report import Reporter
from whimbrel.runtime.transaction import RunTransactions
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.runtime.history import History
    from whimbrel.runtime.journal.keeper import StatementJournal
    from whimbrel.runtime.journal.table import Entry, JournalTable
    from whimbrel.runtime.lock.alone import RunAlone

log = getLogger("whimbrel.runtime.migration")

_JOURNAL_TABLE = "whimbrel_journal"
_SECONDS_ARE_ROUNDED = 1.0
"""Seconds: MySQL's DATETIME has no fractions."""


@dataclass(frozen=True, slots=True)
class Keepers:
    """Who hears of each step of a run.

    :param guard: watches that the run stays alone.
    :param recorder: keeps the records.
    :param journal: notes statements.
    :param patience: limits statements, and has a step that met a lock tried again.
    """

    guard: Guard
    recorder: Recorder
    journal: Journal
    patience: Patience


class Safeguards:
    """Makes, out of the options of a context, what takes care of its runs.

    :param impl: knows the database.
    :param connection: the run's connection; ``None`` when SQL is written as text.
    :param options: what ``configure()`` was told.
    :param transactions: where transactions begin and end.
    :param hide: puts passwords out of sight.
    """

    def __init__(
        self,
        impl: DefaultImpl,
        connection: Connection | None,
        options: MigrationOptions,
        transactions: RunTransactions,
        hide: Hide,
    ) -> None:
        self._impl = impl
        self._connection = connection
        self._options = options
        self._safety = options.safety
        self._transactions = transactions
        self._hide = hide
        self._alone: RunAlone | None = None
        self.own_tables = OwnTables(
            impl,
            connection,
            (options.version_table, options.version_table_schema),
            (self._safety.history_table, self._schema),
            (_JOURNAL_TABLE, self._schema),
        )
        """Which of the tool's own tables are there."""

    @property
    def takes_lock(self) -> bool:
        """Whether other runs are kept away; a rehearsal is on a database that nobody else knows."""
        rehearsal = self._options.extra.get("rehearsal")
        return self._connection is not None and self._safety.run_lock != "off" and not rehearsal

    @property
    def keeps_records(self) -> bool:
        """Whether each step is recorded."""
        return self._safety.history

    @contextmanager
    def alone(self, reporter: Reporter) -> Iterator[Guard]:
        """Keep other runs away from this database until the block ends.

        :param reporter: is told who is waited for.
        :raises RunLockTimeout: another run is at work, and did not end in time.
        """
        if self._connection is None or not self.takes_lock:
            yield Guard()
            return
        if self._alone is not None and self._alone.holds:
            yield self._alone
            return
        from whimbrel.runtime.lock.alone import RunAlone

        table, schema = self._options.version_table, self._options.version_table_schema
        scope = LockScope(self._connection, table, schema, self._transactions.is_callers)
        guard = self._alone = RunAlone(self._impl, scope, self._safety.run_lock, self._transactions, self._hide)
        with guard.taken(self._safety.lock_wait, reporter):
            yield guard

    def keepers(self, guard: Guard) -> Keepers:
        """Return who hears of each step.

        :param guard: watches that the run stays alone.
        """
        recorder, journal = Recorder(), Journal()
        if self._connection is not None and self._safety.history:
            from whimbrel.runtime.history_recorder import HistoryRecorder

            recorder = HistoryRecorder(self.history(), self._connection, self._transactions, alone=self.takes_lock)
        if self._connection is not None and self._safety.journal:
            journal = self.journal()
        patience = Patience(self._impl, self._connection, self._safety, self._transactions, self._hide)
        return Keepers(guard, recorder, journal, patience)

    def history(self) -> History:
        """Return the records of this database.

        :raises CommandError: there is no database: SQL is written as text.
        """
        from whimbrel.runtime.history import History

        return History(
            self._impl,
            self._live(),
            name=self._safety.history_table,
            schema=self._schema,
            scope=self._options.version_table,
            application=self._safety.application_name,
            hide=self._hide,
        )

    def journal(self) -> StatementJournal:
        """Return what notes statements on this database.

        :raises CommandError: there is no database: SQL is written as text.
        """
        from whimbrel.runtime.journal.keeper import StatementJournal

        table, patience = self.journal_table(), self._safety.lock_wait
        return StatementJournal(self._impl, self._live(), self._transactions, table, patience=patience, hide=self._hide)

    def journal_table(self) -> JournalTable:
        """Return what keeps the statements of a revision that was interrupted.

        :raises CommandError: there is no database: SQL is written as text.
        """
        from whimbrel.runtime.journal.table import JournalTable

        return JournalTable(
            self._impl, self._live(), name=_JOURNAL_TABLE, schema=self._schema, scope=self._options.version_table
        )

    def unfinished(self) -> list[Entry]:
        """Return what is noted of a revision that was interrupted, in order; nothing where none was."""
        if self._connection is None or not self._safety.journal:
            return []
        if not self.own_tables.has(_JOURNAL_TABLE, self._schema):
            return []
        entries = self.journal_table().read()
        self._transactions.settle()
        return entries

    def require_finished(self) -> None:
        """See that no revision was interrupted.

        :raises UnfinishedRevision: one was.
        """
        if known := self.unfinished():
            self.journal().refuse(known)  # imported here only

    @contextmanager
    def repairing(self, reporter: Reporter) -> Iterator[History]:
        """Give the records of this database to be put right, alone; what was done is committed at the end.

        :param reporter: is told who is waited for.
        """
        history = self.history()
        with self.alone(reporter):
            self._transactions.settle()
            with self._transactions.run(), self._transactions.step():
                history.prepare()
                yield history

    def look_at_files(self, script: ScriptDirectory | None, *, idle: bool) -> None:
        """Tell of files that were edited after they had been applied.

        :param script: the version files.
        :param idle: the run has nothing else to do: files are read only where one was touched since the last step.
        :raises EditedRevisions: that is refused here.
        """
        safety = self._safety
        if self._connection is None or script is None or not safety.history or safety.checksums == "off":
            return
        if not self.own_tables.has(safety.history_table, self._schema) or (idle and not self._touched(script)):
            return
        from whimbrel.runtime.edited import edited_files, warning_of

        files = edited_files(self.history().read(), script)
        self._transactions.settle()
        if files and safety.checksums == "strict":
            raise warning_of(files)
        if files:
            log.warning("%s", warning_of(files))

    def _touched(self, script: ScriptDirectory) -> bool:
        """Return whether a version file was written after the last step had begun."""
        scope = self._options.version_table
        begun = self.own_tables.last_begun(self._safety.history_table, self._schema, scope)
        self._transactions.settle()
        return begun is not None and script.last_written() > begun.timestamp() - _SECONDS_ARE_ROUNDED

    @property
    def _schema(self) -> str | None:
        return self._safety.history_schema or self._options.version_table_schema

    def _live(self) -> Connection:
        if self._connection is None:
            raise CommandError("Where SQL is written as text, nothing is recorded.")
        return self._connection
