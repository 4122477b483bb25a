"""From a directive to statements: :class:`DefaultImpl`, and the questions a dialect answers differently."""

from __future__ import annotations

from whimbrel.impl import implementations as _implementations  # declares what the built-in directives do
from whimbrel.impl.default import DefaultImpl

__all__ = ["DefaultImpl"]

del _implementations
