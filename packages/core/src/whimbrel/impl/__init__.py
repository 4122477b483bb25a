"""From a directive to statements: :class:`DefaultImpl`, and what carries each built-in directive out."""

from __future__ import annotations

from whimbrel.impl import implementations
from whimbrel.impl.capabilities import ANSI, Capability, Support
from whimbrel.impl.default import DefaultImpl

__all__ = ["ANSI", "Capability", "DefaultImpl", "Support", "implementations"]
