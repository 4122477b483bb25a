"""The table of records: which step ran when, for how long, by whom, and how it ended."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import count
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Float,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    inspect,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from whimbrel._version import __version__
from whimbrel.errors import CommandError
from whimbrel.impl import DefaultImpl
from whimbrel.redact import redact
from whimbrel.revisions import MAX_REVISION_ID_LENGTH, MigrationStep, RevisionStep
from whimbrel.runtime.failure import Hide, said_by
from whimbrel.runtime.moments import in_utc, now
from whimbrel.runtime.own_tables import LONGEST_SCOPE
from whimbrel.script import Script
from whimbrel.script.checksum import Checksum
from whimbrel.script.checksums import Checksums

PLANNED: Final = "planned"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
INTERRUPTED: Final = "interrupted"
_NO_SUMS: Final[Mapping[str, str | None]] = MappingProxyType({"text_checksum": None, "checksum": None})
_LONGEST_MESSAGE: Final = 4000


@dataclass(frozen=True, slots=True)
class Record:
    """One row: a step that was begun.

    A step that a run has not come to has a row too, whose outcome is ``planned``; it is no record.

    :param run: which run it belongs to: 32 hexadecimal digits, greater in a later run.
    :param position: which step of the run, counted from 0.
    :param revision: the revision; for a stamp, those that the database was said to be at, separated by commas.
    :param direction: ``upgrade``, ``downgrade``, ``stamp``, or ``repair`` for a file that was accepted as it is.
    :param started: when it began, in UTC.
    :param finished: when it ended, in UTC; ``None`` while it runs, or where its process died.
    :param seconds: how long it took.
    :param outcome: ``running``, ``done``, ``failed`` or ``interrupted``.
    :param error: what the error said, without passwords.
    :param checksum: fingerprints of the version file as it ran; ``None`` for a stamp.
    :param version: the release of Whimbrel.
    :param by: who ran it: ``user@host``.
    :param application: what the setting ``application_name`` says.
    """

    run: str
    position: int
    revision: str
    direction: str
    started: datetime
    finished: datetime | None
    seconds: float | None
    outcome: str
    error: str | None
    checksum: Checksum | None
    version: str
    by: str
    application: str | None


def history_table(name: str, schema: str | None) -> Table:
    """Return the table of records.

    :param name: its name.
    :param schema: its schema; ``None`` for the connection's default.
    """
    return Table(
        name,
        MetaData(),
        Column("run", String(32), primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("scope", String(LONGEST_SCOPE), nullable=False),
        Column("revision", String(MAX_REVISION_ID_LENGTH), nullable=False),
        Column("direction", String(16), nullable=False),
        Column("started", DateTime, nullable=False),
        Column("finished", DateTime),
        Column("seconds", Float),
        Column("outcome", String(16), nullable=False),
        Column("error_class", String(255)),
        Column("error_message", Text),
        Column("text_checksum", String(64)),
        Column("checksum", String(64)),
        Column("tool_version", String(64), nullable=False),
        Column("executed_by", String(255), nullable=False),
        Column("application", String(255)),
        schema=schema,
    )


@cache
def who() -> str:
    """Return who runs this process: ``user@host``; a number where the user has no name."""
    import getpass  # a run without steps needs neither
    import socket

    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may be in no list
        user = str(getattr(os, "getuid", lambda: "unknown")())
    return f"{user}@{socket.gethostname()}"[:255]


class History:
    """The records of one database.

    :param impl: creates the table as this database wants it.
    :param connection: the run's connection.
    :param name: the table's name.
    :param schema: its schema.
    :param scope: whose records: the name of a version table; others in the same schema have runs of their own.
    :param application: what runs here.
    :param hide: puts passwords out of sight.
    """

    def __init__(
        self,
        impl: DefaultImpl,
        connection: Connection,
        *,
        name: str,
        schema: str | None,
        scope: str,
        application: str | None = None,
        hide: Hide = redact,
    ) -> None:
        self.table = history_table(name, schema)
        self.connection = connection
        self._impl = impl
        self._scope = scope[:LONGEST_SCOPE]
        self._application = application
        self._hide = hide
        self._run, self._rows = new_run(), count()
        self.checksums = Checksums()
        """What is known of the version files."""

    def over(self, connection: Connection) -> History:
        """Return the same records, written over another connection.

        :param connection: what to write on instead.
        """
        other = copy(self)
        other.connection = connection
        return other

    def exists(self) -> bool:
        """Return whether the database has the table; costs one look at the catalog."""
        return inspect(self.connection).has_table(self.table.name, self.table.schema)

    def prepare(self) -> None:
        """Create the table if it is not there.

        :raises CommandError: the database refuses.
        """
        if self.exists():
            return
        try:
            self._impl.create_table(self.table)
        except SQLAlchemyError as error:
            said = said_by(error, self._hide).splitlines()[0]
            raise CommandError(
                f"The table of records, {self.table.fullname}, cannot be created.\n{said}",
                "Let this user create it, or keep no records:  history = false",
            ) from error

    @property
    def _is_ours(self) -> ColumnElement[bool]:
        return self.table.c.scope == self._scope

    def read(self) -> list[Record]:
        """Return all records, oldest first; none where there is no table."""
        if not self.exists():
            return []
        columns = self.table.c
        begun = self._is_ours & (columns.outcome != PLANNED)
        wanted = select(self.table).where(begun).order_by(columns.run, columns.position)
        return [_record(row) for row in self.connection.execute(wanted)]

    def settled(self, step: MigrationStep) -> None:
        """Note that a step is said to be done, by somebody who put the database right.

        :param step: the step.
        """
        self._add(self.row(self._run, next(self._rows), step))

    def accept(self, script: Script, sums: Checksum) -> None:
        """Note that a file is right as it is, whatever its fingerprints were.

        :param script: the revision.
        :param sums: the file's fingerprints.
        """
        accepted = self._facts(self._run, next(self._rows), script.revision, "repair")
        self._add(accepted | {"text_checksum": sums.text, "checksum": sums.meaning})

    def _add(self, row: dict[str, Any]) -> None:
        self.connection.execute(self.table.insert(), row | ended(0.0))

    def close_all(self) -> None:
        """Note that the steps which are said to run do not run any more: their processes died."""
        outcome = self.table.c.outcome
        dead = self.table.update().where(outcome == RUNNING, self._is_ours)
        self.connection.execute(dead.values(outcome=INTERRUPTED, finished=now()))
        self.connection.execute(self.table.delete().where(outcome == PLANNED, self._is_ours))

    # -- rows ---------------------------------------------------------------------------------------------------------

    def row(self, run: str, position: int, step: MigrationStep, outcome: str = RUNNING) -> dict[str, Any]:
        """Return the row of a step.

        :param run: which run it belongs to.
        :param position: which step of the run, counted from 0.
        :param step: the step.
        :param outcome: ``planned`` for a step that does not begin now.
        """
        facts = self._facts(run, position, revision_of(step), "stamp" if step.is_stamp else step.name)
        return {**facts, "outcome": outcome, **(_NO_SUMS if outcome == PLANNED else self.sums_of(step))}

    def sums_of(self, step: MigrationStep) -> Mapping[str, str | None]:
        """Return the fingerprints of a step's file as it is now, by column."""
        if not isinstance(step, RevisionStep) or not isinstance(step.revision, Script):
            return _NO_SUMS
        sums = self.checksums.of(step.revision.path)
        return {"text_checksum": sums.text, "checksum": sums.meaning}

    def _facts(self, run: str, position: int, revision: str, direction: str) -> dict[str, Any]:
        return {
            "run": run,
            "position": position,
            "scope": self._scope,
            "revision": revision[:MAX_REVISION_ID_LENGTH],
            "direction": direction,
            "started": now(),
            "tool_version": __version__,
            "executed_by": who(),
            "application": self._application,
        }

    def failure(self, error: BaseException, seconds: float) -> dict[str, Any]:
        """Return what is noted of a step that failed.

        :param error: what was raised.
        :param seconds: how long it took.
        """
        cause = error.__cause__ or error
        return {
            **ended(seconds, FAILED if isinstance(error, Exception) else INTERRUPTED),
            "error_class": type(cause).__name__[:255],
            "error_message": said_by(cause, self._hide)[:_LONGEST_MESSAGE],
        }


def new_run() -> str:
    """Return what a run is known by: 32 hexadecimal digits, greater than those of an earlier one."""
    return f"{time.time_ns():016x}{os.urandom(8).hex()}"


def revision_of(step: MigrationStep) -> str:
    """Return what a record names: the revision, or all that a stamp leads to."""
    if isinstance(step, RevisionStep):
        return step.revision.revision
    return ",".join(step.to_revisions_no_deps) or "base"


def ended(seconds: float, outcome: str = DONE) -> dict[str, Any]:
    """Return what is noted of a step when it ends.

    :param seconds: how long it took.
    :param outcome: how it ended.
    """
    return {"outcome": outcome, "finished": now(), "seconds": seconds}


def _record(row: Row[Any]) -> Record:
    facts = row._mapping
    return Record(
        run=facts["run"],
        position=facts["position"],
        revision=facts["revision"],
        direction=facts["direction"],
        started=in_utc(facts["started"]),
        finished=in_utc(facts["finished"]) if facts["finished"] is not None else None,
        seconds=facts["seconds"],
        outcome=facts["outcome"],
        error=facts["error_message"],
        checksum=Checksum(facts["text_checksum"], facts["checksum"]) if facts["checksum"] else None,
        version=facts["tool_version"],
        by=facts["executed_by"],
        application=facts["application"],
    )
