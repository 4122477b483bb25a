"""Noting statements as they are executed, and going on behind those that are done."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, event

from whimbrel.errors import UnfinishedRevision
from whimbrel.impl import DefaultImpl
from whimbrel.redact import redact
from whimbrel.revisions import MigrationStep, RevisionStep
from whimbrel.runtime.journal.base import Journal
from whimbrel.runtime.journal.statements import Kind, fingerprint, kind_of
from whimbrel.runtime.journal.table import Entry, JournalTable
from whimbrel.runtime.transaction import RunTransactions
from whimbrel.script import Script

log = logging.getLogger("whimbrel.runtime.journal")

_EVENTS: Final = ("do_execute", "do_executemany", "do_execute_no_params")
_POLL: Final = 0.2  # seconds


class StatementJournal(Journal):
    """Notes the statements of the revision under way, where a rollback would not undo them.

    Where DDL is transactional that is so in and before an autocommit block only; until then the statements are kept in
    memory. Each statement is noted in its own transaction, or, where it ends any transaction, before it is executed:
    then only the last one can be in doubt, and the catalog is asked.

    :param impl: knows this database.
    :param connection: the run's connection.
    :param transactions: where transactions begin and end.
    :param table: keeps the entries.
    :param patience: seconds to wait for a statement whose client is gone.
    :param hide: puts passwords out of sight.
    """

    def __init__(
        self,
        impl: DefaultImpl,
        connection: Connection,
        transactions: RunTransactions,
        table: JournalTable,
        *,
        patience: float = 60.0,
        hide: Callable[[str], str] = redact,
    ) -> None:
        self._impl = impl
        self._connection = connection
        self._transactions = transactions
        self._table = table
        self._patience = patience
        self._hide = hide
        self._step: RevisionStep | None = None
        self._known: list[Entry] = []
        self._position = 0
        self._pending: list[Entry] = []
        self._written = False
        self._stays = False
        self._doubtful: int | None = None
        self._begun = False
        self._active = False

    # -- the run ------------------------------------------------------------------------------------------------------

    @contextmanager
    def listening(self) -> Iterator[None]:
        """See every statement of the run's connection meanwhile."""
        engine = self._connection.engine
        handlers = [(name, self._handler(name)) for name in _EVENTS]
        for name, handler in handlers:
            event.listen(engine, name, handler)
        self._transactions.before_interruption = self._flush
        try:
            yield
        finally:
            self._transactions.before_interruption = None
            for name, handler in handlers:
                event.remove(engine, name, handler)

    def unfinished(self) -> list[Entry]:
        """Return what is noted of a revision that was interrupted; nothing where none was."""
        return self._table.read()

    def forget(self) -> None:
        """Delete what is noted; who calls commits that."""
        self._table.forget()

    def begin(self, step: MigrationStep, *, again: bool = False) -> None:
        """Get ready for a step; no transaction is open, but one that encloses the run.

        :param step: the step.
        :param again: it was begun before in this run, and failed.
        :raises UnfinishedRevision: another one was interrupted, and has to be finished first.
        """
        first_of_run = not self._begun
        self._known = self._table.read() if first_of_run or again else []
        self._begun = True
        self._position, self._doubtful, self._stays = 0, None, bool(self._known)
        self._pending = []
        self._step = step if isinstance(step, RevisionStep) else None
        if self._known:
            self._require_same(self._known[0])
        elif self._step is not None and not self._impl.transactional_ddl:
            self._table.create()

    def _require_same(self, first: Entry) -> None:
        if self._step is None or (first.revision, first.direction) != (self._step.revision.revision, self._step.name):
            raise self._unfinished("has to be finished before anything else runs")
        log.warning(
            "Revision %s was interrupted in %s(), after %d of its statements: going on behind them.",
            first.revision, first.direction, len(self._known),
        )  # fmt: skip

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note the statements of the block, which are the script's; its entries go when all of it is done.

        :raises UnfinishedRevision: it executed less than it had before it was interrupted.
        """
        self._active = True
        try:
            yield
        finally:
            self._active = False
        if self._position < len(self._known):
            raise self._unfinished("does less than it did then")
        if self._known or self._written:
            self._table.forget()
            self._written = False

    def failed(self) -> None:
        """A step has failed: a statement that the database refused was not executed."""
        doubtful = self._doubtful
        if doubtful is None:
            return

        def strike() -> None:
            self._table.forget(doubtful)
            self._transactions.settle()

        self._transactions.once_rolled_back(strike)

    @property
    def aftermath(self) -> str | None:
        """What a failure leaves behind, where something of the revision stays."""
        if not self._stays:
            return None
        return (
            "What it had done before stays, and is noted. Mend the script from there on and run the same command "
            "again: it goes on behind what is done."
        )

    # -- a statement --------------------------------------------------------------------------------------------------

    def _handler(self, name: str) -> Callable[..., bool | None]:
        many = name == "do_executemany"

        def without_parameters(cursor: Any, statement: str, context: Any) -> bool | None:
            execute = context.dialect.do_execute_no_params
            return self._meet(statement, None, context, lambda: execute(cursor, statement, context))

        def with_parameters(cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
            execute = context.dialect.do_executemany if many else context.dialect.do_execute
            return self._meet(statement, parameters, context, lambda: execute(cursor, statement, parameters, context))

        return without_parameters if name == "do_execute_no_params" else with_parameters

    def _meet(self, statement: str, parameters: Any, context: Any, execute: Callable[[], object]) -> bool | None:
        """Deal with a statement: return ``True`` where it has been executed, or was before."""
        if not self._active or context.root_connection is not self._connection:
            return None
        kind = kind_of(statement)
        if kind is Kind.NOTHING:
            return None
        position, self._position = self._position, self._position + 1
        mark = fingerprint(statement, parameters)
        if position < len(self._known):
            if self._was_done(self._known[position], statement, mark):
                return True
            self._carry_out(position, execute)
            return True
        if self._impl.transactional_ddl and not self._transactions.in_autocommit:
            self._pending.append(self._entry(position, mark, statement, certain=True))
            return None
        certain = not self._ends_transaction(statement, kind)
        entry = self._entry(position, mark, statement, certain)
        if certain and not self._transactions.in_autocommit:
            self._write([entry])
            return None
        if certain:
            self._at_once(entry, execute)
        else:
            self._write([self._before(entry, statement)])
            self._carry_out(position, execute)
        return True

    def _ends_transaction(self, statement: str, kind: Kind) -> bool:
        if not self._impl.transactional_ddl and kind is Kind.SCHEMA:
            return True
        return self._impl.refuses_transaction(statement)

    def _entry(self, position: int, mark: str, statement: str, certain: bool) -> Entry:
        assert self._step is not None
        revision = self._step.revision.revision
        return Entry(revision, self._step.name, position, mark, self._hide(statement), certain, None, None)

    def _before(self, entry: Entry, statement: str) -> Entry:
        with self._own():
            state = self._impl.state_of(self._connection, statement)
            return entry._replace(state=state, session=self._impl.session(self._connection))

    def _write(self, entries: Sequence[Entry]) -> None:
        with self._own():
            self._table.create()
            self._table.write(entries)
        self._written = True

    def _flush(self) -> None:
        """Note what the transaction has done that is about to be committed in the middle of a revision."""
        self._stays = bool(self._pending)
        self._write(self._pending)
        self._pending = []

    def _at_once(self, entry: Entry, execute: Callable[[], object]) -> None:
        """Execute a statement and note it in one transaction, though the connection is in autocommit mode."""
        with self._own():
            self._connection.exec_driver_sql("BEGIN")
            try:
                self._write([entry])
                execute()
            except BaseException:
                self._connection.exec_driver_sql("ROLLBACK")
                raise
            self._connection.exec_driver_sql("COMMIT")
            self._stays = True

    def _carry_out(self, position: int, execute: Callable[[], object]) -> None:
        try:
            execute()
            self._stays = True
        except Exception as error:
            dialect = self._connection.dialect
            if not dialect.is_disconnect(error, self._connection.connection.dbapi_connection, None):  # type: ignore[arg-type]  # any driver's error
                self._doubtful = position
            raise

    @contextmanager
    def _own(self) -> Iterator[None]:
        """Execute statements that are not the revision's."""
        before, self._active = self._active, False
        try:
            yield
        finally:
            self._active = before

    # -- what was interrupted -----------------------------------------------------------------------------------------

    def _was_done(self, entry: Entry, statement: str, mark: str) -> bool:
        if entry.fingerprint != mark:
            raise self._unfinished(
                f"is not what it was: its statement {entry.position + 1} was\n    {entry.statement}\nand is now\n    "
                f"{self._hide(statement)}"
            )
        last = entry.position == len(self._known) - 1
        if entry.certain or not last:
            return True
        with self._own():
            self._await_end(entry)
            if self._impl.may_repeat(statement):
                return False
            self._impl.clear_remains(self._connection, statement)
            now = self._impl.state_of(self._connection, statement)
            if entry.state is None or now is None:
                raise self._unfinished(
                    f"may or may not have executed its statement {entry.position + 1}, and the database cannot tell:\n"
                    f"    {entry.statement}"
                )
            return now != entry.state

    def _await_end(self, entry: Entry) -> None:
        """Wait for a statement that goes on although its client is gone."""
        deadline = time.monotonic() + self._patience
        told = False
        while entry.session and self._impl.is_at_work(self._connection, entry.session):
            if time.monotonic() > deadline:
                raise self._unfinished(f"is still at work in the database, in session {entry.session}")
            if not told:
                log.warning("Waiting for session %s, which still executes: %s", entry.session, entry.statement)
                told = True
            time.sleep(_POLL)

    def _unfinished(self, why: str) -> UnfinishedRevision:
        first = self._known[0]
        done = [item.statement for item in self._known]
        listed = "\n".join(f"  {number}. {_shortened(text)}" for number, text in enumerate(done, 1))
        doubt = "" if self._known[-1].certain else " (the last of them may or may not have been)"
        path = f", {self._step.revision.path}" if self._step and isinstance(self._step.revision, Script) else ""
        return UnfinishedRevision(
            f"Revision {first.revision} was interrupted in {first.direction}() and {why}{path}\n"
            f"These statements have been executed{doubt}:\n{listed}",
            f"Restore the file and run  whimbrel {first.direction} {_target(first)}  to go on behind them. Or put the "
            "database right by hand, and say what it has now:\n"
            f"  whimbrel repair --mark-applied {first.revision}      all of {first.direction}() is done\n"
            f"  whimbrel repair --mark-rolled-back {first.revision}  nothing of it is",
            revision=first.revision,
            direction=first.direction,
            done=tuple(done),
        )


def _target(entry: Entry) -> str:
    return entry.revision if entry.direction == "upgrade" else "<where it was going>"


def _shortened(text: str, limit: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[:limit]} ..."
