"""Directives as calls of ``op``, one function each; others are registered the same way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import ForeignKeyConstraint

from whimbrel.ddl import escaped_text
from whimbrel.errors import CommandError
from whimbrel.operations import ops
from whimbrel.unset import UNSET
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.render.context import Rendering
from whimbrel_autogen.render.layout import Call, List, Source, keyword, literal
from whimbrel_autogen.render.schema import (
    constraint_name,
    dialect_keywords,
    expression,
    referential_options,
    render_column,
    render_constraint,
    render_default,
    sql_of,
)
from whimbrel_autogen.render.types import render_type
from whimbrel_autogen.reversing import IrreversibleOp

Function = TypeVar("Function", bound=Callable[..., Any])


class Renderers:
    """What spells each directive; a plugin or an env.py adds its own.

    Example::

        from whimbrel_autogen import renderers

        @renderers.dispatch_for(CreateSequenceOp)
        def render_create_sequence(autogen_context, op):
            return f"op.create_sequence({op.name!r})"
    """

    def __init__(self) -> None:
        self._strangers: dict[type[ops.MigrateOperation], Callable[[AutogenContext, Any], str | list[str]]] = {}
        self._own: dict[type[ops.MigrateOperation], Callable[[Rendering, Any], Source]] = {}

    def dispatch_for(
        self, target: type[ops.MigrateOperation], *, qualifier: str = "default", replace: bool = False
    ) -> Callable[[Function], Function]:
        """Return a decorator for the function that spells a directive.

        It is called with the :class:`AutogenContext` and the directive, and returns a line of Python, or several.

        :param target: the directive's class.
        :param qualifier: taken for the sake of functions written for Alembic; there is one kind of renderer here.
        :param replace: taken likewise: the last one that is registered counts.
        """

        def register(function: Function) -> Function:
            self._strangers[target] = function
            return function

        return register

    def own(self, target: type[ops.MigrateOperation]) -> Callable[[Function], Function]:
        """Return a decorator for a built-in function; it returns source that can be laid out."""

        def register(function: Function) -> Function:
            self._own[target] = function
            return function

        return register

    def render(self, rendering: Rendering, op: ops.MigrateOperation) -> list[Source]:
        """Return the lines of one directive.

        :raises CommandError: nobody knows how it is spelt.
        """
        for cls in type(op).__mro__:
            if cls in self._strangers:
                said = self._strangers[cls](rendering.context, op)
                return [said] if isinstance(said, str) else list(said)
            if cls in self._own:
                return [self.built_in(rendering, op)]
        said_of_plugin = rendering.asked("operation", op)
        if said_of_plugin is not None:
            return [said_of_plugin]
        raise CommandError(
            f"Nobody knows how {type(op).__name__} is spelt in a script.",
            f"Write a function f(autogen_context, op) that returns the line, decorated with "
            f"@renderers.dispatch_for({type(op).__name__}).",
        )

    def built_in(self, rendering: Rendering, op: ops.MigrateOperation) -> Source:
        """Return one directive as the built-in function spells it, whoever else has registered one.

        :raises StopIteration: there is no built-in function for it.
        """
        return next(self._own[cls] for cls in type(op).__mro__ if cls in self._own)(rendering, op)


renderers = Renderers()


def _schema(rendering: Rendering, op: Any) -> list[Source]:
    return [] if op.schema is None or rendering.batch is not None else [f"schema={literal(str(op.schema))}"]


def _table(rendering: Rendering, op: Any) -> list[Source]:
    return [] if rendering.batch is not None else [literal(str(op.table_name))]


def _flags(op: Any, *names: str) -> list[Source]:
    return [f"{name}={getattr(op, name)!r}" for name in names if getattr(op, name) is not None]


@renderers.own(IrreversibleOp)
def _irreversible(rendering: Rendering, op: IrreversibleOp) -> Source:
    return Call("raise NotImplementedError", [literal(op.reason)])


# -- tables -------------------------------------------------------------------------------------------------------


@renderers.own(ops.CreateTableOp)
def _create_table(rendering: Rendering, op: ops.CreateTableOp) -> Source:
    table = op.to_table(rendering.context.migration_context)
    items: list[Source] = [render_column(rendering, column) for column in table.columns]
    for constraint in table._sorted_constraints:
        spelled = render_constraint(rendering, constraint)
        items += [spelled] if spelled is not None else []
    if op.comment:
        items.append(f"comment={literal(op.comment)}")
    if op.prefixes:
        items.append(f"prefixes={literal(list(op.prefixes))}")
    items += [f"info={literal(op.info)}"] if op.info else []
    items += dialect_keywords(rendering, op.kw)
    return Call(
        rendering.verb("create_table"),
        [literal(str(op.table_name)), *items, *_schema(rendering, op), *_flags(op, "if_not_exists")],
        always_broken=True,
    )


@renderers.own(ops.DropTableOp)
def _drop_table(rendering: Rendering, op: ops.DropTableOp) -> Source:
    return Call(
        rendering.verb("drop_table"),
        [literal(str(op.table_name)), *_schema(rendering, op), *_flags(op, "if_exists")],
    )


@renderers.own(ops.RenameTableOp)
def _rename_table(rendering: Rendering, op: ops.RenameTableOp) -> Source:
    names: list[Source] = [literal(str(op.table_name)), literal(str(op.new_table_name))]
    return Call(rendering.verb("rename_table"), [*names, *_schema(rendering, op)])


@renderers.own(ops.CreateTableCommentOp)
def _create_table_comment(rendering: Rendering, op: ops.CreateTableCommentOp) -> Source:
    words = [*_table(rendering, op), literal(op.comment)]
    words.append(f"existing_comment={literal(op.existing_comment)}")
    return Call(rendering.verb("create_table_comment"), [*words, *_schema(rendering, op)])


@renderers.own(ops.DropTableCommentOp)
def _drop_table_comment(rendering: Rendering, op: ops.DropTableCommentOp) -> Source:
    words = [*_table(rendering, op), f"existing_comment={literal(op.existing_comment)}"]
    return Call(rendering.verb("drop_table_comment"), [*words, *_schema(rendering, op)])


# -- columns ------------------------------------------------------------------------------------------------------


@renderers.own(ops.AddColumnOp)
def _add_column(rendering: Rendering, op: ops.AddColumnOp) -> Source:
    return Call(
        rendering.verb("add_column"),
        [
            *_table(rendering, op),
            render_column(rendering, op.column, is_key=bool(op.inline_primary_key)),
            *_schema(rendering, op),
            *_flags(op, "if_not_exists", "inline_references", "inline_primary_key"),
            *dialect_keywords(rendering, op.kw),
        ],
    )


@renderers.own(ops.DropColumnOp)
def _drop_column(rendering: Rendering, op: ops.DropColumnOp) -> Source:
    words = [*_table(rendering, op), literal(str(op.column_name)), *_schema(rendering, op)]
    return Call(rendering.verb("drop_column"), [*words, *_flags(op, "if_exists"), *dialect_keywords(rendering, op.kw)])


@renderers.own(ops.AlterColumnOp)
def _alter_column(rendering: Rendering, op: ops.AlterColumnOp) -> Source:
    words: list[Source] = [*_table(rendering, op), literal(str(op.column_name))]
    if op.modify_name is not None:
        words.append(f"new_column_name={literal(op.modify_name)}")
    if op.existing_type is not None:
        words.append(keyword("existing_type", _type(rendering, op.existing_type)))
    if op.modify_server_default is not UNSET:
        words.append(keyword("server_default", render_default(rendering, op.modify_server_default) or "None"))
    if op.modify_type is not None:
        words.append(keyword("type_", _type(rendering, op.modify_type)))
    if op.modify_nullable is not None:
        words.append(f"nullable={op.modify_nullable!r}")
    if op.modify_comment is not UNSET:
        words.append(f"comment={literal(op.modify_comment)}")
    if op.modify_nullable is None and op.existing_nullable is not None:
        words.append(f"existing_nullable={op.existing_nullable!r}")
    if op.existing_comment:
        words.append(f"existing_comment={literal(op.existing_comment)}")
    if op.existing_server_default is not UNSET and op.existing_server_default is not None:
        was = render_default(rendering, op.existing_server_default)
        words.append(keyword("existing_server_default", was or "None"))
    counts = ("autoincrement", "existing_autoincrement")
    words += [f"{name}={op.kw[name]!r}" for name in counts if op.kw.get(name) is not None]
    words += dialect_keywords(rendering, {name: value for name, value in op.kw.items() if name not in counts})
    return Call(rendering.verb("alter_column"), [*words, *_schema(rendering, op)])


def _type(rendering: Rendering, type_: Any) -> Source:
    from sqlalchemy.types import to_instance

    return render_type(rendering, to_instance(type_))


# -- indexes and constraints --------------------------------------------------------------------------------------


@renderers.own(ops.CreateIndexOp)
def _create_index(rendering: Rendering, op: ops.CreateIndexOp) -> Source:
    index = op.to_index(rendering.context.migration_context)
    said = rendering.asked("index", index)
    if said is not None:
        return said
    if index.name is None:
        columns = ", ".join(str(column.name) for column in index.columns)
        raise CommandError(
            f"The index of {op.table_name} ({columns}) has no name, and an index has to have one.",
            'Name it, or give the naming_convention of the MetaData an "ix": "ix_%(column_0_label)s", for example.',
        )
    parts = List([expression(rendering, part) for part in index.expressions])
    return Call(
        rendering.verb("create_index"),
        [
            rendering.name(index.name),
            *_table(rendering, op),
            parts,
            f"unique={bool(op.unique)!r}",
            *_schema(rendering, op),
            *_flags(op, "if_not_exists"),
            *dialect_keywords(rendering, op.kw),
        ],
    )


@renderers.own(ops.DropIndexOp)
def _drop_index(rendering: Rendering, op: ops.DropIndexOp) -> Source:
    index = op.to_index(rendering.context.migration_context)
    words: list[Source] = [rendering.name(index.name)]
    if rendering.batch is None and op.table_name is not None:
        words.append(f"table_name={literal(str(op.table_name))}")
    words += [*_schema(rendering, op), *_flags(op, "if_exists"), *dialect_keywords(rendering, op.kw)]
    return Call(rendering.verb("drop_index"), words)


@renderers.own(ops.CreatePrimaryKeyOp)
@renderers.own(ops.CreateUniqueConstraintOp)
def _create_of_columns(rendering: Rendering, op: Any) -> Source:
    verb = "create_primary_key" if isinstance(op, ops.CreatePrimaryKeyOp) else "create_unique_constraint"
    constraint = op.to_constraint(rendering.context.migration_context)
    words = [rendering.name(constraint_name(rendering, constraint)), *_table(rendering, op)]
    columns = List([literal(str(column)) for column in op.columns])
    return Call(rendering.verb(verb), [*words, columns, *_schema(rendering, op), *dialect_keywords(rendering, op.kw)])


@renderers.own(ops.CreateCheckConstraintOp)
def _create_check(rendering: Rendering, op: ops.CreateCheckConstraintOp) -> Source:
    constraint = op.to_constraint(rendering.context.migration_context)
    words = [rendering.name(constraint_name(rendering, constraint)), *_table(rendering, op)]
    condition = literal(escaped_text(sql_of(rendering, constraint.sqltext)))
    return Call(
        rendering.verb("create_check_constraint"),
        [*words, condition, *_schema(rendering, op), *dialect_keywords(rendering, op.kw)],
    )


@renderers.own(ops.CreateForeignKeyOp)
def _create_foreign_key(rendering: Rendering, op: ops.CreateForeignKeyOp) -> Source:
    constraint = op.to_constraint(rendering.context.migration_context)
    assert isinstance(constraint, ForeignKeyConstraint)
    words: list[Source] = [rendering.name(constraint_name(rendering, constraint))]
    words += [*_table(rendering, op), literal(str(op.referent_table))]
    words += [List([literal(str(name)) for name in names]) for names in (op.local_cols, op.remote_cols)]
    if rendering.batch is None and op.kw.get("source_schema") is not None:
        words.append(f"source_schema={literal(op.kw['source_schema'])}")
    if op.kw.get("referent_schema") is not None:
        words.append(f"referent_schema={literal(op.kw['referent_schema'])}")
    words += referential_options(constraint)
    if constraint.deferrable is not None:
        words.append(f"deferrable={constraint.deferrable!r}")
    if constraint.initially is not None:
        words.append(f"initially={literal(constraint.initially)}")
    return Call(rendering.verb("create_foreign_key"), [*words, *dialect_keywords(rendering, constraint.dialect_kwargs)])


@renderers.own(ops.DropConstraintOp)
def _drop_constraint(rendering: Rendering, op: ops.DropConstraintOp) -> Source:
    constraint = op.to_constraint(rendering.context.migration_context)
    name = constraint_name(rendering, constraint)
    if name is None and rendering.batch is not None and op._reverse is not None and op.constraint_type != "primary":
        name = rendering.conventional(op._reverse)
    words = [rendering.name(name), *_table(rendering, op)]
    if op.constraint_type is not None:
        words.append(f"type_={literal(op.constraint_type)}")
    return Call(rendering.verb("drop_constraint"), [*words, *_schema(rendering, op), *_flags(op, "if_exists")])


# -- statements and rows ------------------------------------------------------------------------------------------


@renderers.own(ops.RequireNoRowsOp)
def _require_no_rows(rendering: Rendering, op: ops.RequireNoRowsOp) -> Source:
    words: list[Source] = [literal(str(op.table_name))]
    words += [f"schema={literal(op.schema)}"] if op.schema is not None else []
    if op.where is not None:
        words.append(f"where={literal(op.where if isinstance(op.where, str) else sql_of(rendering, op.where))}")
    return Call(rendering.verb("require_no_rows"), words)


@renderers.own(ops.ExecuteSQLOp)
def _execute(rendering: Rendering, op: ops.ExecuteSQLOp) -> Source:
    if not isinstance(op.sqltext, str):
        raise CommandError(
            "Autogenerate rendering of SQL Expression language constructs not supported here; please use a plain SQL "
            "string.",
            "Give ExecuteSQLOp a string.",
        )
    return Call(rendering.verb("execute"), [literal(op.sqltext)])
