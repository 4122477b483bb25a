"""A question at the terminal, for what a comparison cannot tell."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from whimbrel.runtime.questioner import Questioner, RenameOffer

if TYPE_CHECKING:
    from whimbrel.cli.terminal.session import Session

_ANSWERS: Final = ("yes", "no", "always")


class TerminalQuestioner(Questioner):
    """Asks the person at the terminal: yes, no, or always, which is yes to all that is left of this command.

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


def questioner(session: Session) -> Questioner:
    """Return what asks the person at the terminal; one that never prompts where nobody is there, or with --quiet.

    :param session: the invocation.
    """
    from whimbrel.cli.terminal.colour import is_terminal

    somebody = not session.quiet and sys.stdin.isatty() and is_terminal(sys.stderr)
    return TerminalQuestioner(session) if somebody else Questioner()


def _asked(question: str) -> str:
    while True:
        try:
            said = click.prompt(f"{question} [yes/no/always]", prompt_suffix=" ", err=True)
        except click.Abort:
            # Not an Exception: neither scripts nor env.py take it for an error of theirs.
            raise KeyboardInterrupt from None
        word = str(said).strip().lower()
        found = [answer for answer in _ANSWERS if word and answer.startswith(word)]
        if found:
            return found[0]
        click.echo("Please answer yes, no or always.", err=True)
