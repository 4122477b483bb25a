"""Enum types of models and database: which are missing, which nobody has any more, which values differ."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import ARRAY, Column, Connection, Dialect, text
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.types import SchemaType, TypeDecorator

from whimbrel.operations import MigrateOperation
from whimbrel_postgresql.enum_operations import AddEnumValueOp, CreateEnumTypeOp, RenameEnumValueOp
from whimbrel_postgresql.enum_replacement import EnumColumn, ReplaceEnumValuesOp, literal_in
from whimbrel_postgresql.named_types import named_types
from whimbrel_postgresql.server_types import is_sqlalchemys

_NOT_PLAIN: Final = (SchemaType, ARRAY, TypeDecorator)
RENAMED_VALUES: Final = "renamed_values"
"""In the ``info`` of a column of an enum type: old values, and what they are called now."""

_ENUMS: Final = """
    SELECT t.oid, n.nspname AS schema, t.typname AS name,
        CAST((SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid) AS text)
            AS labels,
        n.nspname = ANY (current_schemas(true)) AS visible,
        EXISTS (SELECT 1 FROM pg_depend d WHERE d.refclassid = CAST('pg_type' AS regclass)
            AND d.refobjid IN (t.oid, t.typarray) AND d.deptype = 'n'
            AND d.classid NOT IN (CAST('pg_class' AS regclass), CAST('pg_attrdef' AS regclass))) AS used_elsewhere
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'e' AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = CAST('pg_type' AS regclass)
        AND d.objid = t.oid AND d.deptype = 'e')
"""

_USERS: Final = """
    SELECT coalesce(e.oid, t.oid) AS type_oid, n.nspname AS schema, c.relname AS table_name, a.attname AS column_name,
        CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default_
    FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
    JOIN pg_attribute a ON a.atttypid = t.oid AND NOT a.attisdropped AND a.attnum > 0 AND a.attinhcount = 0
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'f') JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE coalesce(e.typtype, t.typtype) = 'e'
    ORDER BY n.nspname, c.relname, a.attnum
"""


class Name(NamedTuple):
    """The name of a type.

    :param schema: its schema; ``None`` for the connection's default.
    :param name: its name in it.
    """

    schema: str | None
    name: str


@dataclass
class Declared:
    """An enum type as the models have it.

    :param type_: the type.
    :param columns: the columns that have it.
    :param is_ours: whether it is for the models to say what it is; not so where all have ``create_type=False``.
    """

    type_: ENUM
    columns: list[Column[Any]] = field(default_factory=list)
    is_ours: bool = False

    @property
    def values(self) -> tuple[str, ...]:
        """Its values, in order."""
        return tuple(str(value) for value in self.type_.enums)

    @property
    def renamed(self) -> dict[str, str]:
        """The old names of values, each with its new one, as the columns declare."""
        return {old: new for column in self.columns for old, new in column.info.get(RENAMED_VALUES, {}).items()}


class User(NamedTuple):
    """A column that has an enum type, in the database.

    :param schema: its table's schema; ``None`` for the connection's default.
    :param table_name: its table.
    :param column_name: its name.
    :param default: its default, as the server prints it.
    """

    schema: str | None
    table_name: str
    column_name: str
    default: str | None


class Existing(NamedTuple):
    """An enum type as the database has it.

    :param name: its name.
    :param values: its values, in order.
    :param visible: whether its schema is searched, so that its name alone will do.
    :param users: the columns that have it.
    :param used_elsewhere: whether something else needs it: a domain, a function.
    """

    name: Name
    values: tuple[str, ...]
    visible: bool
    users: tuple[User, ...]
    used_elsewhere: bool


def compare_enums(context: Any, schema: str | None, tables: Sequence[Any]) -> list[MigrateOperation]:
    """Return what brings the enum types that tables of a schema have, or had, to the models.

    A type that tables of several schemas have is compared with the first of them.

    :param context: the comparison, of the package that compares.
    :param schema: the schema; ``None`` for the connection's default.
    :param tables: its tables on both sides, as pairs.
    """
    if not any(_may_have_enums(pair, context.dialect) for pair in tables):
        return []
    return _Comparison(context, schema, tables).result()


def _may_have_enums(pair: Any, dialect: Dialect) -> bool:
    ours = pair.models.columns if pair.models is not None else ()
    theirs = pair.reflected.columns if pair.reflected is not None else ()
    return any(_may_be_enum(column.type, dialect) for column in ours) or any(
        _may_be_enum(info["type"], dialect) for info in theirs
    )


def _may_be_enum(type_: Any, dialect: Dialect) -> bool:
    # Of thousands of columns most are plain, which need not be made PostgreSQL's first.
    if is_sqlalchemys(type(type_)) and not isinstance(type_, _NOT_PLAIN) and not getattr(type_, "_variant_mapping", ()):
        return False
    return isinstance(type_.dialect_impl(dialect), ENUM | ARRAY | TypeDecorator)


class _Comparison:
    def __init__(self, context: Any, schema: str | None, tables: Sequence[Any]) -> None:
        self._context = context
        self._schema = schema
        self._default: str | None = context.dialect.default_schema_name
        self._declared = self._read_models()
        self._existing = self._read_database(context.connection)

    def result(self) -> list[MigrateOperation]:
        """Return the directives: first what the models have, then what they have no more."""
        found: list[MigrateOperation] = []
        for name, declared in self._declared.items():
            if declared.is_ours and self._is_here(column.table.schema for column in declared.columns):
                found += self._compared(name, declared, self._found(name))
        kept = {existing.name for name in self._declared if (existing := self._found(name)) is not None}
        for name, existing in self._existing.items():
            if name not in kept and self._goes(existing):
                found.append(CreateEnumTypeOp(name.name, existing.values, schema=name.schema).reverse())
        return found

    # -- both sides ---------------------------------------------------------------------------------------------------

    def _schema_of(self, name: str | None) -> str | None:
        return None if name == self._default else name

    def _read_models(self) -> dict[Name, Declared]:
        found: dict[Name, Declared] = {}
        for key in sorted(self._context.table_key_to_table):
            for column in self._context.table_key_to_table[key].columns:
                if _may_be_enum(column.type, self._context.dialect):
                    for named in named_types(column.type, self._context.dialect, others=True):
                        if isinstance(named, ENUM):
                            name = Name(self._schema_of(named.schema), str(named.name))
                            found.setdefault(name, Declared(named)).columns.append(column)
                            found[name].is_ours |= named.create_type
        return found

    def _read_database(self, connection: Connection) -> dict[Name, Existing]:
        users: dict[int, list[User]] = {}
        for row in connection.execute(text(_USERS)):
            schema = self._schema_of(row.schema)
            table, column = self._context.renames.now(schema, row.table_name, row.column_name)
            user = User(schema, table, column, row.default_)
            users.setdefault(row.type_oid, []).append(user)
        found = {}
        for row in connection.execute(text(_ENUMS)):
            name = Name(self._schema_of(row.schema), row.name)
            values = tuple(json.loads(row.labels or "[]"))
            found[name] = Existing(name, values, row.visible, tuple(users.get(row.oid, ())), row.used_elsewhere)
        return found

    def _found(self, name: Name) -> Existing | None:
        """Return the type that a name of the models means: one without a schema may be in any that is searched."""
        if name in self._existing or name.schema is not None:
            return self._existing.get(name)
        return next((item for item in self._existing.values() if item.visible and item.name.name == name.name), None)

    def _is_here(self, schemas: Iterable[str | None]) -> bool:
        """Return whether this is the first of some schemas: each type is compared once."""
        return min((self._schema_of(schema) or "" for schema in schemas), default=None) == (self._schema or "")

    # -- what differs -------------------------------------------------------------------------------------------------

    def _compared(self, name: Name, declared: Declared, existing: Existing | None) -> Iterator[MigrateOperation]:
        if existing is None:
            yield CreateEnumTypeOp(name.name, declared.values, schema=name.schema)
            return
        name, values = existing.name, existing.values
        renamed = self._renamed(name, values, declared)
        for old, new in renamed.items():
            yield RenameEnumValueOp(name.name, old, new, schema=name.schema)
        self._context.impl.renamed_values[self._context.impl.spell_type(declared.type_)] = renamed
        values = tuple(renamed.get(value, value) for value in values)
        if values == declared.values:
            return
        if tuple(value for value in declared.values if value in values) == values:
            yield from self._additions(existing, values, declared)
            return
        come = [value for value in declared.values if value not in values]
        if any(value in self._defaults_of(declared) for value in come):
            # A column needs them before those go that another one needs until then.
            yield from self._additions(existing, values, declared)
            values = (*values, *come)
        yield self._replacement(existing, values, declared, come)

    def _renamed(self, name: Name, values: tuple[str, ...], declared: Declared) -> dict[str, str]:
        """Return the values that have another name in the models: as the columns declare, or who is asked answers."""
        found = {
            old: new
            for old, new in declared.renamed.items()
            if old in values and new not in values and new in declared.values
        }
        now = [found.get(value, value) for value in values]
        path = tuple(part for part in name if part is not None)
        answered: dict[str, str] = self._context.renames.values(path, now, declared.values)
        return found | answered

    def _additions(self, existing: Existing, values: tuple[str, ...], declared: Declared) -> Iterator[AddEnumValueOp]:
        """Yield what adds the values that are missing, each in its place."""
        name = existing.name
        at_once = self._defaults_of(declared)
        goes_on = [value for value in declared.values if value in values]
        in_order = tuple(goes_on) == values
        for place, value in enumerate(declared.values):
            if value in values:
                continue
            comes_last = not in_order or not any(later in goes_on for later in declared.values[place:])
            after = declared.values[place - 1] if place and not comes_last else None
            before = values[0] if not place and not comes_last else None
            new = _with_value(values, value, before, after)
            yield AddEnumValueOp(
                name.name,
                value,
                before=before,
                after=after,
                schema=name.schema,
                autocommit=value in at_once,
                _reverse=ReplaceEnumValuesOp(
                    name.name, values, columns=_columns(existing.users), existing_values=new, schema=name.schema
                ),
            )
            values = new

    def _replacement(
        self, existing: Existing, values: tuple[str, ...], declared: Declared, come: list[str]
    ) -> ReplaceEnumValuesOp:
        """Return what makes the type anew, since values go or change their places; *come* are new."""
        name = existing.name
        gone = [value for value in values if value not in declared.values]
        columns = [self._column(column) for column in declared.columns]
        models = {item[:3] for item in columns}
        columns += [
            item
            for item in _columns(user for user in existing.users if not self._leaves(user))
            if item[:3] not in models
        ]
        op = ReplaceEnumValuesOp(
            name.name, declared.values, columns=columns, existing_values=values, schema=name.schema
        )
        if gone:
            self._context.note(_warning(name.name, gone, come))
            self._context.remark(op, _warning(name.name, gone, come))
        return op

    def _column(self, column: Column[Any]) -> EnumColumn:
        """Return a models' column as the directive names it."""
        return EnumColumn(
            column.table.name,
            column.name,
            self._schema_of(column.table.schema),
            self._default_of(column),
            isinstance(column.type.dialect_impl(self._context.dialect), ARRAY),
        )

    def _defaults_of(self, declared: Declared) -> set[str | None]:
        return {self._default_of(column) for column in declared.columns}

    def _default_of(self, column: Column[Any] | None) -> str | None:
        """Return the value that is the default of a models' column, if one is."""
        spelt = self._context.impl.spell_default(column) if column is not None else None
        return literal_in(spelt) if spelt is not None else None

    def _goes(self, existing: Existing) -> bool:
        """Return whether all columns that have a type go, the first of them with this schema."""
        return (
            bool(existing.users)
            and not existing.used_elsewhere
            and self._is_here(user.schema for user in existing.users)
            and all(self._leaves(user) for user in existing.users)
        )

    def _leaves(self, user: User) -> bool:
        key = ".".join(filter(None, (user.schema, user.table_name)))
        tables: Mapping[str, Any] = self._context.table_key_to_table
        if key in tables or (user.schema is None and f"{self._default}.{user.table_name}" in tables):
            return True  # its table stays, and no column of the models has the type
        return (user.schema, user.table_name) in self._context.dropped


def _with_value(values: tuple[str, ...], value: str, before: str | None, after: str | None) -> tuple[str, ...]:
    place = (
        values.index(before) if before is not None else values.index(after) + 1 if after is not None else len(values)
    )
    return (*values[:place], value, *values[place:])


def _columns(users: Iterable[User]) -> list[EnumColumn]:
    return [EnumColumn(user.table_name, user.column_name, user.schema) for user in users]


def _warning(name: str, gone: Sequence[str], come: Sequence[str]) -> str:
    said = f"Enum type {name} loses {', '.join(map(repr, gone))}: rows that have it stop the upgrade."
    if len(gone) == len(come) == 1:
        return (
            f"{said} If {come[0]!r} is its new name, say so with --rename {name}.{gone[0]}:{come[0]}, or on a column "
            f"of that type: info={{{RENAMED_VALUES!r}: {{{gone[0]!r}: {come[0]!r}}}}}."
        )
    return f"{said} replacements={{...}} says which value they get instead."
