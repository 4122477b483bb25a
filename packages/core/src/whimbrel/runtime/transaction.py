"""Where transactions begin and end in a run: around all of it, around each revision, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from whimbrel.errors import CommandError
from whimbrel.impl import DefaultImpl
from whimbrel.impl.patience import Limits
from whimbrel.runtime.failure import said_by


class RunTransactions:
    """The transactions of one run.

    Four cases, told apart once:

    * the connection came inside a transaction: its owner commits, nothing is begun here;
    * one transaction around the whole run (transactional DDL, ``transaction_per_migration=False``);
    * one transaction a revision: where DDL is transactional it holds the whole revision, elsewhere
      (MySQL, MariaDB) it holds the rows the revision writes and its version row;
    * SQL as text: the same places get ``BEGIN`` and ``COMMIT``, where DDL is transactional.

    :param impl: emits BEGIN and COMMIT as text, and prepares a connection's transaction.
    :param connection: the run's connection; ``None`` when SQL is written as text.
    :param transactional_ddl: whether a rollback undoes CREATE and ALTER on this database.
    :param per_revision: one transaction a revision instead of one a run.
    """

    def __init__(
        self, impl: DefaultImpl, connection: Connection | None, *, transactional_ddl: bool, per_revision: bool
    ) -> None:
        self._impl = impl
        self._connection = connection
        self._transactional_ddl = transactional_ddl
        self._per_revision = per_revision or not transactional_ddl
        self._external = connection is not None and connection.in_transaction()
        self._open = False
        self._interrupted = False
        self.in_autocommit = False
        self.before_interruption: Callable[[], None] | None = None
        """Is called when a transaction is about to be committed in the middle of a revision."""
        self._after_rollback: list[Callable[[], None]] = []
        self._after_end: list[Callable[[], None]] = []
        self._limits: tuple[Limits, ExitStack] | None = None

    @property
    def is_callers(self) -> bool:
        """Whether the connection came inside a transaction, which its owner ends."""
        return self._external

    @property
    def undoes_all(self) -> bool:
        """Whether a rollback would undo all that the step at hand has done."""
        return self._transactional_ddl and not self._interrupted

    @property
    def step_is_undone(self) -> bool:
        """Whether nothing is left of the step that has just failed, and it could begin again at once."""
        connection = self._connection
        if connection is None or connection.invalidated or connection.closed:
            return False
        return self._per_revision and self.undoes_all and not self._open and not self._external

    @property
    def aftermath(self) -> str | None:
        """What a failure leaves behind, in a sentence with what to do about it; ``None`` for SQL as text."""
        if self._connection is None:
            return None
        if not self._transactional_ddl or self._interrupted:
            return (
                "What ran before the failing statement stays where this database cannot undo it. Look at the tables "
                "this revision touches, put them right by hand, and run it again."
            )
        if self._external:
            return "The transaction is the caller's: the database is as before once the caller rolls it back."
        return f"The database is as it was before this {'revision' if self._per_revision else 'run'}."

    def run(self) -> AbstractContextManager[object]:
        """Return the context that encloses the whole run."""
        if self._open:
            return nullcontext()
        return self._around_steps() if self._per_revision else self._transaction()

    def step(self) -> AbstractContextManager[object]:
        """Return the context that encloses one revision and its version row."""
        return self._transaction() if self._per_revision and not self._open else nullcontext()

    def settle(self) -> None:
        """Commit what was executed since the last transaction ended, so that the next one starts fresh.

        SQLAlchemy begins a transaction by itself with the first statement, were it only a look at the version table;
        and env.py may have set a search_path, or created a schema, on the way to the first revision.
        """
        if self._connection is not None and not self._external and not self._open:
            self._connection.commit()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """End a transaction that is open, if it is ours, and begin it again after the block.

        While another run is waited for, what was read in it would keep SQLite from committing for that run.
        """
        if not self._open or self._connection is None:
            yield
            return
        self._commit(self._connection)
        yield
        self._begin(self._connection)

    def see_what_is_committed(self) -> None:
        """Begin an open transaction anew, if it is ours and would not see what others have committed since."""
        connection = self._connection
        if self._open and connection is not None and connection.get_isolation_level() != "READ COMMITTED":
            with self.paused():
                pass

    def once_rolled_back(self, action: Callable[[], None]) -> None:
        """Call *action* when what has just failed is undone: now, or when the transaction around it is rolled back.

        Not at all where that transaction is the caller's, who rolls back when we are gone.

        :param action: may use the connection, which is outside of any transaction then.
        """
        if self._external or self._connection is None:
            return
        if self._open:
            self._after_rollback.append(action)
        else:
            action()

    def once_ended(self, action: Callable[[], None]) -> None:
        """Call *action* when the run's transaction that is open has ended, however it does; now where none is.

        :param action: may not raise.
        """
        if self._open:
            self._after_end.append(action)
        else:
            action()

    @contextmanager
    def _around_steps(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        self.settle()

    def _roll_back(self) -> None:
        # A dead connection cannot roll back; the server did. What went wrong first is what matters.
        connection = self._connection
        if connection is not None and not self._external and not connection.invalidated and not connection.closed:
            connection.rollback()

    @contextmanager
    def limited(self, limits: Limits) -> Iterator[None]:
        """Have *limits* for the statements of the block, those of autocommit blocks in it included.

        :param limits: something is set in it.
        """
        if self._connection is None:
            yield
            return
        with ExitStack() as stack:
            self._limits = (limits, stack)
            stack.enter_context(self._impl.limited(self._connection, limits, in_transaction=True))
            try:
                yield
            finally:
                self._limits = None

    @contextmanager
    def _limits_outside(self, connection: Connection) -> Iterator[None]:
        """Have the limits that end with a transaction around the block, which is outside of any."""
        if self._limits is None or self._impl.limits_outlast_transaction:
            yield
            return
        with self._impl.limited(connection, self._limits[0], in_transaction=False):
            yield

    @contextmanager
    def autocommit(self, asked_by: str = "autocommit_block()") -> Iterator[None]:
        """Commit what is open, run the block outside of any transaction, and begin again.

        :param asked_by: what wants that, for the message.
        :raises CommandError: the connection came inside its owner's transaction, which is not ours to commit.
        """
        reopen = self._open
        if self._external:
            raise CommandError(
                f"{asked_by} has to commit, but the connection was handed over inside a transaction.",
                "Hand over a connection on which no transaction has begun.",
            )
        self._interrupted = True
        if self._connection is None:
            with self._text_interruption(reopen):
                yield
            return
        if reopen:
            if self.before_interruption is not None:
                self.before_interruption()
            self._commit(self._connection)
        before = self._connection.get_isolation_level()
        self._connection.rollback()
        self._connection.execution_options(isolation_level="AUTOCOMMIT")
        self.in_autocommit = True
        try:
            with self._limits_outside(self._connection):
                yield
        finally:
            self.in_autocommit = False
            self._connection.rollback()
            self._connection.execution_options(isolation_level=before)
            if reopen:
                self._begin(self._connection)

    @contextmanager
    def _text_interruption(self, reopen: bool) -> Iterator[None]:
        if reopen:
            self._impl.emit_commit()
        yield
        if reopen:
            self._impl.emit_begin()

    def _transaction(self) -> AbstractContextManager[object]:
        if self._external and self._connection is not None:
            # SQLite's driver keeps the owner's BEGIN back; without it, DDL would be committed statement by statement.
            self._impl.begin_session(self._connection, ours=False)
            return nullcontext()
        return self._text_transaction() if self._connection is None else self._live_transaction(self._connection)

    @contextmanager
    def _text_transaction(self) -> Iterator[None]:
        if not self._transactional_ddl:
            yield
            return
        self._impl.emit_begin()
        self._open = True
        try:
            yield
            self._impl.emit_commit()
        finally:
            self._open = False

    @contextmanager
    def _live_transaction(self, connection: Connection) -> Iterator[None]:
        self.settle()
        self._begin(connection)
        self._open = True
        self._interrupted = False
        try:
            yield
            self._commit(connection)
        except BaseException:
            self._open = False
            self._roll_back()
            self._impl.end_session(connection)
            while self._after_rollback:
                self._after_rollback.pop(0)()
            raise
        finally:
            self._has_ended()

    def _has_ended(self) -> None:
        self._open = False
        while self._after_end:
            self._after_end.pop(0)()

    def _commit(self, connection: Connection) -> None:
        self._impl.before_commit(connection)
        try:
            connection.commit()
        except DBAPIError as error:
            # Without a statement SQLAlchemy's error looks like one of a connection that could not be made.
            unknown = "Only the database knows whether it did:  whimbrel current"
            raise CommandError(
                f"The database did not confirm a commit.\n{said_by(error)}",
                unknown if error.connection_invalidated else self.aftermath,
            ) from error
        self._impl.end_session(connection)

    def _begin(self, connection: Connection) -> None:
        connection.begin()
        self._impl.begin_session(connection)
        if self._limits is not None and not self._impl.limits_outlast_transaction:
            limits, stack = self._limits
            stack.enter_context(self._impl.limited(connection, limits, in_transaction=True))
