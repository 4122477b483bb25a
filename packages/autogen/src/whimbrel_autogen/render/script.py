"""The two halves of a script, and its imports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from whimbrel.operations.ops import (
    DowngradeOps,
    MigrateOperation,
    MigrationScript,
    ModifyTableOps,
    OpContainer,
    UpgradeOps,
)
from whimbrel.runtime.questioner import Questioner
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.remarks import remarks_of
from whimbrel_autogen.render.context import Rendering
from whimbrel_autogen.render.layout import INDENT, WIDTH, Call, Dict, Source, keyword, laid_out, literal
from whimbrel_autogen.render.operations import renderers
from whimbrel_autogen.safety.losses import tell_losses
from whimbrel_autogen.safety.not_null import in_steps
from whimbrel_autogen.safety.unknown_types import tell_unknown_types

if TYPE_CHECKING:
    from whimbrel.runtime.migration import MigrationContext


def render_script(context: MigrationContext, script: MigrationScript) -> Mapping[str, Any]:
    """Return the variables of the template: one for each half of each database, and ``imports``.

    :param context: the run.
    :param script: the directives.
    """
    comparison = AutogenContext(context, autogenerate=False)
    comparison.imports |= script.imports
    halves: dict[str, str] = {}
    questioner: Questioner = context.opts.get("questioner") or Questioner()
    for upgrade in script.upgrade_ops_list:
        halves[upgrade.upgrade_token] = _half(upgrade, comparison, questioner)
    for downgrade in script.downgrade_ops_list:
        halves[downgrade.downgrade_token] = _half(downgrade, comparison, Questioner())
    return {**halves, "imports": "\n".join(sorted(comparison.imports))}


def _half(half: OpContainer, comparison: AutogenContext, questioner: Questioner) -> str:
    config = comparison.migration_context.config
    wanted = config is None or config.convention.safe_steps
    safe = OpContainer(list(in_steps(half.ops, comparison.dialect, questioner) if wanted else half.ops))
    tell_losses(safe.ops, comparison.dialect)
    tell_unknown_types(safe.ops)
    # The template puts the first line behind an indentation of its own.
    return indented(render_ops(safe, Rendering(comparison)) or ["pass"], INDENT).lstrip()


def render_python_code(
    up_or_down_op: UpgradeOps | DowngradeOps,
    sqlalchemy_module_prefix: str = "sa.",
    alembic_module_prefix: str = "op.",
    render_as_batch: bool = False,
    imports: Sequence[str] = (),
    render_item: Any = None,
    migration_context: MigrationContext | None = None,
    user_module_prefix: str | None = None,
) -> str:
    """Return directives as Python source, as they would stand in a script.

    :param up_or_down_op: the directives.
    :param sqlalchemy_module_prefix: stands before names of SQLAlchemy.
    :param alembic_module_prefix: stands before verbs.
    :param render_as_batch: spell the changes of a table as a batch block.
    :param imports: is told the imports that are needed, if it is a set.
    :param render_item: spells objects, as ``context.configure(render_item=...)`` does.
    :param migration_context: the run; by default one over no database.
    :param user_module_prefix: stands before types that are not SQLAlchemy's, instead of their module.

    Example::

        print(render_python_code(produce_migrations(context, Base.metadata).upgrade_ops))
    """
    from whimbrel.runtime.migration import MigrationContext as Context

    opts = {
        "sqlalchemy_module_prefix": sqlalchemy_module_prefix,
        "alembic_module_prefix": alembic_module_prefix,
        "render_as_batch": render_as_batch,
        "render_item": render_item,
        "user_module_prefix": user_module_prefix,
    }
    run = migration_context if migration_context is not None else Context.configure(dialect_name="sqlite", opts=opts)
    comparison = AutogenContext(run, opts={**run.opts, **opts}, autogenerate=False)
    if isinstance(imports, set):
        comparison.imports = imports
    return indented(render_ops(up_or_down_op, Rendering(comparison)) or ["pass"], INDENT).lstrip()


def render_op_text(autogen_context: AutogenContext, op: MigrateOperation) -> str:
    """Return one directive as Python source.

    :param autogen_context: the comparison.
    :param op: the directive.
    """
    return "\n".join(_lines(op, Rendering(autogen_context)))


def render_ops(container: OpContainer, rendering: Rendering) -> list[str]:
    """Return the lines of directives, without indentation."""
    return [line for op in container.ops for line in _lines(op, rendering)]


def _lines(op: MigrateOperation, rendering: Rendering) -> Iterator[str]:
    if isinstance(op, ModifyTableOps) and op.ops and rendering.as_batch(op):
        yield from _batch(op, rendering)
    elif isinstance(op, OpContainer):
        for inner in op.ops:
            yield from _lines(inner, rendering)
    else:
        yield from _comment(op, INDENT)
        for source in renderers.render(rendering, op):
            yield from _at(source, INDENT)


def _batch(op: ModifyTableOps, rendering: Rendering) -> Iterator[str]:
    with rendering.in_batch():
        sources = [(inner, renderers.render(rendering, inner)) for inner in op.ops]
        if not any(spelled for _, spelled in sources):
            return
        words: list[Source] = [literal(str(op.table_name)), f"schema={literal(op.schema)}"]
        if rendering.convention:
            pairs = [f"{literal(kind)}: {literal(name)}" for kind, name in sorted(rendering.convention.items())]
            words.append(keyword("naming_convention", Dict(pairs)))
    yield from _at(Call(f"with {rendering.verb('batch_alter_table')}", words), INDENT, " as batch_op:")
    for inner, spelled in sources:
        yield from (f"{INDENT}{line}" for line in _comment(inner, INDENT * 2))
        for source in spelled:
            yield from (f"{INDENT}{line}" for line in _at(source, INDENT * 2))


def _comment(op: MigrateOperation, indent: str) -> Iterator[str]:
    """Yield the remarks on a directive, as comments that will stand behind *indent*."""
    for text in remarks_of(op):
        lines = wrap(" ".join(text.split()), WIDTH - len(indent) - 2, break_long_words=False, break_on_hyphens=False)
        yield from (f"# {line}" for line in lines)


def _at(source: Source, indent: str, after: str = "") -> list[str]:
    """Return the lines of something that will stand behind *indent*, without it."""
    if isinstance(source, str):
        return f"{source}{after}".split("\n")
    text = laid_out(source, len(indent), len(after)) + after
    return [line.removeprefix(indent) for line in text.split("\n")]


def indented(lines: Sequence[str], indent: str = INDENT) -> str:
    """Return lines as they stand in a function's body."""
    return "\n".join(f"{indent}{line}" if line else "" for line in lines)
