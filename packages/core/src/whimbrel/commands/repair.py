"""``repair``: bring the records of a database in line with what is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.commands.database import look
from whimbrel.commands.facts import print_json
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.runtime.migration import MigrationContext


def repair(config: Config, *, as_json: bool = False) -> None:
    """Accept files that were edited after they had been applied, and close the records of runs that died.

    No revision is run. What was done is printed, a line each.

    :param config: the settings.
    :param as_json: print a JSON object instead: ``accepted`` and ``closed``, lists of revisions.

    Example::

        whimbrel.command.repair(Config("whimbrel.ini"))
    """
    script = ScriptDirectory.from_config(config)
    accepted: list[str] = []
    closed: list[str] = []
    lines: list[str] = []

    def at(rows: tuple[str, ...], context: MigrationContext) -> None:
        from whimbrel.runtime.edited import edited_files
        from whimbrel.runtime.history import RUNNING

        with context.safeguards.repairing() as history:
            records = history.read()
            for record in records:
                if record.outcome == RUNNING:
                    history.close(record)
                    closed.append(record.revision)
                    lines.append(
                        f"Closed: {record.direction} {record.revision}, begun {record.started:%Y-%m-%d %H:%M} UTC"
                    )
            for item in edited_files(records, script):
                history.accept(item.script.revision, item.checksum)
                accepted.append(item.script.revision)
                lines.append(f"Accepted as it is now: {item}")

    look(config, script, at)
    if as_json:
        print_json(config, {"accepted": accepted, "closed": closed})
    else:
        for line in lines or ["Nothing to repair."]:
            config.print_stdout("%s", line)
