"""A dialect whose statements are written as text: no placeholders, every value a literal."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Dialect, literal
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BindParameter, Null
from sqlalchemy.types import JSON, Date, DateTime, Interval, NullType, String, Time, TypeDecorator, TypeEngine

from whimbrel.errors import CommandError

BinaryLiteral = Callable[[bytes], str]

GIVEN: Final = "whimbrel_given"
"""The compiler keyword that carries values of parameters by name."""


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
    return type(f"Literal{base.__name__}", (_LiteralCompiler, base), {"binary_literal": staticmethod(binary_literal)})


class _LiteralCompiler(SQLCompiler):
    """Stands before a dialect's own compiler and writes the literals that it refuses, or writes wrongly."""

    binary_literal: BinaryLiteral

    def render_literal_bindparam(self, bindparam: BindParameter[Any], *args: Any, **kw: Any) -> Any:
        given = kw.get(GIVEN) or {}
        if bindparam.key in given:
            kw["render_literal_value"] = given[bindparam.key]
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
        if value is None and not type_.should_evaluate_none:
            return super().render_literal_value(value, type_)
        plain, concrete = self._undecorated(value, type_)
        if isinstance(plain, bytes | bytearray | memoryview):
            return type(self).binary_literal(bytes(plain))
        if isinstance(concrete, JSON):
            return self._json_literal(plain, concrete)
        if isinstance(concrete, NullType):
            return super().render_literal_value(plain, literal(plain).type)
        if isinstance(plain, timedelta) and isinstance(concrete, DateTime):
            # A database without intervals: SQLAlchemy's Interval keeps the time since its epoch.
            return super().render_literal_value(Interval.epoch + plain, concrete)
        if isinstance(plain, str) and isinstance(concrete, Date | DateTime | Time | Interval):
            # Databases read a date from a string; so do most drivers, and so can text.
            return super().render_literal_value(plain, String())
        return super().render_literal_value(value, type_)

    def _undecorated(self, value: Any, type_: TypeEngine[Any]) -> tuple[Any, TypeEngine[Any]]:
        """Return the value and the type that stand behind any TypeDecorator, for this dialect."""
        concrete = type_.dialect_impl(self.dialect)
        while isinstance(concrete, TypeDecorator):
            if type(concrete).process_bind_param is not TypeDecorator.process_bind_param:
                value = concrete.process_bind_param(value, self.dialect)
            concrete = concrete.load_dialect_impl(self.dialect).dialect_impl(self.dialect)
        return value, concrete

    def _json_literal(self, value: Any, type_: JSON) -> str:
        if isinstance(value, Null) or (value is None and type_.none_as_null):
            return "NULL"
        serialize = getattr(self.dialect, "_json_serializer", None) or json.dumps
        text = serialize(None if value is JSON.NULL else value)
        return super().render_literal_value(text, String())
