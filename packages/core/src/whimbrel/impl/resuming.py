"""What a database can tell of a statement that may or may not have been executed."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Connection, Table


class Resuming:
    """The part of :class:`~whimbrel.impl.default.DefaultImpl` that is asked where a run was interrupted.

    Where a rollback does not undo a statement, the run cannot both execute it and note that it did so at once. When it
    dies in between, the catalog is asked.
    """

    # What begins a transaction on a connection that commits each statement; COMMIT and ROLLBACK end it. None where that
    # is not known: then the catalog is asked about statements in an autocommit block.
    autocommit_begin: ClassVar[str | None] = None

    def refused_transaction(self, error: Exception) -> bool:
        """Return whether an error of the driver says that the statement wants to be outside of a transaction: no.

        :param error: what the driver raised.
        """
        return False

    def refuses_transaction(self, statement: str) -> bool:
        """Return whether a statement cannot be executed inside of a transaction, or ends it: no.

        :param statement: SQL text; it may change the schema or rows.
        """
        return False

    def state_of(self, connection: Connection, statement: str) -> str | None:
        """Return what a statement is about to change, as the catalog has it: a text that is another one afterwards.

        :param connection: what to ask.
        :param statement: SQL text.
        :return: ``None`` where that is not known.
        """
        return None

    def clear_remains(self, connection: Connection, statement: str) -> None:
        """Remove what an interrupted statement has left half-done: nothing.

        :param connection: outside of a transaction.
        :param statement: SQL text.
        """

    def may_repeat(self, statement: str) -> bool:
        """Return whether it does no harm to execute a statement twice: no.

        :param statement: SQL text.
        """
        return False

    def also_locking(self, statement: str, table: Table) -> str | None:
        """Return a statement by which a session keeps others from tables, with *table* added to them.

        For databases where that session can use no table besides; ``None`` for any other statement.

        :param statement: SQL text.
        :param table: is to be written meanwhile.
        """
        return None

    def session(self, connection: Connection) -> str | None:
        """Return how the server knows this session, so that another can ask whether it goes on; ``None``: it cannot.

        :param connection: the session.
        """
        return None

    def is_at_work(self, connection: Connection, session: str) -> bool:
        """Return whether a session, whose client is gone, still executes something: no.

        :param connection: what to ask.
        :param session: what :meth:`session` returned in it.
        """
        return False
