"""Projects made for Alembic, run by Whimbrel as they are.

:func:`install` lets ``import alembic`` find this package in this process. A run of the command line in a project of
Alembic's calls it by itself; application code and test suites call it once, before they import ``alembic``.
"""

from __future__ import annotations

from whimbrel_alembic.finder import install, is_installed, uninstall
from whimbrel_alembic.peer import PEER_VERSION

__all__ = ["PEER_VERSION", "install", "is_installed", "uninstall"]
