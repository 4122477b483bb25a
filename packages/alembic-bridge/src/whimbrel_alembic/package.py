"""``import alembic``: its version; its modules are in the table."""

from __future__ import annotations

from whimbrel_alembic.peer import PEER_VERSION

__all__: list[str] = []

__version__ = PEER_VERSION
