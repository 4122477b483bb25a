"""Whimbrel: schema migrations for SQLAlchemy."""

from __future__ import annotations

from whimbrel._version import __version__

__all__ = ["__version__"]
