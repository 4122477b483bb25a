"""A column's definition, which MODIFY and CHANGE want repeated: read from SHOW CREATE TABLE, and changed in part."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from sqlalchemy import Computed, DateTime, Dialect, Integer, LargeBinary, String
from sqlalchemy.types import TypeDecorator, TypeEngine

from whimbrel.ddl import ServerDefault
from whimbrel.unset import UNSET, UnsetType
from whimbrel_mysql.clauses import Clause, Syntax, clauses, fields, first_token, renamed, unquoted
from whimbrel_mysql.server_types import ServerType

_CREATE_TABLE: Final = re.compile(r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMPORARY\s+)?TABLE\b", re.I)
_JSON_CHECK: Final = re.compile(r"CHECK\s*\(\s*json_valid\(\s*\S+\s*\)\s*\)", re.I | re.S)
_NOW: Final = re.compile(r"(?P<before>.*\bcurrent_timestamp)(?:\s*\(\s*\d*\s*\))?", re.I | re.S)
_STORED: Final = re.compile(r"\b(?:STORED|PERSISTENT)\s*$", re.I)
# What a string's type says beside its name and length; in a comment for the servers that know it, here and there.
_OF_STRINGS: Final = ("CHARACTER", "CHARSET", "COLLATE", "COMPRESSED")
_OF_TYPES: Final = (*_OF_STRINGS, "REF_SYSTEM_ID", "SRID")


class AsIs(str):
    """SQL text as the database itself spells it: stands in a statement as it is."""

    __slots__ = ()


class Change(NamedTuple):
    """What is to be changed of a column's definition; ``UNSET`` where nothing is.

    :param on_update: whether *default* speaks of ``ON UPDATE`` too; if not, what the column has of it stays.
    """

    type_: TypeEngine[Any] | UnsetType = UNSET
    nullable: bool | UnsetType = UNSET
    default: ServerDefault | UnsetType | None = UNSET
    autoincrement: bool | UnsetType = UNSET
    comment: str | UnsetType | None = UNSET
    on_update: bool = False

    @property
    def is_of_default(self) -> bool:
        """Whether nothing but the default is to be changed."""
        others = (self.type_, self.nullable, self.autoincrement, self.comment)
        return self.default is not UNSET and all(other is UNSET for other in others)


@dataclass(frozen=True)
class Definition:
    """A column's definition.

    https://dev.mysql.com/doc/refman/8.4/en/create-table.html, https://mariadb.com/kb/en/create-table/#column-definitions

    :param type_: its type; ``UNSET`` where it is not known.
    :param details: what belongs to the type: character set, collation, ``COMPRESSED``, ``SRID``.
    :param nullable: whether it may hold NULL.
    :param default: its default, or what computes it; ``None`` for none.
    :param on_update: its ``ON UPDATE`` clause, where that is not part of *default*.
    :param generated: its ``GENERATED ALWAYS AS`` clause, where that is not *default*.
    :param autoincrement: whether it counts up.
    :param comment: its comment.
    :param check: its own ``CHECK`` clause (MariaDB).
    :param others: its other clauses, such as ``INVISIBLE``.
    """

    type_: TypeEngine[Any] | AsIs | UnsetType = UNSET
    details: tuple[Clause, ...] = ()
    nullable: bool = True
    default: ServerDefault | AsIs | None = None
    on_update: AsIs | None = None
    generated: AsIs | None = None
    autoincrement: bool = False
    comment: str | AsIs | None = None
    check: AsIs | None = None
    others: tuple[AsIs, ...] = ()

    @property
    def is_generated(self) -> bool:
        """Whether something computes it."""
        return self.generated is not None or isinstance(self.default, Computed)

    @property
    def is_stored(self) -> bool:
        """Whether what computes it is done when a row is written, not when it is read."""
        if isinstance(self.default, Computed):
            return bool(self.default.persisted)
        return self.generated is not None and _STORED.search(self.generated) is not None

    def changed(self, change: Change, dialect: Dialect) -> Definition:
        """Return what the definition is after *change*: everything else stays, as far as a new type can have it.

        :param change: what is to be changed.
        :param dialect: SQLAlchemy's dialect, which knows what stands behind a type.
        """
        result = self
        if change.type_ is not UNSET:
            result = result._of_type(change.type_, dialect)
        if change.nullable is not UNSET:
            result = replace(result, nullable=change.nullable)
        if change.default is not UNSET:
            kept = None if change.on_update else result.on_update
            result = replace(result, default=change.default, generated=None, on_update=kept)
        if change.autoincrement is not UNSET:
            result = replace(result, autoincrement=change.autoincrement)
        if change.comment is not UNSET:
            result = replace(result, comment=change.comment)
        return result

    def renamed(self, old: str, new: str, syntax: Syntax) -> Definition:
        """Return it for a column of another name, which its CHECK mentions.

        :param old: the name.
        :param new: the new name.
        :param syntax: how the clause is written.
        """
        return self if self.check is None else replace(self, check=AsIs(renamed(self.check, old, new, syntax)))

    def _of_type(self, type_: TypeEngine[Any], dialect: Dialect) -> Definition:
        concrete = concrete_type(type_, dialect)
        result = self
        if self.check is not None and _JSON_CHECK.fullmatch(self.check):
            # MariaDB's JSON is a text with a collation and a CHECK that come and go with the type.
            result = replace(result, check=None, details=())
        kept: tuple[str, ...] = ()
        if _holds_characters(concrete, dialect) and not names_characters(type_, dialect):
            kept = _OF_STRINGS
        elif isinstance(concrete, LargeBinary):
            kept = ("COMPRESSED",)
        details = tuple(clause for clause in result.details if clause.word in kept)
        result = replace(result, type_=type_, details=details)
        if not isinstance(concrete, Integer):
            result = replace(result, autoincrement=False)
        if not isinstance(concrete, DateTime):
            return replace(result, on_update=None)
        precision = getattr(concrete, "fsp", None)
        default = result.default
        return replace(
            result,
            default=_at_precision(default, precision) if isinstance(default, AsIs) else default,
            on_update=None if result.on_update is None else _at_precision(result.on_update, precision),
        )


def read_definition(create_table: str, column_name: str, syntax: Syntax) -> Definition | None:
    """Return the definition of a column, ``None`` where there is no such column.

    :param create_table: what SHOW CREATE TABLE says.
    :param column_name: the column's name.
    :param syntax: how that is written.
    """
    if _CREATE_TABLE.match(create_table) is None:
        return None
    for field in fields(create_table, syntax):
        name = first_token(field, syntax)
        if unquoted(name, syntax).lower() == column_name.lower():
            return _definition(clauses(field[len(name) :].strip(), syntax))
    return None


def concrete_type(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """Return the type that stands behind any TypeDecorator or variant, for this dialect."""
    concrete = type_.dialect_impl(dialect)
    while isinstance(concrete, TypeDecorator):
        concrete = concrete.load_dialect_impl(dialect).dialect_impl(dialect)
    return concrete


def _definition(found: list[Clause]) -> Definition:
    result = Definition(type_=AsIs(found[0].text))
    for clause in found[1:]:
        word = _word_in_comment(clause) if clause.word.startswith("/*") else clause.word
        text = AsIs(clause.text)
        if word in _OF_TYPES:
            result = replace(result, details=(*result.details, Clause(word, clause.text)))
        elif word == "NOT":
            result = replace(result, nullable=False)
        elif word == "DEFAULT":
            default = AsIs(clause.text[len("DEFAULT") :].strip())
            result = replace(result, default=None if default.upper() == "NULL" else default)
        elif word == "ON":
            result = replace(result, on_update=text)
        elif word in ("GENERATED", "AS"):
            result = replace(result, generated=text)
        elif word == "AUTO_INCREMENT":
            result = replace(result, autoincrement=True)
        elif word == "COMMENT":
            result = replace(result, comment=AsIs(clause.text[len("COMMENT") :].strip()))
        elif word == "CHECK":
            result = replace(result, check=text)
        elif word != "NULL":
            result = replace(result, others=(*result.others, text))
    return result


def _word_in_comment(clause: Clause) -> str:
    """Return the word that a clause for some servers begins with: ``SRID`` of ``/*!80003 SRID 4326 */``."""
    words = clause.text.removesuffix("*/").split()
    return words[1].upper() if len(words) > 1 else ""


def names_characters(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    """Return whether a type says which characters it holds."""
    concrete = concrete_type(type_, dialect)
    # SQLAlchemy's copy of an ENUM forgets them: the type itself is asked, too, where it is one of this database.
    asked = (concrete, type_) if type(type_) is type(concrete) else (concrete,)
    words = ("charset", "collation", "ascii", "unicode", "binary", "national")
    return any(getattr(item, word, None) for item in asked for word in words)


def _holds_characters(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    """Return whether a type is a string to the server; a UUID may be one, which is no String of SQLAlchemy's."""
    return isinstance(type_, String) or ServerType.of(dialect.type_compiler_instance.process(type_)).holds_characters


def _at_precision(sql: AsIs, precision: int | None) -> AsIs:
    """Return the current time with as many digits of a second as its column has, which the server insists on."""
    now = _NOW.fullmatch(sql)
    return sql if now is None else AsIs(f"{now['before']}({precision or ''})")
