"""Noting statements as they are executed, and going on behind those that are done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn

from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError

from whimbrel.errors import UnfinishedRevision
from whimbrel.impl import DefaultImpl
from whimbrel.redact import redact
from whimbrel.revisions import MigrationStep, RevisionStep
from whimbrel.runtime.failure import said_by
from whimbrel.runtime.journal.base import Journal
from whimbrel.runtime.journal.in_doubt import Doubts
from whimbrel.runtime.journal.rebuilds import told_of, under_construction
from whimbrel.runtime.journal.skipped import SkippedCursor, lost_in
from whimbrel.runtime.journal.statements import Kind, bare, fingerprint, kind_of
from whimbrel.runtime.journal.table import Entry, JournalTable
from whimbrel.runtime.journal.unfinished import otherwise, shortened, unfinished
from whimbrel.runtime.transaction import RunTransactions

log = logging.getLogger("whimbrel.runtime.journal")

_EVENTS: Final = ("do_execute", "do_executemany", "do_execute_no_params")
_MOST_LEFT: Final = 1000  # statements that are listed; a loop may wait for a result that does not come

Execute = Callable[[], object]


class StatementJournal(Journal):
    """Notes the statements of the revision under way, where a rollback would not undo them.

    Where DDL is transactional that is so in and before an autocommit block only; until then the statements are kept in
    memory. Each statement is noted in its own transaction, or, where it ends any transaction, before it is executed:
    then only the last one can be in doubt, and the catalog is asked. A statement that the database refused is not
    noted; its number is left out, and a script that went on after it meets the refusal again.

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
        self._doubts = Doubts(impl, connection, patience)
        self._hide = hide
        self._step: RevisionStep | None = None
        self._known: dict[int, Entry] = {}
        self._last = -1
        self._position = 0
        self._pending: list[Entry] = []
        self._left: list[str] = []
        self._elsewhere: list[str] = []
        self._astray: str | None = None
        self._written = False
        self._stays = False
        self._skipped = False
        self._refused: int | None = None
        self._session: str | None = None
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

    def begin(self, step: MigrationStep, *, again: bool = False) -> None:
        """Get ready for a step; no transaction is open, but one that encloses the run.

        :param step: the step.
        :param again: it was begun before in this run, and failed.
        :raises UnfinishedRevision: another one was interrupted, and has to be finished first.
        """
        known = self._table.read() if again or not self._begun else []
        self._known = {entry.position: entry for entry in known}
        self._last = max(self._known, default=-1)
        self._begun = True
        self._position, self._refused, self._stays, self._skipped = 0, None, bool(known), False
        self._pending, self._left, self._astray = [], [], None
        self._step = step if isinstance(step, RevisionStep) else None
        if known:
            self._require_same(known[0])
            self._make_anew_again(known)
        elif self._step is not None and not self._impl.transactional_ddl:
            self._table.create()

    def _require_same(self, first: Entry) -> None:
        if self._step is None or (first.revision, first.direction) != (self._step.revision.revision, self._step.name):
            self._step = None
            raise self._unfinished("has to be finished before anything else runs.")

    def _make_anew_again(self, known: Sequence[Entry]) -> None:
        """Tell what is done; of that, begin the making of a table again whose old form is there."""
        first = known[0]
        if not self._impl.transactional_ddl and self._doubts.has_ended(known[-1]):
            done = known[:-1] if self._doubts.was_done(known[-1]) is False else known
            if (rebuild := under_construction(done)) is not None:
                rebuild.drop(self._connection)
                for entry in (entry for entry in known if entry.position >= rebuild.position):
                    self._table.forget(entry.position)
                    del self._known[entry.position]
                self._transactions.settle()
                self._last = max(self._known, default=-1)
        log.warning(
            "Revision %s was interrupted in %s(), after %d of its statements: going on behind them.",
            first.revision, first.direction, len(self._known),
        )  # fmt: skip

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note the statements of the block, which are the script's; its entries go when all of it is done.

        :raises UnfinishedRevision: it does something else than before it was interrupted.
        """
        self._active = True
        try:
            yield
        except UnfinishedRevision:
            raise
        except Exception as error:
            if self._astray is not None:
                raise self._unfinished(self._astray) from error
            if self._skipped and isinstance(error, SQLAlchemyError):
                raise self._wants_result() from error
            if self._position <= self._last:
                raise self._unfinished(
                    f"its script fails before it comes to what is left.\n{said_by(error)}"
                ) from error
            raise
        finally:
            self._active = False
        if self._astray is not None:
            raise self._unfinished(self._astray)
        if self._position <= self._last:
            raise self._unfinished("its script does less now than it did then.")
        if self._known or self._written:
            self._table.forget()
            self._written = False

    def failed(self) -> None:
        """A step has failed: a statement that the database refused was not executed."""
        refused = self._refused
        if refused is None:
            return

        def strike() -> None:
            self._table.forget(refused)
            self._transactions.settle()

        self._transactions.once_rolled_back(strike)

    @property
    def aftermath(self) -> str | None:
        """What a failure leaves behind; ``None`` where whoever keeps the transactions knows as much."""
        if self._stays:
            return (
                "What it had done before stays, and is noted. If the script is wrong, mend it from there on. Then run "
                "the same command again: it goes on behind what is done."
            )
        if self._impl.transactional_ddl and self._transactions.undoes_all:
            return None
        function = "" if self._step is None else f" that {self._step.name}() did"
        return f"Nothing{function} is left in the database. Run the same command again when it is mended."

    def refuse(self, known: Sequence[Entry]) -> NoReturn:
        """Refuse to do anything before what was interrupted is finished.

        :param known: what is noted of it.
        :raises UnfinishedRevision: always.
        """
        self._known = {entry.position: entry for entry in known}
        raise self._unfinished("has to be finished before anything else runs.")

    # -- a statement --------------------------------------------------------------------------------------------------

    def _handler(self, name: str) -> Callable[..., bool | None]:
        many = name == "do_executemany"

        def without_parameters(cursor: Any, statement: str, context: Any) -> bool | None:
            execute = context.dialect.do_execute_no_params
            if (locking := self._locking(statement, context)) is not None:
                execute(cursor, locking, context)
                return True
            return self._meet(statement, None, context, lambda: execute(cursor, statement, context))

        def with_parameters(cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
            execute = context.dialect.do_executemany if many else context.dialect.do_execute
            return self._meet(statement, parameters, context, lambda: execute(cursor, statement, parameters, context))

        return without_parameters if name == "do_execute_no_params" else with_parameters

    def _locking(self, statement: str, context: Any) -> str | None:
        """Return a statement that locks tables with the journal's among them, where nothing else could be written."""
        if not self._active or context.root_connection is not self._connection:
            return None
        return self._impl.also_locking(statement, self._table.table)

    def _meet(self, statement: str, parameters: Any, context: Any, execute: Execute) -> bool | None:
        """Deal with a statement: return ``True`` where it has been executed, or was before."""
        if not self._active or context.root_connection is not self._connection:
            return None
        if self._known:
            for lost in lost_in(parameters):
                lost.refuse()
        self._skipped = False
        text = bare(statement)
        kind = kind_of(text)
        if kind is Kind.SESSION and self._position <= self._last:
            raise self._unfinished(
                f"cannot be replayed: this is gone with its session.\n    {shortened(self._hide(text))}"
            )
        if kind in (Kind.NOTHING, Kind.SESSION):
            return None
        position, self._position = self._position, self._position + 1
        mark = fingerprint(statement, parameters)
        if self._is_to_skip(position, text, mark):
            self._skipped = True
            context.cursor = SkippedCursor(context.cursor, context, self._wants_result)
            return True
        self._note(self._entry(position, mark, text, kind), text, execute)
        return True

    def _is_to_skip(self, position: int, statement: str, mark: str) -> bool:
        if self._astray is not None:
            self._leave(statement, mark)
            return True
        entry = self._known.get(position)
        if entry is None:
            return False
        if entry.fingerprint != mark:
            self._astray = otherwise(entry, self._hide(statement))
            with self._own():
                end = self._last + (self._doubts.was_done(self._known[self._last]) is not False)
            self._elsewhere = [item.fingerprint for item in self._known.values() if position <= item.position < end]
            self._leave(statement, mark)
            return True
        if entry.certain or position < self._last:
            return True
        with self._own():
            if not self._doubts.has_ended(entry):
                raise self._unfinished(f"is still at work in the database, in session {entry.session}.")
            done = self._doubts.settle(entry, statement)
            if done is None:
                raise self._unfinished(
                    f"may or may not have executed its statement {position + 1}, and the database cannot tell."
                )
            if done:
                return True
            self._table.forget(position)
        return False

    def _leave(self, statement: str, mark: str) -> None:
        """Take a statement of a script that has gone astray for left to do, unless it is done at another place."""
        if mark in self._elsewhere:
            self._elsewhere.remove(mark)
            return
        self._left.append(self._hide(statement))
        if len(self._left) >= _MOST_LEFT:
            raise self._unfinished(self._astray or "")

    def _entry(self, position: int, mark: str, statement: str, kind: Kind) -> Entry:
        assert self._step is not None
        revision = self._step.revision.revision
        ends = self._impl.refuses_transaction(statement) or (kind is Kind.SCHEMA and not self._impl.transactional_ddl)
        return Entry(revision, self._step.name, position, mark, statement.strip(), not ends, None, None)

    def _note(self, entry: Entry, statement: str, execute: Execute) -> None:
        if not self._transactions.in_autocommit:
            if self._impl.transactional_ddl:
                kept = entry._replace(certain=True)  # until the transaction ends: with it
                self._carry_out(kept, execute)
                self._pending.append(kept)
                return
            self._write([entry if entry.certain else self._before(entry, statement)])
            self._carry_out(entry, execute)
            return
        if entry.certain and self._at_once(entry, execute):
            return
        noted = self._before(entry, statement)
        self._write([noted])
        self._carry_out(noted, execute)

    def _before(self, entry: Entry, statement: str) -> Entry:
        with self._own():
            state = self._impl.state_of(self._connection, statement)
            self._session = self._session or self._impl.session(self._connection)
            return entry._replace(certain=False, state=state, session=self._session)

    def _write(self, entries: Sequence[Entry]) -> None:
        with self._own():
            self._table.create()
            self._table.write([entry._replace(statement=self._hide(entry.statement)) for entry in entries])
        self._written = True

    def _flush(self) -> None:
        """Note what the transaction has done that is about to be committed in the middle of a revision."""
        self._stays = self._stays or bool(self._pending)
        self._write(self._pending)
        self._pending = []

    def _at_once(self, entry: Entry, execute: Execute) -> bool:
        """Execute a statement and note it in one transaction, though the connection is in autocommit mode.

        :return: whether the database could do that.
        """
        if self._impl.autocommit_begin is None:
            return False
        with self._own():
            self._table.create()
            self._connection.exec_driver_sql(self._impl.autocommit_begin)
            try:
                self._write([entry])
                execute()
            except Exception as error:
                with suppress(SQLAlchemyError):  # what went wrong first is what matters
                    self._connection.exec_driver_sql("ROLLBACK")
                if self._impl.refused_transaction(error):
                    return False
                raise
            self._connection.exec_driver_sql("COMMIT")
            self._stays = True
        return True

    def _carry_out(self, entry: Entry, execute: Execute) -> None:
        try:
            execute()
        except Exception as error:
            if self._is_noted(entry) and not self._is_disconnect(error):
                self._refused = entry.position
                with self._own(), suppress(SQLAlchemyError):  # what went wrong first is what matters
                    self._table.forget(entry.position)
                    self._doubts.clear_remains(entry)
            raise
        if not entry.certain:
            self._stays, self._refused = True, None

    def _is_noted(self, entry: Entry) -> bool:
        return self._transactions.in_autocommit or not self._impl.transactional_ddl

    def _is_disconnect(self, error: Exception) -> bool:
        own = self._connection.connection.dbapi_connection
        return self._connection.dialect.is_disconnect(error, own, None)  # type: ignore[arg-type]  # any driver's error

    @contextmanager
    def _own(self) -> Iterator[None]:
        """Execute statements that are not the revision's."""
        before, self._active = self._active, False
        try:
            yield
        finally:
            self._active = before

    # -- what was interrupted ------------------------------------------------------------------------------------------

    def _wants_result(self) -> UnfinishedRevision:
        return self._unfinished("its script wants the result of a statement that is done, and not executed again.")

    def _unfinished(self, why: str) -> UnfinishedRevision:
        entries = [self._known[position] for position in sorted(self._known)]
        with self._own():
            done = self._doubts.was_done(entries[-1])
            tables = told_of(entries, self._connection)
        return unfinished(entries, why, step=self._step, last_is_done=done, left=self._left, tables=tables)
