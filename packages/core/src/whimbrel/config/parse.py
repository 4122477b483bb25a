"""From what was written to a value: text, flags, numbers, lists of paths."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import TypeVar

from whimbrel.config.sources import Found, Lookup
from whimbrel.config.toml import as_text
from whimbrel.errors import CommandError

T = TypeVar("T")

FLAGS = {
    "true": True, "yes": True, "on": True, "1": True,
    "false": False, "no": False, "off": False, "0": False,
}  # fmt: skip

SEPARATORS = ("os", "space", "newline", ":", ";")

_OBJECT_NAME = r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*"


def text(lookup: Lookup, key: str) -> str | None:
    """Return a text; None where it is blank or not set."""
    found = lookup.find(key)
    return None if found is None else _text(found, key)


def _text(found: Found, key: str) -> str | None:
    value = as_text(found.value)
    if value is None:
        raise found.origin.error(key, "has to be one value, not a list or a table.")
    return value.strip() or None


def flag(lookup: Lookup, key: str, default: bool) -> bool:
    """Return a boolean.

    :raises ConfigError: it is none of ``true yes on 1 false no off 0``.
    """
    found = lookup.find(key)
    value = None if found is None else _text(found, key)
    if found is None or value is None:
        return default
    if value.lower() not in FLAGS:
        raise found.origin.error(key, f"has to be true or false, not {value!r}.")
    return FLAGS[value.lower()]


def flag_or_names(lookup: Lookup, key: str, default: bool) -> bool | tuple[str, ...]:
    """Return a boolean, or names: a list in TOML, elsewhere between spaces, commas or new lines.

    :raises ConfigError: a list holds something else than text.
    """
    found = lookup.find(key)
    said = as_text(found.value) if found is not None else None
    if said is not None and (not said.strip() or said.strip().lower() in FLAGS):
        return flag(lookup, key, default)
    return names(lookup, key) or default


def names(lookup: Lookup, key: str) -> tuple[str, ...]:
    """Return names: a list in TOML, elsewhere between spaces, commas or new lines.

    :raises ConfigError: a list holds something else than text.
    """
    return listed(lookup, key, lambda value: re.split(r"[\s,]+", value))


def whole_number(lookup: Lookup, key: str, default: int) -> int:
    """Return a whole number, not less than 0.

    :raises ConfigError: it is no such number.
    """
    found = lookup.find(key)
    value = None if found is None else _text(found, key)
    if found is None or value is None:
        return default
    if not (value.isascii() and value.isdigit()):
        raise found.origin.error(key, f"has to be a whole number, not {value!r}.")
    return int(value)


def choice(lookup: Lookup, key: str, words: tuple[str, ...], default: str) -> str:
    """Return one of *words*; ``true`` and ``false`` count as the first and the last of them.

    :raises ConfigError: it is none of them.
    """
    found = lookup.find(key)
    value = None if found is None else _text(found, key)
    if found is None or value is None:
        return default
    word = value.lower()
    if word not in words and word in FLAGS:
        return words[0] if FLAGS[word] else words[-1]
    if word not in words:
        raise found.origin.error(key, f"has to be one of {', '.join(words)}, not {value!r}.")
    return word


def duration(lookup: Lookup, key: str, default: T) -> float | T:
    """Return a duration in seconds; see :func:`whimbrel.config.durations.seconds`.

    :raises ConfigError: it is no duration.
    """
    from whimbrel.config.durations import seconds

    found = lookup.find(key)
    value = None if found is None else _text(found, key)
    if found is None or value is None:
        return default
    try:
        return seconds(value, key)
    except CommandError as error:
        raise found.origin.error(key, f"is {value!r}, which is no duration.", error.remedy) from None


def encoding(lookup: Lookup, key: str, default: str) -> str:
    """Return the name of a text encoding.

    :raises ConfigError: Python knows no such encoding.
    """
    import codecs

    found = lookup.find(key)
    value = None if found is None else _text(found, key)
    if found is None or value is None:
        return default
    try:
        codecs.lookup(value)
    except LookupError:
        raise found.origin.error(key, f"is {value!r}, which is no encoding that Python knows.", "Try: utf-8") from None
    return value


def path_separator(lookup: Lookup) -> tuple[str, Callable[[str], list[str]]]:
    """Return what stands between several paths in one text, and the function that takes such a text apart.

    A new line is always a separator as well.

    :raises ConfigError: it is none of :data:`SEPARATORS`.
    """
    key = "path_separator"
    found = lookup.find(key)
    name = (None if found is None else _text(found, key)) or "os"
    if found is not None and name not in SEPARATORS:
        raise found.origin.error(key, f"has to be one of {', '.join(SEPARATORS)}, not {name!r}.")
    return name, divide_at(name)


def divide_at(name: str) -> Callable[[str], list[str]]:
    """Return the function that takes a text with several paths apart.

    :param name: one of :data:`SEPARATORS`; a new line is always a separator as well.
    """
    character = {"os": os.pathsep, "space": r"\s", "newline": "\n"}.get(name, name)
    return lambda value: [part.strip() for part in re.split(rf"[{character}\n]", value) if part.strip()]


def listed(lookup: Lookup, key: str, divide: Callable[[str], list[str]]) -> tuple[str, ...]:
    """Return several texts: a list in TOML, where a text counts as one; elsewhere a text that *divide* takes apart.

    :raises ConfigError: a list holds something else than text.
    """
    found = lookup.find(key)
    if found is None:
        return ()
    if isinstance(found.value, list):
        for item in found.value:
            if not isinstance(item, str):
                raise found.origin.error(key, "has to be a list of texts.")
        return tuple(item for item in found.value if item.strip())
    value = _text(found, key) or ""
    return tuple([value] if value and found.origin.kind == "toml" else divide(value))


def object_names(lookup: Lookup, key: str) -> tuple[str, ...]:
    """Return names of Python objects, each ``module:attribute``, between spaces, commas or new lines.

    :raises ConfigError: one has another shape.
    """
    names = listed(lookup, key, lambda value: re.split(r"[\s,]+", value) if value else [])
    for name in names:
        if not re.fullmatch(_OBJECT_NAME, name):
            place = lookup.find(key)
            assert place is not None  # a name came from it
            raise place.origin.error(
                key, f"is {name!r}, which does not name an object.", "Write it as:  myapp.models:Base.metadata"
            )
    return names
