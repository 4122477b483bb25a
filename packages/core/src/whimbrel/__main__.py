"""``python -m whimbrel``."""

from __future__ import annotations

import sys

from whimbrel.cli.main import main

sys.exit(main(prog="python -m whimbrel"))
