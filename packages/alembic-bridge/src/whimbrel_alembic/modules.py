"""The table: each module of the peer, and the modules of ours that its names are looked up in, the first that has one.

Only what stands here is imported by ``import alembic...``; each name when it is first asked for.
"""

from __future__ import annotations

from typing import Final

_OPS: Final = ("whimbrel_alembic.directives", "whimbrel.operations.ops", "whimbrel.operations")
_OPERATIONS: Final = ("whimbrel_alembic.operations", "whimbrel.operations")
_AUTOGENERATE: Final = ("whimbrel_alembic.autogenerate", "whimbrel_autogen")
_RUN: Final = ("whimbrel_alembic.runtime", "whimbrel.runtime.migration")
_ENVIRONMENT: Final = ("whimbrel_alembic.runtime", "whimbrel.runtime.environment", "whimbrel.operations")
_SCRIPT: Final = ("whimbrel.script",)
_UTIL: Final = ("whimbrel_alembic.util", "whimbrel.errors")
_ELEMENTS: Final = ("whimbrel_alembic.elements", "whimbrel.ddl")
_IMPL: Final = ("whimbrel_alembic.impl", "whimbrel.impl")

MODULES: Final[dict[str, tuple[str, ...]]] = {
    "alembic": ("whimbrel_alembic.package",),
    "alembic.autogenerate": _AUTOGENERATE,
    "alembic.autogenerate.api": _AUTOGENERATE,
    "alembic.autogenerate.compare": _AUTOGENERATE,
    "alembic.autogenerate.render": ("whimbrel_alembic.rendering", *_AUTOGENERATE),
    "alembic.autogenerate.rewriter": _AUTOGENERATE,
    "alembic.command": ("whimbrel_alembic.command",),
    "alembic.config": ("whimbrel_alembic.config", "whimbrel_alembic.command_line"),
    "alembic.context": ("whimbrel_alembic.context", "whimbrel.context"),
    "alembic.ddl": _IMPL,
    "alembic.ddl.base": _ELEMENTS,
    "alembic.ddl.impl": (*_IMPL, *_ELEMENTS),
    "alembic.ddl.mssql": ("whimbrel_alembic.mssql", *_IMPL, *_ELEMENTS),
    "alembic.ddl.mysql": ("whimbrel_alembic.mysql", *_IMPL, *_ELEMENTS),
    "alembic.ddl.oracle": ("whimbrel_alembic.oracle", *_IMPL, *_ELEMENTS),
    "alembic.ddl.postgresql": ("whimbrel_alembic.postgresql", *_IMPL, *_ELEMENTS, *_OPERATIONS),
    "alembic.ddl.sqlite": ("whimbrel_alembic.sqlite", *_IMPL, *_ELEMENTS),
    "alembic.environment": _ENVIRONMENT,
    "alembic.migration": _RUN,
    "alembic.op": ("whimbrel.op",),
    "alembic.operations": (*_OPERATIONS, "whimbrel_alembic.directives"),
    "alembic.operations.base": _OPERATIONS,
    "alembic.operations.batch": ("whimbrel.operations.batch",),
    "alembic.operations.ops": _OPS,
    "alembic.runtime": (),
    "alembic.runtime.environment": _ENVIRONMENT,
    "alembic.runtime.migration": _RUN,
    "alembic.runtime.plugins": ("whimbrel_alembic.plugins", "whimbrel_alembic.dispatch"),
    "alembic.script": _SCRIPT,
    "alembic.script.base": _SCRIPT,
    "alembic.script.revision": ("whimbrel.script.revision",),
    "alembic.script.write_hooks": ("whimbrel.script.write_hooks",),
    "alembic.util": _UTIL,
    "alembic.util.compat": ("whimbrel_alembic.util",),
    "alembic.util.exc": ("whimbrel.errors",),
    "alembic.util.langhelpers": ("whimbrel_alembic.util",),
    "alembic.util.messaging": ("whimbrel_alembic.util",),
    "alembic.util.pyfiles": ("whimbrel_alembic.util",),
    "alembic.util.sqla_compat": ("whimbrel_alembic.util",),
}

PACKAGES: Final = frozenset(
    {
        "alembic",
        "alembic.autogenerate",
        "alembic.ddl",
        "alembic.operations",
        "alembic.runtime",
        "alembic.script",
        "alembic.util",
    }
)
