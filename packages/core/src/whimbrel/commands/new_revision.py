"""A new version file, and the line that says so."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.script import Script, ScriptDirectory


def new_revision_id() -> str:
    """Return an id that no other revision has: twelve hexadecimal digits, 48 random bits.

    Ten thousand people could make a thousand revisions each before two of them are likely to meet.
    """
    return os.urandom(6).hex()


def generate(config: Config, script: ScriptDirectory, **wish: Any) -> Script:
    """Write a version file and print its path.

    :param config: owns the stream; templates know it as ``config``.
    :param script: the version files.
    :param wish: keywords of :meth:`~whimbrel.script.ScriptDirectory.generate_revision`.
    """
    made = script.generate_revision(**wish, config=config)
    config.print_stdout("%s", f"Generating {made.path} ...  done")
    return made
