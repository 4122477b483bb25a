"""``from whimbrel import context``: what env.py calls; each name is the current run's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whimbrel.runtime.environment import EnvironmentContext
from whimbrel.runtime.proxies import context as _context

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.script import ScriptDirectory

    config: Config
    script: ScriptDirectory

begin_transaction = _context.begin_transaction
configure = _context.configure
configure_logging = _context.configure_logging
connect = _context.connect
connect_async = _context.connect_async
database_url = _context.database_url
execute = _context.execute
get_bind = _context.get_bind
get_context = _context.get_context
get_head_revision = _context.get_head_revision
get_head_revisions = _context.get_head_revisions
get_impl = _context.get_impl
get_revision_argument = _context.get_revision_argument
get_starting_revision_argument = _context.get_starting_revision_argument
get_tag_argument = _context.get_tag_argument
get_x_argument = _context.get_x_argument
is_offline_mode = _context.is_offline_mode
is_transactional_ddl = _context.is_transactional_ddl
requires_connection = _context.requires_connection
run_async = _context.run_async
run_migrations = _context.run_migrations
static_output = _context.static_output
target_metadata = _context.target_metadata


if not TYPE_CHECKING:  # a type checker is to report a misspelt name

    def __getattr__(name: str) -> Any:
        """Look up what is not a method, such as ``config`` and ``script``, on the current environment."""
        return getattr(_context, name)


__all__ = [
    "EnvironmentContext",
    "begin_transaction",
    "config",
    "configure",
    "configure_logging",
    "connect",
    "connect_async",
    "database_url",
    "execute",
    "get_bind",
    "get_context",
    "get_head_revision",
    "get_head_revisions",
    "get_impl",
    "get_revision_argument",
    "get_starting_revision_argument",
    "get_tag_argument",
    "get_x_argument",
    "is_offline_mode",
    "is_transactional_ddl",
    "requires_connection",
    "run_async",
    "run_migrations",
    "script",
    "static_output",
    "target_metadata",
]
