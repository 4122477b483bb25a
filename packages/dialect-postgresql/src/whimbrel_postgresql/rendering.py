"""What this package has of its own, spelt as Python for the scripts that autogenerate writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.schema import conv
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

from whimbrel_postgresql.counting import AlterCountingOp
from whimbrel_postgresql.enum_operations import (
    AddEnumValueOp,
    CreateEnumTypeOp,
    DropEnumTypeOp,
    RenameEnumTypeOp,
    RenameEnumValueOp,
)
from whimbrel_postgresql.enum_replacement import EnumColumn, ReplaceEnumValuesOp
from whimbrel_postgresql.operations import CreateExcludeConstraintOp, SetStorageParametersOp, ValidateConstraintOp
from whimbrel_postgresql.rename_operations import RenameConstraintOp, RenameIndexOp, RenameOp
from whimbrel_postgresql.sequence_operations import AlterSequenceOp, CreateSequenceOp, DropSequenceOp

_WIDTH: Final = 88 - 4
"""What a formatter leaves of a line within a function."""


def render_operation(context: Any, op: object) -> str | None:
    """Return a directive of this package as a statement; ``None`` for one of somebody else.

    :param context: the comparison, whose options say how ``op`` and ``sa`` are spelt.
    :param op: the directive.
    """
    for cls, (verb, words) in _OPERATIONS.items():
        if isinstance(op, cls):
            prefix = context.opts.get("alembic_module_prefix") or ""
            return _call(f"{prefix}{verb}", words(context, op))
    return None


def render_constraint(context: Any, item: object, imports: set[str]) -> str | None:
    """Return an exclusion constraint as it stands in a table; ``None`` for another constraint.

    :param context: the comparison.
    :param item: the constraint.
    :param imports: what the script imports, added to.
    """
    if not isinstance(item, ExcludeConstraint):
        return None
    imports.add("from sqlalchemy.dialects import postgresql")
    op = CreateExcludeConstraintOp.from_constraint(item)
    words = [_value(context, element) for element in op.elements]
    words += _keywords(context, where=op.where, **op.kw)
    if item.name is not None:
        name = context.dialect.identifier_preparer.format_constraint(item)
        words.append(f"name={_value(context, conv(str(name).strip(chr(34))))}")
    return _call("postgresql.ExcludeConstraint", words)


def _call(name: str, words: Iterable[str]) -> str:
    given = list(words)
    flat = f"{name}({', '.join(given)})"
    if len(flat) <= _WIDTH and "\n" not in flat:
        return flat
    lines = (f"    {word},".replace("\n", "\n    ") for word in given)
    return "\n".join((f"{name}(", *lines, ")"))


def _keywords(context: Any, **said: Any) -> list[str]:
    return [
        f"{name}={_value(context, value)}" for name, value in said.items() if value not in (None, False, {}, (), [])
    ]


def _value(context: Any, value: Any) -> str:
    if isinstance(value, conv):
        return f"{context.opts.get('alembic_module_prefix') or ''}f({_value(context, str(value))})"
    if isinstance(value, str):
        plain = repr(str(value))
        return plain if '"' in value or plain[0] == '"' else f'"{plain[1:-1]}"'
    if isinstance(value, ClauseElement):
        return _text(context, value)
    if isinstance(value, EnumColumn):
        return _enum_column(context, value)
    if isinstance(value, TypeEngine):
        return f"{context.opts.get('sqlalchemy_module_prefix') or ''}{value!r}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_value(context, key)}: {_value(context, item)}' for key, item in value.items())}}}"
    if isinstance(value, tuple):
        inner = ", ".join(_value(context, item) for item in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return _list(context, value)
    return repr(value)


def _list(context: Any, value: Iterable[Any]) -> str:
    words = [_value(context, item) for item in value]
    flat = f"[{', '.join(words)}]"
    if len(flat) <= _WIDTH - len("existing_values=,") - 4:
        return flat
    return "\n".join(("[", *(f"    {word},".replace("\n", "\n    ") for word in words), "]"))


def _text(context: Any, expression: ClauseElement) -> str:
    sql = expression.text if isinstance(expression, TextClause) else context.impl.render_ddl_sql_expr(expression)
    prefix = context.opts.get("sqlalchemy_module_prefix") or ""
    return f"{prefix}text({_value(context, sql)})"


def _enum_column(context: Any, item: EnumColumn) -> str:
    """Return a column of an enum type as a tuple without what goes without saying."""
    values = list(item)
    while values[-1] in (None, False):
        values.pop()
    return _value(context, tuple(values))


def _create_enum_type(context: Any, op: CreateEnumTypeOp) -> list[str]:
    words = [_value(context, op.name), _list(context, op.values)]
    return words + _keywords(context, schema=op.schema, if_not_exists=op.if_not_exists)


def _drop_enum_type(context: Any, op: DropEnumTypeOp) -> list[str]:
    return [_value(context, op.name), *_keywords(context, schema=op.schema, if_exists=op.if_exists)]


def _rename_enum_type(context: Any, op: RenameEnumTypeOp) -> list[str]:
    return [_value(context, op.name), _value(context, op.new_name), *_keywords(context, schema=op.schema)]


def _add_enum_value(context: Any, op: AddEnumValueOp) -> list[str]:
    said = {name: getattr(op, name) for name in ("before", "after", "if_not_exists", "schema", "autocommit")}
    return [_value(context, op.name), _value(context, op.value), *_keywords(context, **said)]


def _rename_enum_value(context: Any, op: RenameEnumValueOp) -> list[str]:
    words = [_value(context, name) for name in (op.name, op.old_value, op.new_value)]
    return words + _keywords(context, schema=op.schema)


def _replace_enum_values(context: Any, op: ReplaceEnumValuesOp) -> list[str]:
    said = {"replacements": op.replacements, "schema": op.schema}
    words = [_value(context, op.name), _list(context, op.values), f"columns={_list(context, op.columns)}"]
    if op.existing_values is not None:
        words.append(f"existing_values={_list(context, op.existing_values)}")
    return words + _keywords(context, **said)


def _create_exclude_constraint(context: Any, op: CreateExcludeConstraintOp) -> list[str]:
    name = None if op.constraint_name is None else _value(context, op.constraint_name)
    words = [name or "None", _value(context, op.table_name)]
    words += [_value(context, (getattr(element, "name", element), by)) for element, by in op.elements]
    return words + _keywords(context, where=op.where, schema=op.schema, **op.kw)


def _validate_constraint(context: Any, op: ValidateConstraintOp) -> list[str]:
    return [_value(context, op.constraint_name), _value(context, op.table_name), *_keywords(context, schema=op.schema)]


def _set_storage_parameters(context: Any, op: SetStorageParametersOp) -> list[str]:
    words = [_value(context, op.table_name), _value(context, op.parameters)]
    return words + _keywords(context, existing_parameters=op.existing_parameters, schema=op.schema)


def _rename(context: Any, op: RenameOp) -> list[str]:
    return [_value(context, word) for word in (op.name, op.new_name, op.table_name)] + _keywords(
        context, schema=op.schema
    )


def _create_sequence(context: Any, op: CreateSequenceOp) -> list[str]:
    said = {"schema": op.schema, "if_not_exists": op.if_not_exists, **op.kw}
    return [_value(context, op.name), *_keywords(context, **said)]


def _alter_sequence(context: Any, op: AlterSequenceOp) -> list[str]:
    words = [_value(context, op.name), _value(context, op.facts)]
    return words + _keywords(context, existing=op.existing, schema=op.schema)


def _drop_sequence(context: Any, op: DropSequenceOp) -> list[str]:
    return [_value(context, op.name), *_keywords(context, schema=op.schema, if_exists=op.if_exists)]


def _alter_counting(context: Any, op: AlterCountingOp) -> list[str]:
    said = (op.table_name, op.column_name)
    types = f"existing_type={_value(context, op.existing_type)}"
    flags = [f"autoincrement={op.counts}", f"existing_autoincrement={not op.counts}"]
    return [*(_value(context, name) for name in said), types, *flags, *_keywords(context, schema=op.schema)]


_OPERATIONS: Final[dict[type[Any], tuple[str, Callable[[Any, Any], list[str]]]]] = {
    AlterCountingOp: ("alter_column", _alter_counting),
    CreateEnumTypeOp: ("create_enum_type", _create_enum_type),
    DropEnumTypeOp: ("drop_enum_type", _drop_enum_type),
    RenameEnumTypeOp: ("rename_enum_type", _rename_enum_type),
    AddEnumValueOp: ("add_enum_value", _add_enum_value),
    RenameEnumValueOp: ("rename_enum_value", _rename_enum_value),
    ReplaceEnumValuesOp: ("replace_enum_values", _replace_enum_values),
    CreateExcludeConstraintOp: ("create_exclude_constraint", _create_exclude_constraint),
    ValidateConstraintOp: ("validate_constraint", _validate_constraint),
    SetStorageParametersOp: ("set_storage_parameters", _set_storage_parameters),
    RenameIndexOp: ("rename_index", _rename),
    RenameConstraintOp: ("rename_constraint", _rename),
    CreateSequenceOp: ("create_sequence", _create_sequence),
    AlterSequenceOp: ("alter_sequence", _alter_sequence),
    DropSequenceOp: ("drop_sequence", _drop_sequence),
}
"""How each directive is spelt: its verb, and what makes the arguments."""
