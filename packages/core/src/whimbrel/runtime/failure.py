"""From an exception to a message that a person can act on: which file, which line, which revision."""

from __future__ import annotations

import traceback

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from whimbrel.errors import CommandError, DatabaseUnreachable, EnvironmentScriptError, MigrationFailed
from whimbrel.redact import redact
from whimbrel.revisions import RevisionStep


def line_in(path: str, error: BaseException) -> int | None:
    """Return the last line of the file *path* that was running when *error* was raised, counted from 1."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return lines[-1] if lines else None


def said_by(error: BaseException) -> str:
    """Return the error in one line or a few, without SQLAlchemy's link, parameters or passwords.

    Parameters are left out because rows hold what must not be in a log.
    """
    if isinstance(error, DBAPIError):
        parts = [f"{type(error.orig).__name__}: {str(error.orig).strip()}"]
        if error.statement:
            parts.append(f"Statement: {_shortened(error.statement)}")
        return redact("\n".join(parts))
    if isinstance(error, CommandError):
        return redact(error.message)
    return redact(f"{type(error).__name__}: {error}")


def _shortened(statement: str, limit: int = 600) -> str:
    text = statement.strip()
    return text if len(text) <= limit else f"{text[:limit]} ... ({len(text)} characters)"


def migration_failed(
    step: RevisionStep, path: str, error: BaseException, *, as_sql: bool, undone: str | None
) -> MigrationFailed:
    """Return what to raise when *step*'s script raised *error*.

    :param path: the script.
    :param as_sql: SQL was being written as text.
    :param undone: what the rollback undoes, in words; ``None`` where it does not undo everything.
    """
    direction = "downgrade" if step.is_downgrade else "upgrade"
    line = line_in(path, error)
    where = f"{path}:{line}" if line else path
    revision = step.revision.revision
    remedies = [error.remedy] if isinstance(error, CommandError) and error.remedy else []
    if as_sql and isinstance(error, AttributeError) and "'NoneType'" in str(error):
        remedies.append(
            "With --sql there is no connection, so op.get_bind() is None. Where a revision has to read, ask first:\n"
            "    if op.get_context().as_sql: ..."
        )
    if undone:
        remedies.append(f"The database is as it was before {undone}.")
    elif not as_sql:
        remedies.append(
            "What ran before the failing statement stays where this database cannot undo it. Look at the tables this "
            "revision touches, put them right by hand, and run it again."
        )
    return MigrationFailed(
        f"Revision {revision} failed in {direction}(), {where}\n{said_by(error)}",
        "\n".join(remedies) or None,
        revision=revision,
        path=path,
        line=line,
        direction=direction,
    )


def unreachable(error: BaseException, url: URL) -> DatabaseUnreachable:
    """Return what to raise when no connection to *url* could be made."""
    password = str(url.password) if url.password else ""
    shown = url.render_as_string(hide_password=True)
    said = redact(str(getattr(error, "orig", None) or error).strip(), [password])
    return DatabaseUnreachable(
        f"Cannot connect to {shown}\n{said}",
        "Is the server running, and are host, port, user, password and database name right?",
        url=shown,
    )


def is_connection_failure(error: BaseException) -> bool:
    """Return whether *error* is a driver's refusal to connect: raised before any statement."""
    return isinstance(error, (OperationalError, InterfaceError)) and error.statement is None


def environment_failed(path: str, error: BaseException) -> CommandError:
    """Return what to raise when env.py (at *path*) raised *error*."""
    if is_connection_failure(error):
        said = redact(str(getattr(error, "orig", None) or error).strip())
        return DatabaseUnreachable(
            f"Cannot connect to the database\n{said}",
            "Is the server running, and are host, port, user, password and database name right?",
            url="",
        )
    line = line_in(path, error)
    where = f"{path}:{line}" if line else path
    return EnvironmentScriptError(
        f"The environment script raised, {where}\n{said_by(error)}",
        "The traceback is shown with --raiseerr.",
        path=path,
        line=line,
    )
