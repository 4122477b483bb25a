"""From an exception to a message that a person can act on: which file, which line, which revision."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from whimbrel.config import Secret
from whimbrel.errors import CommandError, DatabaseUnreachable, EnvironmentScriptError, MigrationFailed
from whimbrel.redact import redact
from whimbrel.revisions import RevisionStep

Hide = Callable[[str], str]
"""Puts passwords out of sight; where there is a configuration, its own ``redact`` knows more of them."""

_ASK_WHY = "Is the server running, and are host, port, user, password and database name right?"


def line_in(path: str, error: BaseException) -> int | None:
    """Return the last line of the file *path* that was running when *error* was raised, counted from 1."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return lines[-1] if lines else None


def said_by(error: BaseException, hide: Hide = redact) -> str:
    """Return the error in one line or a few, without SQLAlchemy's link, parameters or passwords.

    Parameters are left out because rows hold what must not be in a log.
    """
    if isinstance(error, DBAPIError):
        parts = [f"{type(error.orig).__name__}: {str(error.orig).strip()}"]
        if error.statement:
            parts.append(f"Statement: {_shortened(error.statement)}")
        return hide("\n".join(parts))
    if isinstance(error, CommandError):
        return hide(error.message)
    text = str(error)
    return hide(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def _shortened(statement: str, limit: int = 600) -> str:
    text = statement.strip()
    return text if len(text) <= limit else f"{text[:limit]} ... ({len(text)} characters)"


def migration_failed(
    step: RevisionStep,
    path: str,
    error: BaseException,
    *,
    advice: str | None = None,
    aftermath: str | None,
    hide: Hide = redact,
) -> MigrationFailed:
    """Return what to raise when *step*'s script raised *error*.

    :param path: the script.
    :param advice: what the dialect knows to do about *error*.
    :param aftermath: what the failure leaves in the database; ``None`` when SQL was being written as text.
    :param hide: puts passwords out of sight.
    """
    direction = "downgrade" if step.is_downgrade else "upgrade"
    line = line_in(path, error)
    where = f"{path}:{line}" if line else path
    revision = step.revision.revision
    remedies = [error.remedy] if isinstance(error, CommandError) and error.remedy else []
    if advice is not None:
        remedies.append(advice)
    if aftermath is None and wanted_a_connection(error):
        remedies.append(f"{_NO_DATABASE}\n{_ranges_around(step)}")
    if aftermath is not None:
        remedies.append(aftermath)
    return MigrationFailed(
        f"Revision {revision} failed in {direction}(), {where}\n{said_by(error, hide)}",
        "\n".join(remedies) or None,
        revision=revision,
        path=path,
        line=line,
        direction=direction,
    )


def wanted_a_connection(error: BaseException) -> bool:
    """Return whether code that is neither ours nor SQLAlchemy's asked for the connection that SQL as text has not."""
    if isinstance(error, CommandError):
        return False  # has its own remedy
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    theirs = (
        frame.f_code for frame in frames if frame.f_globals.get("__name__", "").partition(".")[0] not in _NOT_THEIRS
    )
    return any(_CONNECTION.intersection(code.co_names) for code in theirs)


_NOT_THEIRS = frozenset(("whimbrel", "sqlalchemy"))
_CONNECTION = frozenset(("get_bind", "bind", "connection"))
_NO_DATABASE = """\
With --sql there is no database to read from: what op.get_bind() executes is written. Read only where there is one:
    if not op.get_context().as_sql:  # or: if not context.is_offline_mode():
        ..."""


def _ranges_around(step: RevisionStep) -> str:
    """Return how the other revisions are written as SQL."""
    before, after = (",".join(ends) for ends in (step.from_revisions_no_deps, step.to_revisions_no_deps))
    command = f"    whimbrel {step.name}"
    commands = [f"{command} <start>:{before} --sql"] if before else []
    if after:
        commands.append(f"{command} {after}:{'heads' if step.is_upgrade else '<target>'} --sql")
    return "\n".join(["The revisions around it can be written by range:", *commands])


def lacks_function(step: RevisionStep, path: str) -> MigrationFailed:
    """Return what to raise when *step*'s script, at *path*, has no function to run."""
    direction = "downgrade" if step.is_downgrade else "upgrade"
    return MigrationFailed(
        f"Revision {step.revision.revision} has no {direction}(), {path}",
        f"Write it, were it only to do nothing:  def {direction}() -> None: pass",
        revision=step.revision.revision,
        path=path,
        line=None,
        direction=direction,
    )


def unreachable(error: BaseException, url: URL) -> DatabaseUnreachable:
    """Return what to raise when no connection to *url* could be made."""
    secret = Secret(url.render_as_string(hide_password=False))
    said = redact(str(getattr(error, "orig", None) or error).strip(), secret.passwords())
    return DatabaseUnreachable(f"Cannot connect to {secret}\n{said}", _ASK_WHY, url=str(secret))


def is_connection_failure(error: BaseException) -> bool:
    """Return whether *error* is a driver's refusal to connect: raised before any statement."""
    return isinstance(error, (OperationalError, InterfaceError)) and error.statement is None


def environment_failed(path: str, error: BaseException, hide: Hide = redact, *, built_in: bool = False) -> CommandError:
    """Return what to raise when env.py raised *error*.

    :param path: the env.py.
    :param hide: puts passwords out of sight.
    :param built_in: it is ours, and no place for anybody to look for a mistake.
    """
    line = line_in(path, error)
    where = "" if built_in else f", {path}:{line}" if line else f", {path}"
    if is_connection_failure(error):
        said = hide(str(getattr(error, "orig", None) or error).strip())
        return DatabaseUnreachable(f"Cannot connect to the database{where}\n{said}", _ASK_WHY, url="")
    culprit = "The database refused" if isinstance(error, DBAPIError) else "The environment script raised"
    if built_in and not isinstance(error, DBAPIError):
        culprit = "The run failed"
    return EnvironmentScriptError(
        f"{culprit}{where}\n{said_by(error, hide)}",
        "The traceback is shown with --raiseerr.",
        path=path,
        line=line,
    )


def comparison_failed(error: DBAPIError, asked: str) -> CommandError:
    """Return what to raise when the database answered a comparison with *error*.

    :param asked: what compared, such as ``check``.
    """
    if error.connection_invalidated:
        what, remedy = "The connection to the database was lost", "Nothing was written. Try again."
    else:
        what, remedy = "The database refused a question", "Nothing was written. The traceback is shown with --raiseerr."
    return CommandError(f"{what} while {asked} compared it with the models.\n{said_by(error)}", remedy)
