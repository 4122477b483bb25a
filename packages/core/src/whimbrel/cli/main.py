"""The door of the command line: ``whimbrel`` and ``python -m whimbrel`` both come in here."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from whimbrel._version import __version__


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> int:
    """Run one command line and return its exit code.

    :param argv: the words after the program's name; by default those of this process.
    :param prog: the program's name, for usage texts.
    :return: a code of :mod:`whimbrel.cli.exit_codes`.
    :raises Exception: with ``--raiseerr``, whatever went wrong.

    Example::

        >>> main(["--version"])
        whimbrel 0.1.0
        0
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if words == ["--version"]:
        # Not even click is imported for this.
        sys.stdout.write(f"whimbrel {__version__}\n")
        return 0
    from whimbrel.cli.terminal.entry import run

    return run(words, prog or "whimbrel")


def program(prog: str | None = None) -> None:
    """Be the program ``whimbrel``: run this process's command line, and end the process with its exit code.

    :param prog: the program's name, for usage texts.
    """
    import gc

    from whimbrel.cli.ending import Ending
    from whimbrel.cli.terminal.postponed import postpone

    ending = Ending()
    postpone()
    # What is made at start-up, SQLAlchemy above all, lives to the end: looking through it for garbage every 700 objects
    # takes a tenth of the start-up, and finds none. A history of thousands of revisions is made before a first look.
    gc.set_threshold(50_000)
    ending.end(main(prog=prog))
