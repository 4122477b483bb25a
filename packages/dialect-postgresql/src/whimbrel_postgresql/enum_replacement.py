"""The directive that gives an enum type other values, some of the old ones gone: what ALTER TYPE cannot do.

The old type is put aside, one with the new values made, each column converted, and the old type dropped. A row whose
value has no place in the new type stops it all, and so does a use of the type that was not named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Text, TextClause, case, cast, column, func, text
from sqlalchemy.dialects.postgresql import ARRAY, ENUM, CreateEnumType
from sqlalchemy.sql.elements import ColumnElement

from whimbrel.ddl import ColumnDefault, plain_text
from whimbrel.errors import CommandError
from whimbrel.operations import Operations
from whimbrel_postgresql.ddl import PostgresqlColumnType
from whimbrel_postgresql.enum_operations import EnumTypeOp, checked_values
from whimbrel_postgresql.named_types import DropType, RenameType
from whimbrel_postgresql.names import within_63_bytes

_ASIDE: Final = "_whimbrel_old_"
_LITERAL: Final = re.compile(r"'((?:[^']|'')*)'(?:::[^']*)?")


class EnumColumn(NamedTuple):
    """A column of an enum type; a tuple of a table's and a column's name will do where the rest is as it stands here.

    :param table_name: the table.
    :param column_name: the column.
    :param schema: the table's schema.
    :param server_default: its default: a value, or SQL text. Connected to a database, it is read there.
    :param array: whether it holds arrays of the type. Connected to a database, that is read there.
    """

    table_name: str
    column_name: str
    schema: str | None = None
    server_default: str | TextClause | None = None
    array: bool = False


class ReplaceEnumValuesOp(EnumTypeOp):
    """Make an enum type anew with other values, and convert its columns; each table is rewritten.

    :param name: the type.
    :param values: all of its values to be, in the order in which they compare.
    :param columns: every column that has the type, as an :class:`EnumColumn` or a plain tuple.
    :param replacements: what rows get in place of a value that goes; a value that goes and has none must be in no row.
    :param existing_values: the values now, so that the change can be reversed.
    :param schema: the type's schema.
    """

    def __init__(
        self,
        name: str,
        values: Sequence[str],
        *,
        columns: Sequence[EnumColumn | tuple[str, ...]],
        replacements: Mapping[str, str] | None = None,
        existing_values: Sequence[str] | None = None,
        schema: str | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.values = checked_values("replace_enum_values", values)
        self.columns = tuple(_checked_column(item) for item in columns)
        self.replacements = dict(replacements or {})
        self.existing_values = (
            checked_values("replace_enum_values", existing_values) if existing_values is not None else None
        )
        self._check_replacements()

    def _check_replacements(self) -> None:
        stay = [old for old in self.replacements if old in self.values]
        unknown = [new for new in self.replacements.values() if new not in self.values]
        if stay or unknown:
            what = f"replaces {stay[0]!r}, which stays" if stay else f"has {unknown[0]!r} in place of another value"
            raise CommandError(
                f"replace_enum_values({self.name!r}) {what}{'' if stay else ', and that is none of the new values'}.",
                "replacements say, for a value that goes, which of the new values its rows get. "
                "op.rename_enum_value() gives a value another name.",
            )

    @classmethod
    def replace_enum_values(
        cls,
        operations: Operations,
        name: str,
        values: Sequence[str],
        *,
        columns: Sequence[EnumColumn | tuple[str, ...]],
        replacements: Mapping[str, str] | None = None,
        existing_values: Sequence[str] | None = None,
        schema: str | None = None,
    ) -> None:
        """Make an enum type anew with other values; the parameters of the class.

        Example::

            op.replace_enum_values(
                "mood", ["happy", "sad"], columns=[("person", "mood")], replacements={"glum": "sad"}
            )
        """
        operations.invoke(
            cls(
                name,
                values,
                columns=columns,
                replacements=replacements,
                existing_values=existing_values,
                schema=schema,
            )
        )

    def to_enum(self) -> ENUM:
        """Return the type as it is to be."""
        return ENUM(*self.values, name=self.name, schema=self.schema, create_type=False)

    def reverse(self) -> ReplaceEnumValuesOp:
        """Return the directive that gives the type its old values back; rows keep the values they have by then.

        :raises ValueError: the old values are not known.
        """
        if self.existing_values is None:
            raise ValueError(f"The values of enum type {self.name} cannot be given back: existing_values is not said.")
        return ReplaceEnumValuesOp(
            self.name,
            self.existing_values,
            columns=[item._replace(server_default=self.default_of(item)) for item in self.columns],
            existing_values=self.values,
            schema=self.schema,
        )

    def to_diff_tuple(self) -> tuple[str, str | None, str, tuple[str, ...] | None, tuple[str, ...]]:
        """Return ``("replace_enum_values", schema, name, old values, new values)``."""
        return ("replace_enum_values", self.schema, self.name, self.existing_values, self.values)

    def default_of(self, item: EnumColumn) -> str | TextClause | None:
        """Return the default that a column is to have."""
        default = item.server_default
        return self.replacements.get(default, default) if isinstance(default, str) else default

    def conversion(self, item: EnumColumn) -> ColumnElement[Any]:
        """Return the expression that makes a new value of an old one."""
        old: ColumnElement[Any] = column(item.column_name)
        if item.array:
            words: ColumnElement[Any] = cast(old, ARRAY(Text))
            for goes, comes in self.replacements.items():
                words = func.array_replace(words, goes, comes)
            return cast(words, ARRAY(self.to_enum()))
        word = cast(old, Text)
        return cast(case(self.replacements, value=word, else_=word) if self.replacements else word, self.to_enum())


def replace_enum_values(operations: Operations, op: ReplaceEnumValuesOp) -> None:
    """Put the old type aside, make the new one, convert the columns, drop the old one."""
    impl = operations.impl
    columns = op.columns
    if impl.connection is not None and not impl.as_sql:
        columns = _as_they_are(impl.connection, op)
    aside = within_63_bytes(_ASIDE + op.name)
    impl.execute(RenameType(op.name, aside, op.schema))
    impl.execute(CreateEnumType(op.to_enum()))
    for item in columns:
        place = (item.table_name, item.column_name)
        default = op.default_of(item)
        if default is not None:
            impl.execute(ColumnDefault(*place, None, schema=item.schema))
        type_ = ARRAY(op.to_enum()) if item.array else op.to_enum()
        impl.execute(PostgresqlColumnType(*place, type_, using=op.conversion(item), schema=item.schema))
        if default is not None:
            impl.execute(ColumnDefault(*place, default, schema=item.schema))
    impl.execute(DropType(aside, op.schema))


_USES = text(
    """
    SELECT n.nspname, c.relname, a.attname, a.atttypid = t.typarray AS array, pg_table_is_visible(c.oid) AS visible,
        CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default_
    FROM pg_type t
    JOIN pg_namespace tn ON tn.oid = t.typnamespace
    JOIN pg_attribute a ON a.atttypid IN (t.oid, t.typarray)
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE t.typname = :name AND (tn.nspname = :schema OR CAST(:schema AS text) IS NULL AND pg_type_is_visible(t.oid))
        AND c.relkind IN ('r', 'p', 'f') AND NOT a.attisdropped AND a.attinhcount = 0
    ORDER BY n.nspname, c.relname, a.attnum
    """
)


def _as_they_are(connection: Connection, op: ReplaceEnumValuesOp) -> tuple[EnumColumn, ...]:
    """Return the columns of the type with what the database knows of them.

    :raises CommandError: not all of them were named, or one was that is of another type.
    """
    named = {item[:3]: item for item in op.columns}
    found = []
    for row in connection.execute(_USES, {"name": op.name, "schema": op.schema}):
        places = [(row.relname, row.attname, row.nspname)] + [(row.relname, row.attname, None)] * row.visible
        said = next((named.pop(place) for place in places if place in named), None)
        if said is None:
            raise CommandError(
                f"Enum type {op.name} is also the type of {row.nspname}.{row.relname}.{row.attname}, which is not "
                "among the columns of replace_enum_values().",
                f"Add it:  columns=[..., {(row.relname, row.attname, row.nspname)!r}]",
            )
        default = said.server_default if said.server_default is not None else _default_in(row.default_)
        found.append(said._replace(array=row.array, server_default=default))
    if named:
        table_name, column_name, _ = next(iter(named))
        raise CommandError(
            f"replace_enum_values({op.name!r}): {table_name}.{column_name} is no column of that type.",
            "Name the columns that have the type, and only those.",
        )
    return tuple(found)


def _default_in(expression: str | None) -> str | TextClause | None:
    """Return a default as the server prints it: its value, where it is a plain one, else the SQL text."""
    if expression is None:
        return None
    literal = literal_in(expression)
    return literal if literal is not None else plain_text(expression)


def literal_in(expression: str) -> str | None:
    """Return the value of SQL text that is a plain one: ``it's`` for ``'it''s'::mood``; ``None`` for what is more."""
    literal = _LITERAL.fullmatch(expression)
    return literal[1].replace("''", "'") if literal else None


def _checked_column(item: Any) -> EnumColumn:
    if isinstance(item, str) or not 2 <= len(item) <= len(EnumColumn._fields):
        raise TypeError(f'replace_enum_values() takes columns as pairs, such as ("person", "mood"), not {item!r}.')
    return EnumColumn(*item)
