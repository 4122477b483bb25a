"""A question at the terminal, for what a comparison cannot tell."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from whimbrel.runtime.questioner import MissingValue, Questioner, RenameOffer, ValueAnswer

if TYPE_CHECKING:
    from whimbrel.cli.terminal.session import Session

_VALUES: Final[dict[Literal["steps", "value", "server_default", "leave"], str]] = {
    "steps": "I say so in the script: three steps, which let only tables without rows pass as they are",
    "value": "one value, written into these rows: an SQL expression, such as 0 or 'none'",
    "server_default": "a server default, which stays (the model should have it, too)",
    "leave": "nothing: leave it as it is, and let it fail where there are rows",
}
_ANSWERS: Final = ("yes", "no", "always")


class TerminalQuestioner(Questioner):
    """Asks the person at the terminal.

    About renames: yes, no, or always, which is yes to all that is left of this command.

    :param session: the invocation, whose line about how long it takes is not to stand in the way.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._always = False

    def is_renamed(self, offer: RenameOffer) -> bool:
        """Ask on standard error, until the answer is one.

        :raises KeyboardInterrupt: Ctrl-C, or the end of the input, instead of an answer.
        """
        if self._always:
            return True
        detail = f" ({offer.detail})" if offer.detail else ""
        with self._session.hushed():
            answer = _asked(f"Was {offer.kind} {offer.old} renamed to {offer.new}{detail}?")
        self._always = answer == "always"
        return answer != "no"

    def missing_value(self, missing: MissingValue) -> ValueAnswer:
        """Ask on standard error which of the answers it is, and for the SQL that goes with it.

        :raises KeyboardInterrupt: Ctrl-C, or the end of the input, instead of an answer.
        """
        kinds = [kind for kind in _VALUES if missing.is_new or kind != "server_default"]
        what = "is new and NOT NULL, without a server default" if missing.is_new else "becomes NOT NULL"
        where = "in rows that are there" if missing.is_new else "where it is NULL"
        with self._session.hushed():
            click.echo(f"Column {missing.column} ({missing.type}) {what}. What is it {where}?", err=True)
            for number, kind in enumerate(kinds, 1):
                click.echo(f"  {number}  {_VALUES[kind]}", err=True)
            how = kinds[_prompted("Choose", type=click.IntRange(1, len(kinds)), default=1) - 1]
            return ValueAnswer(how, _prompted("SQL expression") if how in ("value", "server_default") else "")

    def may_be_lost(self, losses: Sequence[str]) -> bool:
        """Show *losses* on standard error, and ask.

        :raises KeyboardInterrupt: Ctrl-C, or the end of the input, instead of an answer.
        """
        with self._session.hushed():
            click.echo("This database is protected, and this downgrade loses data:", err=True)
            for loss in losses:
                click.echo(f"  {loss}", err=True)
            return str(_prompted("Type yes to go on:", prompt_suffix=" ")).strip().lower() == "yes"


def questioner(session: Session) -> Questioner:
    """Return what asks the person at the terminal; one that never prompts where nobody is there, or with --quiet.

    :param session: the invocation.
    """
    from whimbrel.cli.terminal.colour import is_terminal

    somebody = not session.quiet and sys.stdin.isatty() and is_terminal(sys.stderr)
    return TerminalQuestioner(session) if somebody else Questioner()


def _asked(question: str) -> str:
    while True:
        said = _prompted(f"{question} [yes/no/always]", prompt_suffix=" ")
        word = str(said).strip().lower()
        found = [answer for answer in _ANSWERS if word and answer.startswith(word)]
        if found:
            return found[0]
        click.echo("Please answer yes, no or always.", err=True)


def _prompted(question: str, **options: Any) -> Any:
    try:
        return click.prompt(question, err=True, **options)
    except click.Abort:
        # Not an Exception: neither scripts nor env.py take it for an error of theirs.
        raise KeyboardInterrupt from None
