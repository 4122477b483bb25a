"""The marks by which hooks and their implementations are known."""

from __future__ import annotations

from typing import Final

import pluggy

NAME: Final = "whimbrel"
"""The project's name, as pluggy knows it; every hook begins with ``whimbrel_``."""

hookspec = pluggy.HookspecMarker(NAME)
"""Marks a function that declares a hook."""

hookimpl = pluggy.HookimplMarker(NAME)
"""Marks a function that implements a hook.

Example::

    from whimbrel.plugins import hookimpl


    @hookimpl
    def whimbrel_operations(registry):
        registry.register_operation("create_view")(CreateViewOp)
        registry.implementation_for(CreateViewOp)(create_view)
"""
