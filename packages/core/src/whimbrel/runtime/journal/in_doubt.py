"""The one statement of an interrupted revision that may or may not have been executed."""

from __future__ import annotations

import logging
import time
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from whimbrel.impl import DefaultImpl
from whimbrel.runtime.journal.table import Entry

log = logging.getLogger("whimbrel.runtime.journal")

_POLL: Final = 0.2  # seconds


class Doubts:
    """Asks the database what became of a statement that was noted before it was executed.

    :param impl: knows this database.
    :param connection: the run's connection.
    :param patience: seconds to wait for a statement whose client is gone.
    """

    def __init__(self, impl: DefaultImpl, connection: Connection, patience: float) -> None:
        self._impl = impl
        self._connection = connection
        self._patience = patience

    def settle(self, entry: Entry, statement: str) -> bool | None:
        """Return whether the statement need not be executed again; ``None`` where the database cannot tell.

        :param entry: what was noted of it.
        :param statement: its text, complete.
        """
        if self._impl.may_repeat(statement):
            return False
        self._impl.clear_remains(self._connection, statement)
        return self._has_changed(entry, statement)

    def was_done(self, entry: Entry) -> bool | None:
        """Return whether an entry's statement was executed, and change nothing; ``None`` where nobody can tell."""
        if entry.certain:
            return True
        try:
            return self._has_changed(entry, entry.statement)
        except SQLAlchemyError:
            return None

    def _has_changed(self, entry: Entry, statement: str) -> bool | None:
        now = self._impl.state_of(self._connection, statement)
        return None if now is None or entry.state is None else now != entry.state

    def has_ended(self, entry: Entry) -> bool:
        """Wait for a statement that goes on although its client is gone, and return whether it came to an end."""
        deadline = time.monotonic() + self._patience
        told = False
        while entry.session and self._impl.is_at_work(self._connection, entry.session):
            if time.monotonic() > deadline:
                return False
            if not told:
                log.warning("Waiting for session %s, which still executes: %s", entry.session, entry.statement)
                told = True
            time.sleep(_POLL)
        return True

    def clear_remains(self, entry: Entry) -> None:
        """Remove what a refused statement has left, which was not there before."""
        if entry.state is not None and self._impl.state_of(self._connection, entry.statement) != entry.state:
            self._impl.clear_remains(self._connection, entry.statement)
