"""Types as Python source, with the imports they need."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from enum import Enum as PythonEnum
from functools import lru_cache
from typing import Any

import sqlalchemy
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import Enum, TypeDecorator, TypeEngine

from whimbrel.ddl import escaped_text
from whimbrel.errors import CommandError
from whimbrel_autogen.render.context import Rendering
from whimbrel_autogen.render.layout import Call, Chain, List, Source, keyword, literal

_MISSING = inspect.Parameter.empty
_LITERALS = (str, bytes, int, float, bool, type(None))

_SAYS_NOTHING = frozenset({"metadata", "inherit_schema", "pickler", "comparator", "protocol"})
"""Parameters of SQLAlchemy's types that mean nothing to a database."""


def render_type(rendering: Rendering, type_: TypeEngine[Any]) -> Source:
    """Return a type as Python source.

    Asked first are ``render_item``, the plugins, and the database's package.

    :param rendering: how the script is spelt; is told of imports.
    :param type_: the type.
    :raises CommandError: nobody can tell how it is made.
    """
    said = rendering.asked("type", type_)
    if said is not None:
        return said
    own = rendering.context.impl.render_type(type_, rendering.context)
    if own:
        return own
    spelled = _called(rendering, type_)
    # What with_variant() was given; SQLAlchemy tells nobody else.
    variants: dict[str, TypeEngine[Any]] = dict(getattr(type_, "_variant_mapping", {}))
    calls = [
        Call(".with_variant", [render_type(rendering, variant), literal(dialect)])
        for dialect, variant in sorted(variants.items())
    ]
    return Chain(str(spelled), calls) if calls else spelled


def _called(rendering: Rendering, type_: TypeEngine[Any]) -> Source:
    cls = type(type_)
    pretended = _of_a_dialect(rendering, type_)
    if pretended is not None:
        return pretended
    if not _is_of_sqlalchemy(cls) and not _is_of_sqlalchemy(_home(cls, "__repr__")):
        return _by_its_repr(rendering, type_)
    name = qualified(rendering, cls)
    if isinstance(type_, Enum):
        return Call(name, [*_enum_arguments(type_), *_own_arguments(rendering, type_)])
    return Call(name, _arguments(rendering, type_))


def _of_a_dialect(rendering: Rendering, type_: TypeEngine[Any]) -> Source | None:
    """Return a type by its repr where its class only says that it lives in a dialect of SQLAlchemy's; else ``None``.

    Add-ons for Alembic make such classes, to have a type spelt their way.
    """
    cls = type(type_)
    if not cls.__module__.startswith("sqlalchemy.dialects."):
        return None
    dialect = cls.__module__.split(".")[2]
    home = getattr(sqlalchemy.dialects, dialect, None)
    if hasattr(sys.modules.get(cls.__module__), cls.__name__) or home is None:
        return None
    said = repr(type_)
    if not hasattr(home, said.partition("(")[0]):
        return None
    rendering.context.imports.add(f"from sqlalchemy.dialects import {dialect}")
    return f"{dialect}.{said}"


def _by_its_repr(rendering: Rendering, type_: TypeEngine[Any]) -> Source:
    """Return a type whose class says itself how an instance is made: ``Money('EUR')``."""
    cls = type(type_)
    said = repr(type_)
    own = said.removeprefix(f"{cls.__module__}.").removeprefix(cls.__qualname__).removeprefix(cls.__name__)
    try:
        compile(f"x{own}", "repr", "eval")
    except SyntaxError:
        return Call(qualified(rendering, cls), _arguments(rendering, type_))
    if not own.startswith("("):
        return Call(qualified(rendering, cls), _arguments(rendering, type_))
    return qualified(rendering, cls) + own


def qualified(rendering: Rendering, item: Any) -> str:
    """Return the name of a class or a function as the script will know it, and see to its import.

    What a class lists in ``__module_imports__`` is imported besides.

    :param rendering: how the script is spelt; is told of imports.
    :param item: the class or function.
    :raises CommandError: it lives within a function, so that no script can import it.
    """
    module, name = item.__module__, item.__qualname__
    if module.startswith("sqlalchemy.dialects."):
        dialect = module.split(".")[2]
        if getattr(getattr(sqlalchemy.dialects, dialect), name, None) is item:
            rendering.context.imports.add(f"from sqlalchemy.dialects import {dialect}")
            return f"{dialect}.{name}"
    elif module.startswith("sqlalchemy."):
        if getattr(sqlalchemy, name, None) is item:
            return rendering.sa(name)
        if getattr(sqlalchemy.types, name, None) is item:
            return rendering.sa(f"types.{name}")
    if "<locals>" in name:
        raise CommandError(
            f"{module}.{name} cannot be spelt in a script: it is made within a function, where nothing can import it.",
            "Move it to the top of a module, or spell it in render_item.",
        )
    rendering.context.imports.update(_imports_of(item))
    prefix = rendering.context.opts.get("user_module_prefix")
    if prefix and not module.startswith("sqlalchemy."):
        return f"{prefix}{name}"
    if module in ("__main__", "builtins"):
        return str(name)
    rendering.context.imports.add(f"import {module}")
    return f"{module}.{name}"


def _imports_of(item: Any) -> list[str]:
    """Return the import lines that a class asks for in ``__module_imports__``, a line or several."""
    lines = getattr(item, "__module_imports__", ())
    return [lines] if isinstance(lines, str) else list(lines)


def _is_of_sqlalchemy(cls: type) -> bool:
    return cls.__module__.startswith("sqlalchemy.") or cls is object


def _home(cls: type, name: str) -> type:
    """Return the class that defines what *cls* has under a name."""
    return next(base for base in cls.__mro__ if name in vars(base))


# -- arguments ----------------------------------------------------------------------------------------------------


def _enum_arguments(enum: Enum) -> list[Source]:
    words: list[Source] = [literal(str(value)) for value in enum.enums]
    if enum.name is not None:
        words.append(f"name={literal(str(enum.name))}")
    if enum.schema is not None:
        words.append(f"schema={literal(str(enum.schema))}")
    if not enum.native_enum:
        words.append("native_enum=False")
    if getattr(enum, "create_constraint", False):
        words.append("create_constraint=True")
    if getattr(enum, "create_type", True) is False:
        words.append("create_type=False")
    if not enum.native_enum and enum.length != max((len(value) for value in enum.enums), default=0):
        words.append(f"length={enum.length}")
    return words


def _own_arguments(rendering: Rendering, enum: Enum) -> list[Source]:
    """Return what a dialect's ENUM takes besides, such as MySQL's ``charset``."""
    words: list[Source] = []
    for name in ("charset", "collation", "ascii", "binary", "unicode", "national"):
        value = getattr(enum, name, None)
        if value:
            words.append(f"{name}={literal(value)}")
    return words


def _arguments(rendering: Rendering, type_: TypeEngine[Any]) -> list[Source]:
    """Return the arguments with which the type was made, as far as they differ from the defaults."""
    asked: Any = type_
    if isinstance(type_, TypeDecorator) and type(type_).__init__ is TypeDecorator.__init__:
        if not isinstance(type(type_).impl, type):
            return []  # it takes none
        asked = type_.impl_instance  # what is handed to a TypeDecorator goes to the type it decorates
    ours = not _is_of_sqlalchemy(type(asked))
    plain = _plain(asked)
    words: list[Source] = []
    cls: Any = type(asked)
    for name, parameter in _parameters(cls).items():
        if not ours and name in _SAYS_NOTHING:
            continue  # SQLAlchemy warns of whoever only reads some of them
        value = getattr(asked, name, getattr(asked, f"_{name}", parameter.default) if ours else parameter.default)
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            words += [_argument(rendering, type_, name, item) for item in _listed(value)]
        elif parameter.default is _MISSING:
            if value is _MISSING:
                raise _unspeakable(type_, f"its parameter {name!r} is in no attribute of that name")
            words.append(_argument(rendering, type_, name, value))
        elif not ours and value is None:
            continue
        elif not _is_default(value, parameter.default) and not _is_default(value, getattr(plain, name, _MISSING)):
            words.append(keyword(name, _argument(rendering, type_, name, value)))
    return words


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _plain(type_: TypeEngine[Any]) -> Any:
    """Return a type as it is without more arguments than it must have; ``None`` where that is not for us to make."""
    cls: Any = type(type_)
    if not _is_of_sqlalchemy(cls):
        return None
    needed: list[Any] = []
    for name, parameter in _parameters(cls).items():
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            needed += _listed(getattr(type_, name, None))
        elif parameter.default is _MISSING:
            needed.append(getattr(type_, name, None))
    return cls(*needed)


@lru_cache(maxsize=256)
def _parameters(cls: type) -> Mapping[str, inspect.Parameter]:
    """Return the parameters of a class, those that its bases take as ``**kw`` included; the private ones left out."""
    found: dict[str, inspect.Parameter] = {}
    for base in cls.__mro__:
        init = vars(base).get("__init__")
        if not inspect.isfunction(init):
            continue
        parameters = list(inspect.signature(init).parameters.values())[1:]
        for parameter in parameters:
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD and not parameter.name.startswith("_"):
                found.setdefault(parameter.name, parameter)
        if not any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
            break
    return found


def _is_default(value: object, default: object) -> bool:
    if value is default:
        return True
    if isinstance(value, TypeEngine):
        return isinstance(default, TypeEngine) and repr(value) == repr(default)
    return type(value) is type(default) and bool(value == default)


def _argument(rendering: Rendering, type_: TypeEngine[Any], name: str, value: object) -> Source:
    spelled = _value(rendering, value)
    if spelled is None:
        raise _unspeakable(type_, f"its {name!r} is {value!r}")
    return spelled


def _value(rendering: Rendering, value: Any) -> Source | None:
    """Return a value as Python source; ``None`` where there is no telling how it is made."""
    if isinstance(value, TypeEngine):
        return render_type(rendering, value)
    if isinstance(value, type) and issubclass(value, TypeEngine):
        return render_type(rendering, value())
    if isinstance(value, ClauseElement):
        return Call(rendering.sa("text"), [literal(escaped_text(rendering.context.impl.render_ddl_sql_expr(value)))])
    if isinstance(value, PythonEnum):
        return f"{qualified(rendering, type(value))}.{value.name}"
    if isinstance(value, type) or inspect.isfunction(value):
        return qualified(rendering, value)
    if type(value) in _LITERALS or isinstance(value, str):
        return literal(value)
    if type(value) in (list, tuple):
        items = [_value(rendering, item) for item in value]
        known = [item for item in items if item is not None]
        if len(known) < len(items):
            return None
        return List(known) if type(value) is list else literal(value) if _is_plain(value) else None
    return literal(value) if _is_plain(value) else None


def _is_plain(value: Any) -> bool:
    """Return whether ``repr`` of a value makes that value again."""
    if type(value) in (list, tuple, set, frozenset):
        return all(map(_is_plain, value))
    if type(value) is dict:
        return all(_is_plain(key) and _is_plain(item) for key, item in value.items())
    return type(value) in _LITERALS


def _unspeakable(type_: TypeEngine[Any], why: str) -> CommandError:
    cls = type(type_)
    return CommandError(
        f"The type {cls.__module__}.{cls.__qualname__} cannot be spelt in a script: {why}.",
        f"Give {cls.__name__} a __repr__ that reads as the call that makes it, or spell it in render_item.",
    )
