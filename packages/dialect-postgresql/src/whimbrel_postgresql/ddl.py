"""The SQL text of the statements that PostgreSQL spells in its own way.

https://www.postgresql.org/docs/current/sql-altertable.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any, TypeAlias

from sqlalchemy import Identity, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.sql.elements import ClauseElement

from whimbrel.ddl import (
    AlterTable,
    ColumnType,
    ComputedColumnDefault,
    IdentityColumnDefault,
    RenameTable,
    TypeArgument,
    alter_column,
    alter_table,
    format_column_name,
    format_literal,
    format_type,
)

StorageValue: TypeAlias = bool | int | float | str
"""What a storage parameter can be."""


class PostgresqlColumnType(ColumnType):
    """Give a column another type, and say how its values become that type.

    :param using: an expression over the old values, as SQL text or as an expression; ``None`` for PostgreSQL's own
        assignment cast.

    Example::

        PostgresqlColumnType("orders", "total", Integer(), using="total::integer")
    """

    def __init__(
        self, name: str, column_name: str, type_: TypeArgument, *, using: str | ClauseElement | None = None, **kw: Any
    ) -> None:
        super().__init__(name, column_name, type_, **kw)
        self.using = using


class ValidateConstraint(AlterTable):
    """Look whether all rows meet a constraint that is NOT VALID so far.

    :param name: the table.
    :param constraint_name: the constraint.
    """

    def __init__(self, name: str, constraint_name: str, schema: str | None = None) -> None:
        super().__init__(name, schema)
        self.constraint_name = constraint_name


class SetStorageParameters(AlterTable):
    """Set storage parameters of a table, and reset others.

    :param name: the table.
    :param parameters: values by name; ``None`` resets.
    """

    def __init__(self, name: str, parameters: Mapping[str, StorageValue | None], schema: str | None = None) -> None:
        super().__init__(name, schema)
        self.parameters = parameters


@compiles(RenameTable, "postgresql")
def _rename_table(element: RenameTable, compiler: DDLCompiler, **kw: Any) -> str:
    # The new name takes no schema: RENAME leaves the table where it is.
    new = format_column_name(compiler, element.new_table_name)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"


@compiles(PostgresqlColumnType, "postgresql")
def _column_type(element: PostgresqlColumnType, compiler: DDLCompiler, **kw: Any) -> str:
    changed = f"{_alter(element, compiler)} TYPE {format_type(compiler, element.type_)}"
    return changed if element.using is None else f"{changed} USING {_expression(element.using, compiler)}"


@compiles(IdentityColumnDefault, "postgresql")
def _identity_column_default(element: IdentityColumnDefault, compiler: DDLCompiler, **kw: Any) -> str:
    altered = _alter(element, compiler)
    if element.default is None:
        return f"{altered} DROP IDENTITY"
    if not isinstance(element.existing_server_default, Identity):
        return f"{altered} ADD {compiler.process(element.default)}"
    changes = identity_changes(element.existing_server_default, element.default)
    words = [item if isinstance(item, str) else f"SET {compiler.get_identity_options(item)}" for item in changes]
    return f"{altered} {' '.join(words)}"


@compiles(ComputedColumnDefault, "postgresql")
def _computed_column_default(element: ComputedColumnDefault, compiler: DDLCompiler, **kw: Any) -> str:
    altered = _alter(element, compiler)
    if element.default is None:
        return f"{altered} DROP EXPRESSION"
    return f"{altered} SET EXPRESSION AS ({_expression(element.default.sqltext, compiler)})"


@compiles(ValidateConstraint, "postgresql")
def _validate_constraint(element: ValidateConstraint, compiler: DDLCompiler, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} VALIDATE CONSTRAINT {compiler.preparer.quote(element.constraint_name)}"


@compiles(SetStorageParameters, "postgresql")
def _set_storage_parameters(element: SetStorageParameters, compiler: DDLCompiler, **kw: Any) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {', '.join(_storage_clauses(element.parameters, compiler))}"


def _storage_clauses(parameters: Mapping[str, StorageValue | None], compiler: DDLCompiler) -> Iterator[str]:
    def quoted(name: str) -> str:
        return ".".join(compiler.preparer.quote(part) for part in name.split("."))  # toast.autovacuum_enabled

    def spelt(value: StorageValue) -> str:
        return format_literal(compiler, value) if isinstance(value, str) else str(value).lower()

    set_to = [f"{quoted(name)} = {spelt(value)}" for name, value in parameters.items() if value is not None]
    reset = [quoted(name) for name, value in parameters.items() if value is None]
    if set_to:
        yield f"SET ({', '.join(set_to)})"
    if reset:
        yield f"RESET ({', '.join(reset)})"


def identity_changes(old: Identity, new: Identity) -> list[Identity | str]:
    """Return in what two identities differ: words, or an Identity that holds just the one option to be set.

    What *new* does not say is as it is for an Identity that says nothing. Where no number of the old range is in the
    new one, it starts anew.
    https://www.postgresql.org/docs/current/sql-createsequence.html

    :param old: the identity now.
    :param new: the identity to be.
    """
    changes: list[Identity | str] = []
    if bool(old.always) != bool(new.always):
        changes.append(f"SET GENERATED {'ALWAYS' if new.always else 'BY DEFAULT'}")
    before, after = _options(old), _options(new)
    changes += [Identity(**{name: value}) for name, value in after.items() if before.get(name) != value]
    (old_least, old_greatest), (new_least, new_greatest) = _range(before), _range(after)
    if old_greatest < new_least or new_greatest < old_least:
        changes.append("RESTART")
    return changes


def _options(identity: Identity) -> dict[str, Any]:
    """Return the options of the sequence, those that are not said too."""
    increment = 1 if identity.increment is None else identity.increment
    bounds = identity.minvalue, identity.maxvalue
    start = (1 if bounds[0] is None else bounds[0]) if increment > 0 else (-1 if bounds[1] is None else bounds[1])
    return {
        "increment": increment,
        "start": start if identity.start is None else identity.start,
        **({"nominvalue": True} if bounds[0] is None else {"minvalue": bounds[0]}),
        **({"nomaxvalue": True} if bounds[1] is None else {"maxvalue": bounds[1]}),
        "cache": 1 if identity.cache is None else identity.cache,
        "cycle": bool(identity.cycle),
    }


def _range(options: Mapping[str, Any]) -> tuple[float, float]:
    """Return the least and the greatest number of a sequence; infinite where the column's type sets the limit."""
    upwards = options["increment"] > 0
    return options.get("minvalue", 1 if upwards else -inf), options.get("maxvalue", inf if upwards else -1)


def _expression(using: str | ClauseElement, compiler: DDLCompiler) -> str:
    clause = literal_column(using) if isinstance(using, str) else using
    return str(compiler.sql_compiler.process(clause, literal_binds=True))


def _alter(element: ColumnType | ComputedColumnDefault | IdentityColumnDefault, compiler: DDLCompiler) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {alter_column(compiler, element.column_name)}"
