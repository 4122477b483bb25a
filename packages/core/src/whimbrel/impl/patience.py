"""How long a statement may wait or run, who keeps it waiting, and whether a server is about to come up."""

from __future__ import annotations

import re
import socket
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

from sqlalchemy import Connection, Dialect


class Limits(NamedTuple):
    """What a statement may take: seconds, 0 for no limit; None leaves it as the server has it.

    :ivar lock: to wait for a lock.
    :ivar statement: from its beginning to its end.
    """

    lock: float | None = None
    statement: float | None = None

    def __bool__(self) -> bool:
        """Return whether there is anything to set."""
        return self.lock is not None or self.statement is not None


@dataclass(frozen=True, slots=True)
class Blocker:
    """A session of somebody else that keeps, or may keep, a statement from its lock.

    :param session: what the server calls it, such as ``server process 4711``.
    :param state: what it does, in the server's words.
    :param application: what it says of itself.
    :param transaction: how long its transaction has been open, in seconds.
    :param query: how long ago its last statement began, in seconds.
    :param statement: that statement, without values; see :func:`shown`.
    :param ending: what ends it from outside.
    :param certain: whether it is known to hold a lock on the table, or only has a transaction open.

    Example::

        >>> str(Blocker("server process 4711", state="idle in transaction", transaction=92.0))
        'server process 4711 (idle in transaction, transaction open for 92 s)'
    """

    session: str
    state: str | None = None
    application: str | None = None
    transaction: float | None = None
    query: float | None = None
    statement: str | None = None
    ending: str | None = None
    certain: bool = True

    def __str__(self) -> str:
        facts = [repr(self.application)] if self.application else []
        facts += [self.state] if self.state else []
        facts += [f"transaction open for {self.transaction:.0f} s"] if self.transaction is not None else []
        facts += [f"query begun {self.query:.0f} s ago"] if self.query is not None else []
        who = f"{self.session} ({', '.join(facts)})" if facts else self.session
        return f"{who}: {self.statement}" if self.statement else who


_LONGEST: Final = 100  # characters


def shown(statement: str | None, quotes: str = "'$") -> str | None:
    """Return somebody else's statement as it may stand in a log: up to its first text, numbers left out, on one line.

    :param statement: SQL text, perhaps cut off.
    :param quotes: what texts begin with on this database.

    Example::

        >>> shown("UPDATE account SET password = 'hunter2' WHERE id = 7")
        'UPDATE account SET password = ...'
    """
    if not statement:
        return None
    text = re.split(f"[{re.escape(quotes)}]", statement, maxsplit=1)[0]
    line = re.sub(r"\b\d[\w.]*", "?", " ".join(text.split()))
    return line if text == statement and len(line) <= _LONGEST else f"{line[:_LONGEST].rstrip()} ..."


def names_in(statement: str) -> list[str]:
    """Return the words of a statement that may be names of tables, quoted or not, each once.

    :param statement: SQL text.
    """
    found = re.findall(r'"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|([^\W\d]\w*)', statement)
    names = [one.replace('""', '"') or two.replace("``", "`") or three for one, two, three in found]
    return list(dict.fromkeys(names))


_NO_ANSWER: Final = (  # a text: it is compiled when it is first used
    "refused|timed out|timeout expired|reset by peer|closed the connection unexpectedly|could not translate host name"
    "|name or service not known|temporary failure in name resolution|getaddrinfo failed|no route to host"
    "|network is unreachable|no such file or directory"
)


def no_answer(error: BaseException) -> bool:
    """Return whether nobody answered where a server was looked for: nothing listens, or the name is not known yet.

    :param error: what the driver raised.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ConnectionError | TimeoutError | socket.gaierror):
            return True
        seen = seen.__cause__ or seen.__context__
    return re.search(_NO_ANSWER, str(error), re.IGNORECASE) is not None


class Patient:
    """The part of :class:`~whimbrel.impl.default.DefaultImpl` that knows how long things may take."""

    # Whether limits belong to the session, and outlast a transaction; if not, they are set anew in each.
    limits_outlast_transaction: ClassVar[bool] = True

    dialect: Dialect
    memo: dict[Any, Any]

    def limited(self, connection: Connection, limits: Limits, *, in_transaction: bool) -> AbstractContextManager[None]:
        """Return a context whose statements have *limits*; afterwards everything is as before.

        :param connection: the run's connection.
        :param limits: something is set in it.
        :param in_transaction: the whole block is in one transaction, and may end by an error that aborts it.
        """
        self.warn_once(f"lock_timeout and statement_timeout have no effect on {self.dialect.name}.")
        return nullcontext()

    def is_lock_failure(self, error: BaseException) -> bool:
        """Return whether a statement failed because of a lock that somebody else has, and may work next time: no.

        :param error: what the driver raised.
        """
        return False

    def is_statement_timeout(self, error: BaseException) -> bool:
        """Return whether a statement was ended because it took too long: no.

        :param error: what the driver raised.
        """
        return False

    def blockers(self, connection: Connection, statement: str) -> list[Blocker]:
        """Return who may have kept a statement waiting, oldest first; none where the database cannot tell.

        :param connection: the run's; its transaction may be aborted.
        :param statement: the statement that failed, as SQL text.
        """
        return []

    @classmethod
    def is_coming_up(cls, error: BaseException) -> bool:
        """Return whether a server that could not be connected to may answer soon: where nobody answered.

        :param error: what the driver raised.
        """
        return no_answer(error)

    def warn_once(self, message: str) -> None:
        """Log a warning, once in a run.

        :param message: the text.
        """
        if message not in self.memo:
            self.memo[message] = True
            from logging import getLogger

            getLogger("whimbrel.runtime.migration").warning("%s", message)
