"""``alembic.autogenerate``: what the autogenerate package does not have under the same name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from whimbrel.operations.ops import DowngradeOps, MigrateOperation, MigrationScript, OpContainer, UpgradeOps
from whimbrel_alembic.dispatch import Dispatcher
from whimbrel_alembic.plugins import Plugin
from whimbrel_autogen import AutogenContext, produce_migrations, rewriter
from whimbrel_autogen.produce import produce

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.runtime.migration import MigrationContext
    from whimbrel.script import Script, ScriptDirectory

__all__ = ["Plugin", "RevisionContext", "Rewriter"]


class Rewriter(rewriter.Rewriter):
    """Replaces directives by others; :class:`whimbrel_autogen.Rewriter`, which see.

    Functions in ``_traverse`` are called for directives of a kind that no rewriter knows how to look into.
    """

    _traverse = Dispatcher()

    def _within(self, context: MigrationContext, revision: Any, container: OpContainer) -> None:
        super()._within(context, revision, container)
        for op in container.ops:
            for function in self._looks_into(op):
                function(self, context, revision, op)

    def _looks_into(self, op: MigrateOperation) -> list[Callable[..., Any]]:
        try:
            return [self._traverse.dispatch(op)]
        except ValueError:  # nobody does, as for nearly all
            return []


class RevisionContext:
    """A revision that is being made, for programs that make one by themselves.

    :param config: the settings.
    :param script_directory: the version files.
    :param command_args: the arguments of the command ``revision`` by name.
    :param process_revision_directives: sees, and may change, the directives.
    """

    def __init__(
        self,
        config: Config,
        script_directory: ScriptDirectory,
        command_args: dict[str, Any],
        process_revision_directives: Callable[..., None] | None = None,
    ) -> None:
        self.config = config
        self.script_directory = script_directory
        self.command_args = command_args
        self.process_revision_directives = process_revision_directives
        self.template_args: dict[str, Any] = {"config": config}
        self.generated_revisions = [
            MigrationScript(
                command_args.get("rev_id"),
                UpgradeOps(),
                DowngradeOps(),
                message=command_args.get("message"),
                head=command_args.get("head"),
                splice=command_args.get("splice"),
                branch_label=command_args.get("branch_label"),
                version_path=command_args.get("version_path"),
                depends_on=command_args.get("depends_on"),
            )
        ]
        self._contexts: list[MigrationContext] = []

    def run_autogenerate(self, rev: tuple[str, ...], migration_context: MigrationContext) -> None:
        """Compare the database of *migration_context* with its models; once for each database.

        :param rev: the rows of its version table.
        :param migration_context: the run.
        """
        found = produce_migrations(migration_context)
        for half in found.upgrade_ops_list:
            half.upgrade_token = migration_context.options.upgrade_token
        for reverse in found.downgrade_ops_list:
            reverse.downgrade_token = migration_context.options.downgrade_token
        script = self.generated_revisions[0]
        before = script if self._contexts else MigrationScript(None, [], [])
        script.upgrade_ops_list = [*before.upgrade_ops_list, *found.upgrade_ops_list]
        script.downgrade_ops_list = [*before.downgrade_ops_list, *found.downgrade_ops_list]
        script.imports |= found.imports
        self.run_no_autogenerate(rev, migration_context)

    def run_no_autogenerate(self, rev: tuple[str, ...], migration_context: MigrationContext) -> None:
        """Let the functions of env.py and of the caller see the directives, without a comparison.

        :param rev: the rows of the version table.
        :param migration_context: the run.
        """
        self._contexts.append(migration_context)
        self.template_args.update(migration_context.options.template_args or {})
        asked = (migration_context.options.process_revision_directives, self.process_revision_directives)
        for function in filter(None, asked):
            function(migration_context, rev, self.generated_revisions)

    def generate_scripts(self) -> list[Script | None]:
        """Write the files, and return their revisions."""
        return [self._written(script) for script in self.generated_revisions]

    def _written(self, script: MigrationScript) -> Script:
        from whimbrel.commands.new_revision import new_revision_id
        from whimbrel_autogen.render.script import render_script

        spelled: dict[str, str] = {}
        for context in self._contexts:
            said = render_script(context, script)
            spelled |= {name: said[name] for name in (context.options.upgrade_token, context.options.downgrade_token)}
            script.imports |= set(said["imports"].splitlines())
        return self.script_directory.generate_revision(
            script.rev_id or new_revision_id(),
            script.message,
            head=script.head,
            splice=bool(script.splice),
            branch_labels=script.branch_label,
            version_path=script.version_path,
            depends_on=script.depends_on,
            **{**self.template_args, "imports": "\n".join(sorted(script.imports)), **spelled},
        )


def _produce_net_changes(autogen_context: AutogenContext, upgrade_ops: UpgradeOps) -> None:
    upgrade_ops.ops += produce(autogen_context).ops
