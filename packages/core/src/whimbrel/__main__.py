"""``python -m whimbrel``."""

from __future__ import annotations

from whimbrel.cli.main import program

program(prog="python -m whimbrel")
