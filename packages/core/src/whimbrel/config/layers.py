"""One section in one place as a :class:`~whimbrel.config.sources.Layer`: arguments, environment, ini, TOML."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from whimbrel.config.convention import Convention
from whimbrel.config.ini import ini_value
from whimbrel.config.origin import Origin
from whimbrel.config.sources import URL, URL_VARIABLE, Layer
from whimbrel.config.toml import Table, settings_of

if TYPE_CHECKING:
    from configparser import ConfigParser

ARGUMENT = Origin("argument", "set_main_option()")
ENVIRONMENT = Origin("environment", URL_VARIABLE)


def environment_layer() -> Layer:
    """Return what the environment says about the main section."""
    url = os.environ.get(URL_VARIABLE)
    return Layer(ENVIRONMENT, (URL,) if url else (), lambda _key: url)


def ini_layers(
    parser: ConfigParser,
    section: str,
    file: str | None,
    assigned: Collection[tuple[str, str]],
    convention: Convention,
) -> list[Layer]:
    """Return what was set by the program, what the section says, and what ``[DEFAULT]`` says.

    :param parser: holds all three.
    :param section: the section, which may be missing.
    :param file: the parser's file, None where there is none.
    :param assigned: section and key of each setting that the program set.
    :param convention: says what a value means.
    """
    if not parser.has_section(section):
        return []
    defaults = parser.defaults()
    raw = dict(parser.items(section, raw=True))
    set_by_program = [key for key in raw if (section, key) in assigned]
    own = [key for key in raw if key not in set_by_program and defaults.get(key) != raw[key]]
    origin = Origin("ini", file, file, section) if file else ARGUMENT

    def as_set(key: str) -> object:
        return ini_value(parser, section, key, ARGUMENT)

    def as_written(key: str) -> object:
        return convention.read(ini_value(parser, section, key, origin), {}, origin, key)

    return [
        Layer(ARGUMENT, set_by_program, as_set),
        Layer(origin, own, as_written),
        Layer(origin._replace(section=parser.default_section), list(defaults), as_written),
    ]


def toml_layer(table: Table, file: str, tokens: Mapping[str, str], convention: Convention) -> Layer:
    """Return what a table of the TOML file says.

    :param table: the table.
    :param file: its file.
    :param tokens: what ``%(name)s`` stands for.
    :param convention: says what a value means.
    """
    origin = Origin("toml", file, file, table.name)
    settings = settings_of(table)
    return Layer(origin, settings, lambda key: convention.read(settings[key], tokens, origin, key))
