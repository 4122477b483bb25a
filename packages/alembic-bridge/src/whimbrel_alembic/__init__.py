"""Projects made for Alembic, run by Whimbrel as they are.

:func:`install` lets ``import alembic`` find this package in this process. A run of the command line in a project of
Alembic's calls it by itself; application code and test suites call it once, before they import ``alembic``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel_alembic.peer import PEER_VERSION

if TYPE_CHECKING:
    from whimbrel_alembic.finder import install, is_installed, uninstall

__all__ = ["PEER_VERSION", "install", "is_installed", "uninstall"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from whimbrel_alembic import finder  # commands that only read version files import this package, and not that

    return getattr(finder, name)
