"""The release of Alembic whose behaviour this package stands for."""

from __future__ import annotations

from typing import Final

PEER_VERSION: Final = "1.20.1"
"""What ``alembic.__version__`` answers."""
