"""Columns, constraints, defaults as Python source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Computed,
    Constraint,
    DefaultClause,
    ForeignKeyConstraint,
    Identity,
    PrimaryKeyConstraint,
    TextClause,
    UniqueConstraint,
)
from sqlalchemy.schema import FetchedValue, conv
from sqlalchemy.sql.elements import ClauseElement, Label

from whimbrel.ddl import escaped_text
from whimbrel.errors import CommandError
from whimbrel.operations.construct import referred_to
from whimbrel_autogen.names import final_name
from whimbrel_autogen.render.context import Rendering
from whimbrel_autogen.render.layout import Call, List, Source, keyword, literal
from whimbrel_autogen.render.types import render_type

_IDENTITY = ("always", "on_null", "start", "increment", "minvalue", "maxvalue", "nominvalue", "nomaxvalue", "cycle")
_IDENTITY_TOO = ("cache", "order")


def render_column(rendering: Rendering, column: Column[Any], *, is_key: bool = False) -> Source:
    """Return ``sa.Column(...)``.

    :param rendering: how the script is spelt.
    :param column: the column.
    :param is_key: say that it is the primary key; a table says that itself.
    """
    said = rendering.asked("column", column)
    if said is not None:
        return said
    words: list[Source] = [literal(str(column.name)), render_type(rendering, column.type)]
    default = render_default(rendering, column.server_default)
    if isinstance(column.server_default, Computed | Identity):
        words += [default] if default is not None else []
    elif default is not None:
        words.append(keyword("server_default", default))
    if column.autoincrement not in ("auto", "ignore_fk") and column.primary_key:
        words.append(f"autoincrement={column.autoincrement!r}")
    words += ["primary_key=True"] if is_key else []
    words.append(f"nullable={bool(column.nullable)!r}")
    if column.system:
        words.append("system=True")
    if column.comment:
        words.append(f"comment={literal(column.comment)}")
    return Call(rendering.sa("Column"), [*words, *dialect_keywords(rendering, column.dialect_kwargs)])


def render_default(rendering: Rendering, default: Any) -> Source | None:
    """Return a server default, what computes a column, or an identity; ``None`` for none.

    :param rendering: how the script is spelt.
    :param default: what ``Column.server_default`` is, or what may be given for it.
    """
    if default is None:
        return None
    said = rendering.asked("server_default", default)
    if said is not None:
        return said
    if isinstance(default, Computed):
        words: list[Source] = [literal(escaped_text(sql_of(rendering, default.sqltext)))]
        words += [f"persisted={default.persisted!r}"] if default.persisted is not None else []
        return Call(rendering.sa("Computed"), words)
    if isinstance(default, Identity):
        given = [(name, getattr(default, name, None)) for name in (*_IDENTITY, *_IDENTITY_TOO)]
        return Call(rendering.sa("Identity"), [f"{name}={value!r}" for name, value in given if value is not None])
    argument = default.arg if isinstance(default, DefaultClause) else default
    if isinstance(argument, str):
        return literal(argument)
    if isinstance(argument, ClauseElement):
        return render_text(rendering, sql_of(rendering, argument))
    if isinstance(default, FetchedValue):
        return Call(rendering.sa("FetchedValue"))
    return literal(argument)


def render_text(rendering: Rendering, sql: str) -> Source:
    """Return ``sa.text("...")``; nothing in it is a parameter."""
    return Call(rendering.sa("text"), [literal(escaped_text(sql))])


def sql_of(rendering: Rendering, element: ClauseElement) -> str:
    """Return an expression as SQL text."""
    return rendering.context.impl.render_ddl_sql_expr(element)


# -- constraints --------------------------------------------------------------------------------------------------


def render_constraint(rendering: Rendering, constraint: Constraint) -> Source | None:
    """Return a constraint as it stands in a table, ``None`` for one that comes with a column or a type.

    :param rendering: how the script is spelt.
    :param constraint: the constraint.
    """
    if getattr(constraint, "_type_bound", False):
        return None
    said = rendering.asked(_KINDS.get(type(constraint), "constraint"), constraint)
    if said is not None:
        return said
    for kind, render in _CONSTRAINTS.items():
        if isinstance(constraint, kind):
            return render(rendering, constraint)
    own = rendering.asked("constraint", constraint)
    if own is None:
        name = f" {constraint.name}" if isinstance(constraint.name, str) else ""
        raise CommandError(
            f"Nobody knows how {type(constraint).__name__}{name} of table {constraint.table} is spelt in a script.",
            "Spell it in a function render_item(kind, item, autogen_context) that is given to context.configure().",
        )
    return own


def options_of(rendering: Rendering, constraint: Constraint) -> list[Source]:
    """Return the keywords that any constraint may have: name, when it is checked, and the dialects' own."""
    words: list[Source] = []
    if (name := constraint_name(rendering, constraint)) is not None:
        words.append(keyword("name", rendering.name(name)))
    if constraint.deferrable is not None:
        words.append(f"deferrable={constraint.deferrable!r}")
    if constraint.initially is not None:
        words.append(f"initially={literal(constraint.initially)}")
    return words + dialect_keywords(rendering, constraint.dialect_kwargs)


def constraint_name(rendering: Rendering, constraint: Constraint) -> str | None:
    """Return the name that a constraint has in the database; ``None`` where the database makes one up."""
    name = final_name(constraint, rendering.context.dialect)
    if name is None:
        return None
    return conv(name) if isinstance(constraint.name, conv) or constraint.name is not name else name


_SAYS_SO = ("autoincrement", "deferrable")
"""Keywords that say something even where they say no."""


def dialect_keywords(rendering: Rendering, keywords: Any) -> list[Source]:
    """Return dialects' keywords, such as ``postgresql_where=sa.text("...")``, those that say nothing left out."""
    words: list[Source] = []
    for name, value in sorted(dict(keywords).items()):
        if value is None or (value is False and name not in _SAYS_SO) or value in ([], {}):
            continue
        words.append(keyword(name, _keyword_value(rendering, value)))
    return words


def _keyword_value(rendering: Rendering, value: Any) -> Source:
    if isinstance(value, ClauseElement):
        return render_text(rendering, sql_of(rendering, value))
    if isinstance(value, list | tuple):
        return List([_keyword_value(rendering, item) for item in value])
    return literal(value)


def _primary_key(rendering: Rendering, constraint: PrimaryKeyConstraint) -> Source | None:
    if not constraint.columns:
        return None
    names: list[Source] = [literal(str(column.name)) for column in constraint.columns]
    return Call(rendering.sa("PrimaryKeyConstraint"), [*names, *options_of(rendering, constraint)])


def _unique(rendering: Rendering, constraint: UniqueConstraint) -> Source:
    names: list[Source] = [literal(str(column.name)) for column in constraint.columns]
    return Call(rendering.sa("UniqueConstraint"), [*names, *options_of(rendering, constraint)])


def _check(rendering: Rendering, constraint: CheckConstraint) -> Source:
    condition = literal(escaped_text(sql_of(rendering, constraint.sqltext)))
    return Call(rendering.sa("CheckConstraint"), [condition, *options_of(rendering, constraint)])


def _foreign_key(rendering: Rendering, constraint: ForeignKeyConstraint) -> Source:
    targets = []
    for element in constraint.elements:
        schema, table, column = referred_to(element)
        targets.append(literal(".".join(filter(None, (schema, table, column)))))
    words: list[Source] = [
        List([literal(str(element.parent.name)) for element in constraint.elements]),
        List(list(targets)),
    ]
    return Call(
        rendering.sa("ForeignKeyConstraint"),
        [*words, *options_of(rendering, constraint), *referential_options(constraint)],
    )


def referential_options(constraint: ForeignKeyConstraint) -> list[Source]:
    """Return what a foreign key does when what it refers to changes or goes."""
    given = ((name, getattr(constraint, name)) for name in ("onupdate", "ondelete", "match"))
    words: list[Source] = [f"{name}={literal(value)}" for name, value in given if value is not None]
    return [*words, *(["use_alter=True"] if constraint.use_alter else [])]


_CONSTRAINTS: dict[type[Constraint], Callable[[Rendering, Any], Source | None]] = {
    PrimaryKeyConstraint: _primary_key,
    ForeignKeyConstraint: _foreign_key,
    UniqueConstraint: _unique,
    CheckConstraint: _check,
}
_KINDS: dict[type[Constraint], str] = {
    PrimaryKeyConstraint: "primary_key",
    ForeignKeyConstraint: "foreign_key",
    UniqueConstraint: "unique_constraint",
    CheckConstraint: "check_constraint",
}
"""What ``render_item`` is told that a constraint is."""


def expression(rendering: Rendering, part: str | ColumnElement[Any] | TextClause) -> Source:
    """Return a column of an index by name, an expression of one as ``sa.text("...")``."""
    if isinstance(part, str):
        return literal(part)
    if isinstance(part, Column):
        return literal(str(part.name))
    if isinstance(part, Label):  # dialects' keywords know it by its name
        sql = rendering.context.impl.render_ddl_sql_expr(part.element, is_index=True)
        return f"{Call(rendering.sa('literal_column'), [literal(sql)])}.label({literal(part.name)})"
    return render_text(rendering, rendering.context.impl.render_ddl_sql_expr(part, is_index=True))
