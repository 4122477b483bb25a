"""Throw-away projects for tests; they are of use to other people's packages too."""

from __future__ import annotations

from whimbrel.testing import Project

__all__ = ["Project"]
