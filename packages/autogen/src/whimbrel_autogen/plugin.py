"""What this package offers to core: the hooks it declares, so far."""

from __future__ import annotations

from types import ModuleType

from whimbrel.plugins import hookimpl


@hookimpl
def whimbrel_hookspecs() -> ModuleType:
    """Declare the hooks of autogenerate."""
    from whimbrel_autogen import specs

    return specs
