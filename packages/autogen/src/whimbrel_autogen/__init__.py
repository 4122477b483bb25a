"""Autogenerate for Whimbrel: compares models with a database, and writes what is missing.

Everything is imported when it is first asked for: a run that only migrates has this package loaded too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whimbrel_autogen.api import compare_metadata, produce_migrations
    from whimbrel_autogen.context import AutogenContext
    from whimbrel_autogen.registered import comparators
    from whimbrel_autogen.render.operations import renderers
    from whimbrel_autogen.render.script import render_op_text, render_python_code
    from whimbrel_autogen.rewriter import Rewriter

__all__ = [
    "AutogenContext",
    "Rewriter",
    "comparators",
    "compare_metadata",
    "produce_migrations",
    "render_op_text",
    "render_python_code",
    "renderers",
]

_HOMES = {
    "AutogenContext": "context",
    "Rewriter": "rewriter",
    "comparators": "registered",
    "compare_metadata": "api",
    "produce_migrations": "api",
    "render_op_text": "render.script",
    "render_python_code": "render.script",
    "renderers": "render.operations",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
