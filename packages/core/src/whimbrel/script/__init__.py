"""Version files on disk: listed, read without being run, and written."""

from __future__ import annotations

from whimbrel.script.directory import ScriptDirectory
from whimbrel.script.script import Script

__all__ = ["Script", "ScriptDirectory"]
