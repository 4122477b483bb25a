"""``log``: what ran on a database, when, for how long, by whom."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from whimbrel.commands.database import look
from whimbrel.commands.facts import print_json, print_lines
from whimbrel.commands.table_of import columns_of
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.runtime.history import Record
    from whimbrel.runtime.migration import MigrationContext


def log(
    config: Config,
    revision: str | None = None,
    limit: int | None = None,
    verbose: bool = False,
    *,
    as_json: bool = False,
) -> None:
    """Print the records of a database, newest first.

    :param config: the settings.
    :param revision: an identifier; only its records. One that no file has may be given in full.
    :param limit: the most records to print; ``None`` for all.
    :param verbose: print the error, the fingerprint of the file, the release and the application too.
    :param as_json: print a JSON list instead; times are ISO 8601 in UTC, durations in seconds.

    Where there are none, a :class:`UserWarning` says why.

    Example::

        whimbrel.command.log(Config("whimbrel.ini"), limit=20)
    """
    script = ScriptDirectory.from_config(config)
    wanted = _ids(script, revision)
    records: list[Record] = []
    kept = True

    def at(rows: tuple[str, ...], context: MigrationContext) -> None:
        nonlocal kept
        kept = kept and context.safeguards.keeps_records
        found = [item for item in context.safeguards.history().read() if wanted is None or item.revision in wanted]
        records.extend(reversed(found))

    look(config, script, at)
    shown = records if limit is None else records[:limit]
    if not shown:
        warnings.warn(_why_none(config, revision, kept), UserWarning, stacklevel=2)
    if as_json:
        print_json(config, [record_facts(item) for item in shown])
    elif shown:
        print_lines(config, _lines(shown, verbose))


def _why_none(config: Config, revision: str | None, kept: bool) -> str:
    if kept:
        return f"No records of {'this database' if revision is None else f'revision {revision}'}."
    keys = config.convention.keys
    if keys is None or "history" in keys:
        how = "history = true  in the settings"
    else:  # a project of another tool, whose files do not have that key
        how = "context.configure(..., history=True)  in env.py"
    return f"No records: nothing is recorded here, because history is off. To switch it on:  {how}"


def record_facts(record: Record) -> dict[str, Any]:
    """Return a record as plain data; the keys are a promise to the programs that read them."""
    return {
        "run": record.run,
        "position": record.position,
        "revision": record.revision,
        "direction": record.direction,
        "started": record.started.isoformat(),
        "finished": record.finished.isoformat() if record.finished is not None else None,
        "seconds": record.seconds,
        "outcome": record.outcome,
        "error": record.error,
        "checksum": record.checksum.meaning if record.checksum is not None else None,
        "version": record.version,
        "by": record.by,
        "application": record.application,
    }


def _ids(script: ScriptDirectory, revision: str | None) -> frozenset[str] | None:
    if revision is None:
        return None
    from whimbrel.errors import ResolutionError

    try:
        return frozenset(item.revision for item in script.get_revisions(revision))
    except ResolutionError:
        return frozenset((revision,))  # its file may be gone; the record is not


def _lines(records: Iterable[Record], verbose: bool) -> Iterable[str]:
    rows = [
        (
            record.started.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            record.direction,
            record.revision,
            record.outcome,
            "" if record.seconds is None else f"{record.seconds:.2f} s",
            record.by,
        )
        for record in records
    ]
    lines = columns_of(("started", "step", "revision", "outcome", "took", "by"), rows)
    yield next(lines)
    for record, line in zip(records, lines, strict=True):
        yield line
        yield from (f"    {text}" for text in _details(record, verbose))


def _details(record: Record, verbose: bool) -> list[str]:
    details = record.error.splitlines() if record.error else []
    if verbose:
        details.append(f"run {record.run}, whimbrel {record.version}")
        if record.application is not None:
            details.append(f"application {record.application}")
        if record.checksum is not None:
            details.append(f"checksum {record.checksum.meaning}")
    return details
