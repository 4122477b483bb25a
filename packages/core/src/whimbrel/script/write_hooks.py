"""The public names of the post-write hooks, as env.py files import them."""

from __future__ import annotations

from whimbrel.script.post_write import REVISION_SCRIPT_TOKEN, console_scripts, exec_, module, register

__all__ = ["REVISION_SCRIPT_TOKEN", "console_scripts", "exec_", "module", "register"]
