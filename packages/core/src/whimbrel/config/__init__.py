"""Where settings come from: ini, TOML, the environment and the program that calls.

The order of precedence is written in :mod:`whimbrel.config.sources`.
"""

from __future__ import annotations

from whimbrel.config.config import Config
from whimbrel.config.secret import Secret
from whimbrel.config.settings import Settings

__all__ = ["Config", "Secret", "Settings"]
