"""What stands for something else inside a value: ``${VARIABLE}`` and, in TOML, ``%(here)s``."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from whimbrel.config.origin import Origin

_VARIABLE = r"\$\$\{|\$\{([^{}]*)\}"
_TOKEN = r"%(%?)\((\w+)\)s"


def expand_variables(value: object, origin: Origin, key: str) -> object:
    """Return *value* with each ``${NAME}`` replaced by that environment variable.

    What a variable holds is taken as it is: a ``%`` or another ``${...}`` in it means nothing.
    ``$${`` is the text ``${``; any other ``$`` is just a ``$``, and so is that of a ``${`` without its ``}``.

    :param value: text, or the lists and tables of text that TOML gives; other values are returned as they are.
    :param origin: where it was written, for the message.
    :param key: its key, for the message.
    :raises ConfigError: the variable is not set, or what is in the braces is no name of a variable.
    """
    if isinstance(value, str):
        return re.sub(_VARIABLE, lambda found: _variable(found, origin, key), value) if "${" in value else value
    if isinstance(value, list):
        return [expand_variables(item, origin, key) for item in value]
    if isinstance(value, dict):
        return {name: expand_variables(item, origin, key) for name, item in value.items()}
    return value


def _variable(found: re.Match[str], origin: Origin, key: str) -> str:
    name = found[1]
    if name is None:  # $${
        return "${"
    if not name.isidentifier():
        raise origin.error(
            key,
            "has '${...}' around something that is no name of an environment variable.",
            "Write ${NAME} with a name of letters, digits and '_', or $${...} for the text itself.",
        )
    text = os.environ.get(name)
    if text is None:
        raise origin.error(
            key,
            f"needs the environment variable {name}, which is not set.",
            f"Set it:  export {name}=...   (or write $${{{name}}} if that text itself is meant)",
        )
    return text


def expand_tokens(value: object, tokens: Mapping[str, str]) -> object:
    """Return a TOML *value* with ``%(here)s`` and the other *tokens* replaced.

    Unlike in an ini file, any other ``%`` is left alone, so a password or a ``file_template`` is written as it is;
    ``%%(name)s`` is read as ``%(name)s``, as an ini file would have it.

    Example::

        >>> expand_tokens("%(here)s/100%/%(rev)s", {"here": "/srv"})
        '/srv/100%/%(rev)s'
    """
    if isinstance(value, str):
        return re.sub(_TOKEN, lambda found: _token(found, tokens), value) if "%(" in value else value
    if isinstance(value, list):
        return [expand_tokens(item, tokens) for item in value]
    if isinstance(value, dict):
        return {name: expand_tokens(item, tokens) for name, item in value.items()}
    return value


def _token(found: re.Match[str], tokens: Mapping[str, str]) -> str:
    escaped, name = found[1], found[2]
    return found[0][1:] if escaped else tokens.get(name, found[0])
