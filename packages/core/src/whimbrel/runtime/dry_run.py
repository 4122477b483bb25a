"""A dry run: all steps in one transaction that is rolled back, and what would leave it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, NoReturn

from sqlalchemy import Connection, NestedTransaction, event
from sqlalchemy.exc import DBAPIError

from whimbrel.errors import CommandError
from whimbrel.impl import DefaultImpl
from whimbrel.revisions import MigrationStep, RevisionStep
from whimbrel.runtime.failure import said_by
from whimbrel.runtime.switches import switches_of
from whimbrel.runtime.transaction import RunTransactions
from whimbrel.script import Script

# What stands in comments, literals and bodies of functions ends no transaction of ours.
_QUOTED: Final = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\$(\w*)\$.*?\$\1\$", re.DOTALL)
_ENDS: Final = re.compile(
    r"(?:^|;)\s*(?:COMMIT|ROLLBACK(?!\s+(?:TO|PREPARED|(?:WORK|TRANSACTION)\s+TO)))\b"
    r"|^\s*END(?:\s+(?:WORK|TRANSACTION))?\s*;?\s*$",
    re.IGNORECASE,
)
_ONE: Final = "a dry run is one transaction that is rolled back at the end"


class DryRunTransactions(RunTransactions):
    """One transaction around all steps, or a savepoint where the transaction is somebody else's; rolled back.

    :param impl: prepares a connection's transaction.
    :param connection: the run's connection.
    :param transactional_ddl: whether a rollback undoes CREATE and ALTER on this database.
    :param per_revision: a real run would commit each revision.
    """

    def __init__(
        self, impl: DefaultImpl, connection: Connection | None, *, transactional_ddl: bool, per_revision: bool
    ) -> None:
        super().__init__(impl, connection, transactional_ddl=transactional_ddl, per_revision=False)
        self._commits_steps = per_revision
        self._check: Callable[[], None] = _nothing

    @property
    def aftermath(self) -> str | None:
        """Say that nothing is left."""
        return "This was a dry run: the database is as it was before."

    def once_rolled_back(self, action: Callable[[], None]) -> None:
        """Leave *action* out: it would write."""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Go on: what has been done so far may not be committed, were it for a moment."""
        yield

    @contextmanager
    def step(self) -> Iterator[None]:
        """Enclose one revision, and see at its end that the database would let it be committed.

        :raises CommandError: it would not.
        """
        yield
        if self._commits_steps:
            self._would_commit()

    def _would_commit(self) -> None:
        try:
            self._check()
        except DBAPIError as error:
            raise CommandError(
                f"The database would refuse to commit this.\n{said_by(error)}", self.aftermath
            ) from error

    def autocommit(self, asked_by: str = "autocommit_block()") -> NoReturn:
        """Refuse.

        :raises CommandError: always.
        """
        raise CommandError(
            f"{asked_by} leaves the transaction, and {_ONE}.",
            "See its SQL (whimbrel plan), and try it on a copy of the database.",
        )

    def _transaction(self) -> AbstractContextManager[object]:
        assert self._connection is not None
        return self._undone(self._connection)

    @contextmanager
    def _undone(self, connection: Connection) -> Iterator[None]:
        ours: Connection | NestedTransaction = connection
        if self._external:
            self._impl.begin_session(connection, ours=False)
            ours = connection.begin_nested()
        else:
            self.settle()
            self._begin(connection)
        self._open = True
        self._check = self._impl.commit_check(connection)
        try:
            with self._held(connection):
                yield
                self._would_commit()
                self._impl.before_commit(connection)  # may find what a commit would be refused for
        finally:
            try:
                if not connection.invalidated and not connection.closed:
                    ours.rollback()
                if not self._external:
                    self._impl.end_session(connection)
            finally:
                self._has_ended()  # the lock of the run is given back

    @contextmanager
    def _held(self, connection: Connection) -> Iterator[None]:
        """Let nothing end the transaction while the block runs."""

        def refuse(_connection: Connection) -> None:
            raise _ended("commits, or rolls back,")

        def look(_connection: Connection, _cursor: Any, statement: str, *_others: Any) -> None:
            if _ENDS.search(_QUOTED.sub(" ", statement)):
                raise _ended(f"executes {statement.strip()[:40]!r}")

        listeners = (("commit", refuse), ("rollback", refuse), ("before_cursor_execute", look))
        for name, listener in listeners:
            event.listen(connection, name, listener)
        try:
            yield
        finally:
            for name, listener in listeners:
                event.remove(connection, name, listener)


def _nothing() -> None:
    """Check nothing."""


def _ended(what: str) -> CommandError:
    return CommandError(f"The script {what} by itself, and {_ONE}.", "Try this revision on a copy of the database.")


def refuse_what_stays(steps: Sequence[MigrationStep], *, transactional_ddl: bool, database: str) -> None:
    """Refuse a dry run of steps of which a rollback would leave something.

    :param steps: all that would run.
    :param transactional_ddl: whether a rollback undoes CREATE and ALTER.
    :param database: its dialect's name.
    :raises CommandError: there are such steps; it names them.
    """
    revisions = [step.revision for step in steps if isinstance(step, RevisionStep)]
    if not transactional_ddl and revisions:
        raise CommandError(
            f"{database} commits with each CREATE, ALTER and DROP, so a dry run would be a real one: of "
            f"{_named([item.revision for item in revisions])}.",
            "See what would run (whimbrel plan), and try it on a copy of the database.",
        )
    outside = [item for item in revisions if isinstance(item, Script) and not switches_of(item).transactional]
    if outside:
        raise CommandError(
            f"These run outside of a transaction (transactional = False), and {_ONE}: "
            f"{_named([f'{item.revision} ({item.path})' for item in outside])}.",
            f"Dry-run what stands before:  whimbrel upgrade --dry-run <revision before {outside[0].revision}>",
        )


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" ... ({len(names)} in all)" if len(names) > 8 else "")
