"""From words to an exit code: runs a command, and turns what went wrong into one message."""

from __future__ import annotations

import errno
import os
import sys
from types import TracebackType

import click

from whimbrel.cli import exit_codes
from whimbrel.cli.terminal.group import group
from whimbrel.cli.terminal.interrupts import Terminated, signals_raised
from whimbrel.cli.terminal.session import Session
from whimbrel.errors import CommandError, EnvironmentScriptError, MigrationFailed

_NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EIO)
COMPLETE_VARIABLE = "_WHIMBREL_COMPLETE"


def run(words: list[str], prog: str) -> int:
    """Run one command line.

    :param words: what stands after the program's name.
    :param prog: the program's name.
    :return: a code of :mod:`whimbrel.cli.exit_codes`.
    """
    session = Session()
    plugins_disabled = os.environ.get("WHIMBREL_DISABLE_PLUGINS")
    try:
        with signals_raised():
            return _guarded(words, prog, session)
    except Terminated as error:
        _say("Terminated.")
        return int(error.code or 0)
    finally:
        session.close()
        if session.no_plugins:
            _restore("WHIMBREL_DISABLE_PLUGINS", plugins_disabled)


def _guarded(words: list[str], prog: str, session: Session) -> int:
    try:
        code = _invoke(words, prog, session)
        sys.stdout.flush()
        return code
    except click.exceptions.Exit as error:
        # No command at all gets the help too, but whatever called us has made a mistake.
        return error.exit_code if words else exit_codes.USAGE
    except BrokenPipeError:
        _give_up_output()  # whoever read it has gone
        return exit_codes.BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort):
        if session.raiseerr:
            _redact_tracebacks(session)
            raise
        _say("Interrupted.")
        return exit_codes.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Exception as error:
        if session.raiseerr:
            _redact_tracebacks(session)
            raise
        return _failed(error, session)


def _unwritten(error: Exception) -> CommandError | None:
    """Return what is wrong if *error* says that what was printed cannot be written: the disk is full.

    With a buffer in between, flushing is what fails; without one it is any write, whose error names no file.
    """
    found = error.__cause__ if isinstance(error, (EnvironmentScriptError, MigrationFailed)) else error
    if not isinstance(found, OSError) or found.filename is not None or found.errno not in _NO_ROOM:
        return None
    _give_up_output()
    return CommandError(
        f"The output cannot be written: {found.strerror or found}.", "Make room where it is to go, and try again."
    )


def _give_up_output() -> None:
    """Send what Python flushes at its end nowhere, lest it complains a second time."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _invoke(words: list[str], prog: str, session: Session) -> int:
    if COMPLETE_VARIABLE in os.environ:
        group.main(words, prog_name=prog, complete_var=COMPLETE_VARIABLE, obj=session)
    with group.make_context(prog, list(words) or ["--help"], obj=session) as context:
        group.invoke(context)
    return exit_codes.DONE


def _failed(error: Exception, session: Session) -> int:
    if session.verbose:
        import traceback

        click.echo(session.redact(traceback.format_exc()), err=True)
    error = _unwritten(error) or error
    if isinstance(error, CommandError):
        _say(_shown(session.redact(error.message)), "Error")
        if error.remedy:
            click.echo(_shown(session.redact(error.remedy)), err=True)
        return error.exit_code
    _say(_shown(session.redact(f"{type(error).__name__}: {error}")), "Error")
    if not session.verbose:
        click.echo("This was not expected. For the traceback:  whimbrel --raiseerr ...", err=True)
    return exit_codes.ERROR


def _redact_tracebacks(session: Session) -> None:
    """Hide passwords in the traceback with which Python ends, unless somebody else writes it."""
    if sys.excepthook is not sys.__excepthook__:
        return

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        import traceback

        sys.stderr.write(session.redact("".join(traceback.format_exception(kind, error, trace))))

    sys.excepthook = show


def _shown(text: str) -> str:
    """Return *text* with its control characters as Python writes them, lest a terminal obeys what a file says."""
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in text)


def _say(text: str, kind: str = "") -> None:
    from whimbrel.cli.terminal.colour import has_colour

    label = f"{click.style(kind, fg='red', bold=True) if has_colour(sys.stderr) else kind}: " if kind else ""
    click.echo(label + text, err=True)


def _restore(variable: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(variable, None)
    else:
        os.environ[variable] = value
