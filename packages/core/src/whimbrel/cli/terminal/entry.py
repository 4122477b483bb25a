"""From words to an exit code: runs a command, and turns what went wrong into one message."""

from __future__ import annotations

import os
import sys

import click

from whimbrel.cli import exit_codes
from whimbrel.cli.terminal.group import group
from whimbrel.cli.terminal.interrupts import Terminated, termination_raised
from whimbrel.cli.terminal.session import Session
from whimbrel.errors import CommandError
from whimbrel.redact import redact

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
        with termination_raised():
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
        # Whoever read our output has gone; what Python flushes at its end must not complain about it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_codes.BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort):
        if session.raiseerr:
            raise
        _say("Interrupted.")
        return exit_codes.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Exception as error:
        if session.raiseerr:
            raise
        return _failed(error, session)


def _invoke(words: list[str], prog: str, session: Session) -> int:
    if COMPLETE_VARIABLE in os.environ:
        group.main(words, prog_name=prog, complete_var=COMPLETE_VARIABLE, obj=session)
    with group.make_context(prog, list(words) or ["--help"], obj=session) as context:
        group.invoke(context)
    return exit_codes.DONE


def _failed(error: Exception, session: Session) -> int:
    if session.verbose:
        import traceback

        click.echo(redact(traceback.format_exc()), err=True)
    if isinstance(error, CommandError):
        _say(redact(error.message), "Error")
        if error.remedy:
            click.echo(redact(error.remedy), err=True)
        return error.exit_code
    _say(redact(f"{type(error).__name__}: {error}"), "Error")
    if not session.verbose:
        click.echo("This was not expected. For the traceback:  whimbrel --raiseerr ...", err=True)
    return exit_codes.ERROR


def _say(text: str, kind: str = "") -> None:
    from whimbrel.cli.terminal.colour import has_colour

    label = f"{click.style(kind, fg='red', bold=True) if has_colour(sys.stderr) else kind}: " if kind else ""
    click.echo(label + text, err=True)


def _restore(variable: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(variable, None)
    else:
        os.environ[variable] = value
