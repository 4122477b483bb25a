"""A dialect whose statements are written as text: no placeholders, every value a literal."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from types import NoneType
from typing import Any, Final

from sqlalchemy import Dialect, literal
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter, Null
from sqlalchemy.types import (
    ARRAY,
    JSON,
    NULLTYPE,
    Date,
    DateTime,
    Integer,
    Interval,
    NullType,
    Numeric,
    PickleType,
    String,
    Time,
    TypeDecorator,
    TypeEngine,
)

from whimbrel.errors import CommandError

BinaryLiteral = Callable[[bytes], str]
Spelling = Callable[[Any], str]
Convert = Callable[[Any, Dialect], Any]

GIVEN: Final = "whimbrel_given"
"""The compiler keyword that carries values of parameters by name."""


_NUMBERS: Final = frozenset((int, float))  # exactly: a bool, or an IntEnum, is spelt in ways of its own


class Place:
    """Stands for a value while a statement is compiled, and learns which type the value is to have there.

    :param number: tells it from the other places of the statement.
    """

    def __init__(self, number: int) -> None:
        self.mark = f"\0{number}\0"  # no name and no literal of SQL has a null character
        self.type_: TypeEngine[Any] = NULLTYPE

    def taken(self, type_: TypeEngine[Any]) -> str:
        """Note the type, and return the mark to be found in the text."""
        self.type_ = type_
        return self.mark


def ansi_binary_literal(value: bytes) -> str:
    """Return bytes as the standard spells them: ``X'00ff'`` (ISO/IEC 9075-2, "binary string literal")."""
    return f"X'{value.hex()}'"


def text_dialect(dialect: Dialect, binary_literal: BinaryLiteral = ansi_binary_literal) -> Dialect:
    """Return a copy of *dialect* that writes every value as a literal and never doubles a ``%``.

    Drivers that know ``%s`` placeholders want each other ``%`` doubled; a person, or psql, wants it once.

    :param dialect: the dialect to write for; it is not changed.
    :param binary_literal: spells bytes.
    """
    copied = copy.copy(dialect)
    copied.__dict__.pop("_type_memos", None)  # what is memoized there was made for the other parameter style
    copied.paramstyle = "named"
    copied.positional = False
    copied.identifier_preparer = dialect.preparer(copied)
    copied.type_compiler_instance = type(dialect.type_compiler_instance)(copied)
    copied.statement_compiler = _literal_compiler(dialect.statement_compiler, binary_literal)
    return copied


def _literal_compiler(base: type[SQLCompiler], binary_literal: BinaryLiteral) -> type[SQLCompiler]:
    """Return *base* with literals for what SQLAlchemy has none for: JSON, bytes, values of no declared type."""
    return type(f"Literal{base.__name__}", (LiteralCompiler, base), {"binary_literal": staticmethod(binary_literal)})


class LiteralCompiler(SQLCompiler):
    """Stands before a dialect's own compiler and writes the literals that it refuses, or writes wrongly."""

    binary_literal: BinaryLiteral

    def render_literal_bindparam(self, bindparam: BindParameter[Any], *args: Any, **kw: Any) -> Any:
        given = kw.get(GIVEN) or {}
        if bindparam.key in given:
            value = given[bindparam.key]
            if isinstance(value, Place):
                return value.taken(bindparam.type)
            kw["render_literal_value"] = value
        # Left alone, SQLAlchemy would write NULL for a parameter that nobody gave a value.
        collected = getattr(self, "_collected_params", None) or {}  # SQLAlchemy 2.1: statement.params(...)
        unset = bindparam.required and bindparam.value is None and bindparam.callable is None
        if unset and "render_literal_value" not in kw and bindparam.key not in collected:
            raise CommandError(
                f"The statement has a parameter :{bindparam.key} without a value, so it cannot be written as text.",
                'Give it one: text("... :name").bindparams(name=value). A colon that is no parameter is written \\:.',
            )
        if bindparam.value is None and bindparam.callable is None and bindparam.type.should_evaluate_none:
            kw.setdefault("render_literal_value", None)  # JSON's null is a value
        return super().render_literal_bindparam(bindparam, *args, **kw)  # type: ignore[no-untyped-call]  # SQLAlchemy's

    def render_literal_value(self, value: Any, type_: TypeEngine[Any]) -> str:
        return self.spelling(type_, type(value))(value)

    def spelling(self, type_: TypeEngine[Any], kind: type) -> Spelling:
        """Return what spells values of class *kind* for a column or parameter of type *type_*."""
        render = super().render_literal_value

        def as_usual(value: Any) -> str:
            return render(value, type_)

        if kind is NoneType and not type_.should_evaluate_none:
            return as_usual
        concrete, converters = self._behind(type_)
        if not converters:
            own = self._own_spelling(concrete, kind)
            return self._quick_spelling(concrete, kind, as_usual) if own is None else own

        def converted(value: Any) -> str:
            plain = value
            for convert in converters:
                plain = convert(plain, self.dialect)
            own = self._own_spelling(concrete, type(plain))
            return as_usual(value) if own is None else own(plain)

        return converted

    def _own_spelling(self, concrete: TypeEngine[Any], kind: type) -> Spelling | None:
        """Return what spells values that SQLAlchemy has no literal for, or not the right one; ``None`` for others."""
        render = super().render_literal_value
        if issubclass(kind, bytes | bytearray | memoryview):
            return lambda value: type(self).binary_literal(bytes(value))
        if isinstance(concrete, JSON):
            return lambda value: self._json_literal(value, concrete)
        if isinstance(concrete, NullType):
            return str if kind in _NUMBERS and self._spelt_by_sqlalchemy else lambda v: render(v, literal(v).type)
        if isinstance(concrete, ARRAY) and issubclass(kind, list | tuple):
            type_text = self.dialect.type_compiler_instance.process(concrete)
            return lambda value: f"CAST({self._array(value, concrete)} AS {type_text})"
        if issubclass(kind, timedelta) and isinstance(concrete, DateTime):
            # A database without intervals: SQLAlchemy's Interval keeps the time since its epoch.
            return lambda value: render(Interval.epoch + value, concrete)
        if issubclass(kind, str) and isinstance(concrete, Date | DateTime | Time | Interval):
            # Databases read a date from a string; so do most drivers, and so can text.
            return lambda value: render(value, String())
        if concrete.literal_processor(self.dialect) is None or issubclass(kind, set | frozenset):  # MySQL's SET
            return lambda value: self._as_bound(value, concrete)
        return None

    def _array(self, values: Sequence[Any], type_: ARRAY[Any]) -> str:
        items = (
            self._array(value, type_)
            if isinstance(value, list | tuple)
            else self.render_literal_value(value, type_.item_type)
            for value in values
        )
        return f"ARRAY[{', '.join(items)}]"

    def _as_bound(self, value: Any, type_: TypeEngine[Any]) -> str:
        """Return a value of a type that has no literals as what the driver is given: a string, bytes or a number."""
        processor = type_.bind_processor(self.dialect)
        bound = value if processor is None else processor(value)
        if isinstance(bound, bytes | bytearray | memoryview):
            return type(self).binary_literal(bytes(bound))
        like = String() if isinstance(bound, str) else Numeric() if isinstance(bound, int | float | Decimal) else type_
        return super().render_literal_value(bound, like)

    def _quick_spelling(self, concrete: TypeEngine[Any], kind: type, as_usual: Spelling) -> Spelling:
        """Return what spells plain numbers and strings as *as_usual* does, in a fraction of the time.

        What SQLAlchemy's own compilers do to literals besides what the type says, is about backslashes and percents.
        """
        processor: Any = type(concrete).literal_processor
        if not self._spelt_by_sqlalchemy:
            return as_usual
        if processor is Integer.literal_processor and kind is int:
            return str
        if processor is Numeric.literal_processor and kind in _NUMBERS:
            return str
        if kind is str and processor is String.literal_processor:
            return lambda value: (
                as_usual(value) if "\\" in value or "%" in value else "'" + value.replace("'", "''") + "'"
            )
        return as_usual

    @property
    def _spelt_by_sqlalchemy(self) -> bool:
        """Whether no dialect from outside has a say in how literals are spelt."""
        above = (
            cls for cls in type(self).__mro__ if "render_literal_value" in vars(cls) and cls is not LiteralCompiler
        )
        return next(above).__module__.startswith("sqlalchemy.")

    def _behind(self, type_: TypeEngine[Any]) -> tuple[TypeEngine[Any], list[Convert]]:
        """Return the type that stands behind any TypeDecorator for this dialect, and how these convert a value."""
        converters: list[Convert] = []
        concrete = type_.dialect_impl(self.dialect)
        while isinstance(concrete, TypeDecorator):
            if isinstance(concrete, PickleType):
                converters.append(partial(_pickled, concrete))
            elif type(concrete).process_bind_param is not TypeDecorator.process_bind_param:
                converters.append(concrete.process_bind_param)
            concrete = concrete.load_dialect_impl(self.dialect).dialect_impl(self.dialect)
        return concrete, converters

    def _json_literal(self, value: Any, type_: JSON) -> str:
        if isinstance(value, Null) or (value is None and type_.none_as_null):
            return "NULL"
        serialize = getattr(self.dialect, "_json_serializer", None) or json.dumps
        text = serialize(None if value is JSON.NULL else value)
        return super().render_literal_value(text, String())


def _pickled(type_: PickleType, value: Any, dialect: Dialect) -> bytes:
    pickled: bytes = type_.pickler.dumps(value, type_.protocol)
    return pickled
