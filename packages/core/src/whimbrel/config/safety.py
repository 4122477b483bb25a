"""Settings about safe runs: alone, patient, recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from whimbrel.config.sources import Lookup

RUN_LOCKS: Final = ("auto", "database", "available", "lease", "off")
CHECKSUMS: Final = ("strict", "warn", "off")


class SafetySettings(NamedTuple):
    """How a run takes care; every field is a setting of that name, and an option of ``configure()``.

    The defaults are those of a context that is made by hand, which takes no lock and writes no record; those of a
    project are in :data:`PROJECT`.

    :ivar run_lock: ``database`` (the server's own lock), ``lease`` (a row that is renewed), ``auto`` (the former, or
        the latter where there is none), ``available`` (the former, or nothing where there is none), ``off``.
    :ivar lock_wait: seconds to wait for another run to end.
    :ivar lock_timeout: seconds that a statement may wait for a lock; None for what the server has set.
    :ivar statement_timeout: seconds that a statement may take; None for what the server has set.
    :ivar retries: how often a revision that was cleanly rolled back because of a lock is tried again.
    :ivar wait_for_database: seconds to wait at the start for a server that does not answer yet.
    :ivar history: whether each step is recorded.
    :ivar history_table: name of the table of records.
    :ivar history_schema: its schema; None for that of the version table.
    :ivar checksums: what an edited file that was applied leads to: ``warn``, ``strict`` (refused) or ``off``.
    :ivar journal: whether statements are noted where a rollback would not undo them, so that a revision that was
        interrupted can be resumed.
    :ivar protected: whether steps down that lose data have to be confirmed.
    :ivar application_name: what the records say runs here; None for nothing.
    """

    run_lock: str = "off"
    lock_wait: float = 60.0
    lock_timeout: float | None = None
    statement_timeout: float | None = None
    retries: int = 0
    wait_for_database: float = 0.0
    history: bool = False
    history_table: str = "whimbrel_history"
    history_schema: str | None = None
    checksums: str = "off"
    journal: bool = False
    protected: bool = False
    application_name: str | None = None


PROJECT: Final = SafetySettings(run_lock="auto", retries=3, history=True, checksums="warn", journal=True)
"""What a project has where its settings say nothing."""


def read_safety(lookup: Lookup, default: SafetySettings = PROJECT) -> SafetySettings:
    """Return the settings about safety.

    :param lookup: where the settings are.
    :param default: what counts where nothing is said.
    :raises ConfigError: a value cannot be what its key asks for.
    """
    from whimbrel.config import parse

    return SafetySettings(
        run_lock=parse.choice(lookup, "run_lock", RUN_LOCKS, default.run_lock),
        lock_wait=parse.duration(lookup, "lock_wait", default.lock_wait),
        lock_timeout=parse.duration(lookup, "lock_timeout", default.lock_timeout),
        statement_timeout=parse.duration(lookup, "statement_timeout", default.statement_timeout),
        retries=parse.whole_number(lookup, "retries", default.retries),
        wait_for_database=parse.duration(lookup, "wait_for_database", default.wait_for_database),
        history=parse.flag(lookup, "history", default.history),
        history_table=parse.text(lookup, "history_table") or default.history_table,
        history_schema=parse.text(lookup, "history_schema") or default.history_schema,
        checksums=parse.choice(lookup, "checksums", CHECKSUMS, default.checksums),
        journal=parse.flag(lookup, "journal", default.journal),
        protected=parse.flag(lookup, "protected", default.protected),
        application_name=parse.text(lookup, "application_name") or default.application_name,
    )
