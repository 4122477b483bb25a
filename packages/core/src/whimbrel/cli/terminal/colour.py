"""Colour, for people at a terminal only."""

from __future__ import annotations

import os
import re
import sys
from typing import TextIO

_REV = "\x1b[33m"
_HEAD = "\x1b[32m"
_CURRENT = "\x1b[1;36m"
_FORK = "\x1b[34m"
_ADD = "\x1b[32m"
_DROP = "\x1b[31m"
_ALTER = "\x1b[33m"
_END = "\x1b[0m"

_PAINTED = (  # compiled by `re` when first used: where nobody looks at a terminal, never
    r"(?m)"
    r"(?P<head>\((?:effective )?head\))"
    r"|(?P<current>\(current\))"
    r"|(?P<fork>\((?:branchpoint|mergepoint)\))"
    r"|^ *(?:(?P<add>\+)|(?P<drop>-)|(?P<alter>~)) (?=(?:table|column|index|unique|foreign|primary|check|comment)\b).*"
    r"|(?:(?<=-> )|(?<=^Rev: )|(?<=^[●◆*@]  ))(?P<rev>[^\s,]+)"
)
_COLOURS = {"head": _HEAD, "current": _CURRENT, "fork": _FORK, "rev": _REV, "add": _ADD, "drop": _DROP, "alter": _ALTER}


def is_terminal(stream: TextIO) -> bool:
    """Return whether a person looks at *stream*, through something that can move its cursor."""
    if os.environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    # Windows' old console prints escapes as they are; the ones that do not announce themselves.
    return sys.platform != "win32" or any(name in os.environ for name in ("WT_SESSION", "ANSICON", "TERM"))


def has_colour(stream: TextIO) -> bool:
    """Return whether to colour what goes to *stream*: a terminal, and NO_COLOR (https://no-color.org) is not set."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


class PaintedStream:
    """A stream that colours revisions and their marks on the way to a terminal.

    The commands write the same text everywhere; only this stands between them and a person's eyes.

    :param stream: the terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:
        """The terminal's."""
        return self._stream.encoding

    def write(self, text: str) -> int:
        """Write *text*, coloured; return the length of what was asked for, as streams do."""
        self._stream.write(re.sub(_PAINTED, lambda m: f"{_COLOURS[m.lastgroup or 'rev']}{m[0]}{_END}", text))
        return len(text)

    def isatty(self) -> bool:
        """Say that a person looks."""
        return True

    def flush(self) -> None:
        """Flush the terminal."""
        self._stream.flush()
