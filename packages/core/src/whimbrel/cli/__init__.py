"""The command line: ``main`` starts it, ``table`` names the commands, and each command is a file of its own."""

from __future__ import annotations
