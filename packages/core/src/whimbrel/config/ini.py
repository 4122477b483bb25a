"""Reading an ini file, with errors that name file and line and never show a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from whimbrel.config.origin import Origin
from whimbrel.config.unreadable import not_utf8, unreadable
from whimbrel.errors import ConfigError

if TYPE_CHECKING:
    from configparser import ConfigParser

_DOUBLE_PERCENT = (
    "In an ini file a '%' is written twice: '%%'. (It stands alone in TOML, in an environment variable, in "
    "sqlalchemy.url_file, and behind ${VARIABLE}.)"
)


def read_ini(path: str | None, defaults: Mapping[str, str]) -> ConfigParser:
    """Return the parsed file; an empty parser where *path* is None or there is no such file.

    :param path: the ini file.
    :param defaults: values that every section sees, such as ``here``.
    :raises ConfigError: the file cannot be read, or a line of it cannot be understood.
    """
    import configparser  # a millisecond that a project with TOML does not pay

    parser = configparser.ConfigParser({name: value.replace("%", "%%") for name, value in defaults.items()})
    if path is None:
        return parser
    try:
        with open(path, encoding="utf-8-sig") as stream:
            parser.read_file(stream, path)
    except FileNotFoundError:
        pass  # the caller may fill it by set_main_option(); asking for what is not there says that no file was found
    except OSError as error:
        raise unreadable(path, error) from None
    except UnicodeDecodeError as error:
        raise not_utf8(path, error) from None
    except (configparser.DuplicateOptionError, configparser.DuplicateSectionError) as error:
        what = f"section [{error.section}]"
        if isinstance(error, configparser.DuplicateOptionError):
            what = f"{error.option} of {what}"
        raise _broken(path, error.lineno, f"{what} is there twice", "Keep one of them.") from None
    except configparser.MissingSectionHeaderError as error:
        raise _broken(
            path, error.lineno, "this line stands before any [section]", "Put it below a line: [whimbrel]"
        ) from None
    except configparser.ParsingError as error:
        line = error.errors[0][0] if error.errors else None
        remedy = "A setting is: key = value. A line that continues the one above starts with a space."
        raise _broken(path, line, "this line is no setting", remedy) from None
    return parser


def _broken(path: str, line: int | None, message: str, remedy: str) -> ConfigError:
    place = f"{path}, line {line}" if line else path
    return ConfigError(f"{place}: {message}.", remedy, file=path, line=line)


def ini_value(parser: ConfigParser, section: str, key: str, origin: Origin) -> str:
    """Return a value with its ``%(name)s`` replaced.

    :param parser: what :func:`read_ini` returned.
    :param section: a section that is there.
    :param key: a key that is in it.
    :param origin: where it was written, for the message.
    :raises ConfigError: a ``%`` stands alone, or ``%(name)s`` names nothing.
    """
    import configparser

    try:
        return parser.get(section, key)
    except configparser.InterpolationMissingOptionError as error:
        raise origin.error(
            key,
            f"refers to %({error.reference})s, which is neither in [{section}] nor in [DEFAULT].",
            "Define it there, or double the '%' if the text itself is meant.",
        ) from None
    except configparser.InterpolationDepthError:
        raise origin.error(key, "refers to itself, by way of %(name)s.") from None
    except configparser.InterpolationSyntaxError:  # its text quotes the value, which may be a password
        raise origin.error(key, "has a '%' that stands alone.", _DOUBLE_PERCENT) from None


def set_ini_value(parser: ConfigParser, section: str, key: str, value: str) -> None:
    """Set a value; the section is made where it is missing.

    :raises ConfigError: a ``%`` in *value* stands alone.
    :raises TypeError: *value* is not a string.
    """
    if section != parser.default_section and not parser.has_section(section):
        parser.add_section(section)
    try:
        parser.set(section, key, value)
    except ValueError:  # its text quotes the value, which may be a password
        raise ConfigError(
            f"The value given for {key} has a '%' that stands alone.",
            "Double it before it is set:  value.replace('%', '%%')",
            key=key,
        ) from None
