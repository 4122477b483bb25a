"""Types as Python source, with the imports they need."""

from __future__ import annotations

import inspect
from typing import Any

from sqlalchemy.types import Enum, TypeDecorator, TypeEngine

from whimbrel_autogen.render.context import Rendering
from whimbrel_autogen.render.layout import Call, Source, literal


def render_type(rendering: Rendering, type_: TypeEngine[Any]) -> Source:
    """Return a type as Python source.

    Asked first are ``render_item``, the plugins, and the database's package.

    :param rendering: how the script is spelt; is told of imports.
    :param type_: the type.
    """
    said = rendering.asked("type", type_)
    if said is not None:
        return said
    own = rendering.context.impl.render_type(type_, rendering.context)
    if own:
        return own
    spelled = _called(rendering, type_)
    for dialect, variant in sorted(getattr(type_, "_variant_mapping", {}).items()):
        spelled = f"{spelled}.with_variant({render_type(rendering, variant)}, {literal(dialect)})"
    return spelled


def _called(rendering: Rendering, type_: TypeEngine[Any]) -> Source:
    name = _qualified(rendering, type(type_))
    if isinstance(type_, Enum):
        return Call(name, _enum_arguments(rendering, type_))
    return Call(name, _arguments(rendering, type_))


def _qualified(rendering: Rendering, cls: type) -> str:
    """Return the name of a class as the script will know it, and see to its import."""
    module = cls.__module__
    if module.startswith("sqlalchemy.dialects."):
        dialect = module.split(".")[2]
        rendering.context.imports.add(f"from sqlalchemy.dialects import {dialect}")
        return f"{dialect}.{cls.__name__}"
    if module.startswith("sqlalchemy."):
        return rendering.sa(cls.__name__)
    prefix = rendering.context.opts.get("user_module_prefix")
    if prefix:
        return f"{prefix}{cls.__qualname__}"
    if module in ("__main__", "builtins"):
        return cls.__qualname__
    rendering.context.imports.add(f"import {module}")
    return f"{module}.{cls.__qualname__}"


def _enum_arguments(rendering: Rendering, enum: Enum) -> list[Source]:
    words: list[Source] = [literal(value) for value in enum.enums]
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


def _arguments(rendering: Rendering, type_: TypeEngine[Any]) -> list[Source]:
    """Return the arguments with which the type was made, as far as they differ from the defaults."""
    asked: Any = type_
    if isinstance(type_, TypeDecorator) and type(type_).__init__ is TypeDecorator.__init__:
        asked = type_.impl_instance  # what is handed to a TypeDecorator goes to the type it decorates
    words: list[Source] = []
    for name, parameter in _parameters(type(asked)).items():
        value = getattr(asked, name, parameter.default)
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            words += [_value(rendering, item) for item in value] if isinstance(value, list | tuple) else []
        elif parameter.default is inspect.Parameter.empty:
            words.append(_value(rendering, value))
        elif not _is_default(value, parameter.default):
            words.append(f"{name}={_value(rendering, value)}")
    return words


def _parameters(cls: type) -> dict[str, inspect.Parameter]:
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
    return value is default or (type(value) is type(default) and value == default)


def _value(rendering: Rendering, value: object) -> Source:
    if isinstance(value, TypeEngine):
        return render_type(rendering, value)
    if isinstance(value, type) and issubclass(value, TypeEngine):
        return render_type(rendering, value())
    return literal(value)
