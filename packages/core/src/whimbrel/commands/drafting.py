"""Drafting a revision with the help of env.py: what it compares, and what its functions make of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from whimbrel.commands.autogenerate import Hints, compare
from whimbrel.commands.database import look
from whimbrel.commands.new_revision import Wish, generate, new_revision_id
from whimbrel.operations.ops import DowngradeOps, MigrationScript, UpgradeOps
from whimbrel.plugins import Plugins
from whimbrel.runtime.migration import MigrationContext

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.script import Script, ScriptDirectory

ProcessDirectives = Callable[[MigrationContext, tuple[str, ...], list[MigrationScript]], None]


class Draft:
    """A revision that is being drafted while env.py opens one database after the other.

    :param wish: what was asked for.
    :param process: sees, and may change, the directives; after env.py's own ``process_revision_directives``.
    """

    def __init__(self, wish: Wish, process: ProcessDirectives | None) -> None:
        self._first = MigrationScript(
            wish.rev_id,
            [],
            [],
            message=wish.message,
            head=wish.head,
            splice=wish.splice,
            branch_label=wish.branch_label,
            version_path=wish.version_path,
            depends_on=wish.depends_on,
        )
        self._process = process
        self._context: MigrationContext | None = None
        self._variables: dict[str, Any] = {}
        self.directives = [self._first]

    def opened(self, heads: tuple[str, ...], context: MigrationContext) -> None:
        """Take note of a database that was opened and not compared."""
        self.compared(heads, context, MigrationScript(None, UpgradeOps(), DowngradeOps()))

    def compared(self, heads: tuple[str, ...], context: MigrationContext, found: MigrationScript) -> None:
        """Take in what a database lacks.

        :param heads: the rows of its version table.
        :param context: its context.
        :param found: what makes it like its models.
        """
        options = context.options
        for upgrade in found.upgrade_ops_list:
            upgrade.upgrade_token = options.upgrade_token
        for downgrade in found.downgrade_ops_list:
            downgrade.downgrade_token = options.downgrade_token
        self._first.upgrade_ops_list += found.upgrade_ops_list
        self._first.downgrade_ops_list += found.downgrade_ops_list
        self._first.imports |= found.imports
        self._first.notes += [note for note in found.notes if note not in self._first.notes]
        self._variables.update(options.template_args or {})
        self._context = context
        for function in (options.process_revision_directives, self._process):
            if function is not None:
                function(context, heads, self.directives)

    def write(self, config: Config, script: ScriptDirectory, plugins: Callable[[], Plugins]) -> list[Script]:
        """Write the revisions that the directives have become, and print what a person should know of them.

        :param config: the settings.
        :param script: the version files.
        :param plugins: returns those that can spell directives as Python.
        """
        written = [
            generate(config, script, _wish(item), **self._variables, **self._spelled(item, plugins))
            for item in self.directives
        ]
        for note in self._first.notes:
            config.print_stdout("%s", f"Note: {note}")
        return written

    def _spelled(self, directive: MigrationScript, plugins: Callable[[], Plugins]) -> dict[str, Any]:
        halves = [*directive.upgrade_ops_list, *directive.downgrade_ops_list]
        if self._context is None or all(half.is_empty() for half in halves):
            return {"imports": "\n".join(sorted(directive.imports))}
        return plugins().render_migrations(self._context, directive, asked="revision")


def drafted(
    config: Config,
    script: ScriptDirectory,
    wish: Wish,
    *,
    autogenerate: bool,
    sql: bool,
    process: ProcessDirectives | None,
    hints: Hints,
) -> list[Script]:
    """Run env.py, and write the revisions that come of it.

    :param config: the settings.
    :param script: the version files.
    :param wish: what was asked for.
    :param autogenerate: compare each database with its models.
    :param sql: run env.py without a database.
    :param process: sees, and may change, the directives.
    :param hints: what was told of the comparison.
    """
    draft = Draft(wish, process)
    if autogenerate:
        plugins = compare(config, script, draft.compared, asked="revision --autogenerate", hints=hints)
        return draft.write(config, script, lambda: plugins)
    look(config, script, draft.opened, as_sql=sql)
    return draft.write(config, script, Plugins.load)


def _wish(directive: MigrationScript) -> Wish:
    return Wish(
        directive.rev_id or new_revision_id(),
        directive.message,
        directive.head or "head",
        bool(directive.splice),
        directive.branch_label,
        directive.version_path,
        directive.depends_on,
    )
