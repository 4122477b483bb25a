"""From a directive to statements: :class:`DefaultImpl`, and what carries each built-in directive out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.impl import implementations
from whimbrel.impl.capabilities import ANSI, Capability, Support
from whimbrel.impl.default import DefaultImpl

if TYPE_CHECKING:
    from whimbrel.impl.comparison import ComparisonResult, Expressions
    from whimbrel.impl.reflected import ReflectedTable

__all__ = [
    "ANSI",
    "Capability",
    "ComparisonResult",
    "DefaultImpl",
    "Expressions",
    "ReflectedTable",
    "Support",
    "implementations",
]

# What only a comparison of models and database needs.
_HOMES = {"ComparisonResult": "comparison", "Expressions": "comparison", "ReflectedTable": "reflected"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
