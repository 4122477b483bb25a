"""Where one value was written, so that a message can send the reader there."""

from __future__ import annotations

import re
from typing import NamedTuple

from whimbrel.errors import ConfigError

# Patterns are kept as text, and compiled where a message needs them: start-up does not pay for that.
_HEADER = r"\s*\[+([^\]]+)\]"
_ASSIGNMENT = r"\s*([^\s=:#;\[][^=:]*?)\s*[=:]"


class Origin(NamedTuple):
    """The place a value comes from.

    :ivar kind: ``argument``, ``environment``, ``ini``, ``toml``, ``plugin`` or ``default``.
    :ivar name: how a person knows it: ``whimbrel.ini``, ``WHIMBREL_DATABASE_URL``, ``set_main_option()``.
    :ivar file: the file's path, for the kinds ``ini`` and ``toml``.
    :ivar section: the ini section, or the dotted name of the TOML table ("" for the top of the file).
    """

    kind: str
    name: str
    file: str | None = None
    section: str = ""

    def line(self, key: str) -> int | None:
        """Return the line in the file that sets *key*, counted from 1, where it can be found."""
        return line_of(self.file, self.section, key) if self.file else None

    def place(self, key: str) -> str:
        """Return where *key* is set, in words: ``whimbrel.ini, line 3``."""
        line = self.line(key)
        return f"{self.name}, line {line}" if line else self.name

    def error(self, key: str, message: str, remedy: str | None = None) -> ConfigError:
        """Return the error to raise about *key*; the message is to hold no value, which could be a secret."""
        return ConfigError(f"{self.place(key)}: {key} {message}", remedy, file=self.file, line=self.line(key), key=key)


DEFAULT = Origin("default", "default")


def line_of(path: str, section: str, key: str) -> int | None:
    """Return the line of *path* that assigns *key* in *section*, counted from 1, or None.

    The file is read again, because only messages need the line and the standard parsers do not keep it.
    """
    wanted = _plain(f"{section}.{key}" if section else key)
    header = ""
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as stream:
            for number, text in enumerate(stream, 1):
                if found := re.match(_HEADER, text):
                    header = found[1]
                    continue
                found = re.match(_ASSIGNMENT, text)
                if found and _plain(f"{header}.{found[1]}" if header else found[1]) == wanted:
                    return number
    except OSError:  # gone since it was parsed: the message then goes without a line
        return None
    return None


def _plain(dotted: str) -> str:
    return re.sub(r"[\s\"']", "", dotted).lower()
