"""Whimbrel's PostgreSQL dialect; core finds it by its entry point, ``plugin``. ``op`` has its verbs, typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whimbrel_postgresql.facade import op


def __getattr__(name: str) -> Any:
    """Import ``op`` when a script asks for it; whoever looks for the dialect only does not need it."""
    if name != "op":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from whimbrel_postgresql.facade import op

    return op


__all__ = ["op"]
