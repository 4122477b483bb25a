"""Subjects: what takes part in one comparison, and calling it."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column

from whimbrel.operations.ops import MigrateOperation

if TYPE_CHECKING:
    import pluggy

    from whimbrel.plugins import Plugins
    from whimbrel_autogen.pairs import Pair, TablePair

OPT_IN = frozenset({"whimbrel.autogenerate.checks"})
"""Subjects that take part only when they are asked for by their full name."""


class Subjects:
    """What takes part in a comparison: built-in subjects and those of installed packages.

    A subject is called ``whimbrel.autogenerate.<name>`` where it is built in, ``<distribution>.<name>`` else. All take
    part that the patterns name; a pattern that begins with ``~`` leaves out what it names.

    Each is handed the comparison, an AutogenContext, as it is given here.

    :param plugins: the plugins of the run.
    :param patterns: the setting ``autogenerate_plugins``, such as ``["*", "~whimbrel.autogenerate.comments"]``.
    """

    def __init__(self, plugins: Plugins, patterns: Sequence[str] | None) -> None:
        plugins.join_comparators()
        self._plugins = plugins
        self._patterns = list(patterns) if patterns is not None else ["*"]

    @cached_property
    def _left_out(self) -> list[str]:
        return [label for label, name in self._plugins.comparators().items() if not self.takes_part(name)]

    def takes_part(self, name: str) -> bool:
        """Return whether a subject takes part.

        :param name: its full name.
        """
        wanted = False
        for pattern in self._patterns:
            if pattern.startswith("~"):
                wanted = wanted and not fnmatchcase(name, pattern[1:])
            elif fnmatchcase(name, pattern):
                wanted = wanted or name not in OPT_IN or pattern == name
        return wanted

    def caller(self, hook: str) -> pluggy.HookCaller:
        """Return what calls *hook* of those that take part."""
        return self._plugins.caller(hook, self._left_out)

    @cached_property
    def asks_strangers(self) -> bool:
        """Whether somebody else answers for columns, types, defaults, constraints or indexes, be they alike or not.

        The dialect of the database does not count: it is asked about tables that differ, or may differ, at a glance.
        """
        own = {
            label for label, name in self._plugins.comparators().items() if name.startswith("whimbrel.autogenerate.")
        }
        hooks = ("column", "type", "server_default", "constraint", "index")
        return any(
            answering.plugin_name not in own and not answering.plugin_name.startswith("dialect ")
            for hook in hooks
            for answering in self.caller(f"whimbrel_compare_{hook}").get_hookimpls()
        )

    @cached_property
    def _schema(self) -> pluggy.HookCaller:
        return self.caller("whimbrel_compare_schema")

    @cached_property
    def _table(self) -> pluggy.HookCaller:
        return self.caller("whimbrel_compare_table")

    @cached_property
    def _column(self) -> pluggy.HookCaller:
        return self.caller("whimbrel_compare_column")

    def compare_schema(self, context: object, schema: str | None, tables: list[TablePair]) -> list[MigrateOperation]:
        """Return what all subjects find in a schema beside its tables."""
        return _joined(self._schema(context=context, schema=schema, tables=tables))

    def compare_table(self, context: object, table: TablePair) -> list[MigrateOperation]:
        """Return what all subjects find in a table."""
        return _joined(self._table(context=context, table=table))

    def compare_column(self, context: object, table: TablePair, column: Pair[Column[Any]]) -> list[MigrateOperation]:
        """Return what all subjects find in a column."""
        return _joined(self._column(context=context, table=table, column=column))

    @cached_property
    def compares_type(self) -> pluggy.HookCaller:
        """Calls ``whimbrel_compare_type``."""
        return self.caller("whimbrel_compare_type")

    @cached_property
    def compares_default(self) -> pluggy.HookCaller:
        """Calls ``whimbrel_compare_server_default``."""
        return self.caller("whimbrel_compare_server_default")

    @cached_property
    def compares_constraint(self) -> pluggy.HookCaller:
        """Calls ``whimbrel_compare_constraint``."""
        return self.caller("whimbrel_compare_constraint")

    @cached_property
    def compares_index(self) -> pluggy.HookCaller:
        """Calls ``whimbrel_compare_index``."""
        return self.caller("whimbrel_compare_index")


def _joined(answers: list[list[MigrateOperation] | None]) -> list[MigrateOperation]:
    # pluggy asks in the order of names, the built-in subjects among them; order.py puts the outcome into its own.
    return [op for answer in answers for op in answer or ()]
