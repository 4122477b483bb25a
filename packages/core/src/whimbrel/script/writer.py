"""A new version file: its name, its text, and how it gets to the disk whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from whimbrel.errors import ConfigError, ScriptError

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

TOKENS: Final = ("rev", "slug", "epoch", "year", "month", "day", "hour", "minute", "second")


def creation_date(timezone: str | None) -> datetime:
    """Return the time now, in the zone that new files are dated in.

    :param timezone: a name of the IANA database, such as ``Europe/Berlin``; ``None`` for local time without a zone.
    :raises ConfigError: there is no such zone.
    """
    from datetime import datetime

    return datetime.now() if timezone is None else datetime.now(_zone(timezone))


def _zone(name: str) -> tzinfo:
    from datetime import UTC

    if name.upper() == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from difflib import get_close_matches

        zones = {zone.lower(): zone for zone in available_timezones()}
        near = get_close_matches(name.lower(), zones, 1)
        raise ConfigError(
            f"Can't locate timezone: {name}.",
            f"Did you mean {zones[near[0]]}?"
            if near
            else "Write it as Europe/Berlin, or install it: pip install tzdata",
            key="timezone",
        ) from None


def slug(message: str | None, longest: int = 40) -> str:
    """Return *message* as part of a file name: its words in lower case, joined by ``_``.

    :param message: what the revision does.
    :param longest: the most characters, after which whole words are cut off; 0 stands for 40.

    Example::

        >>> slug('Add "foo", drop bar')
        'add_foo_drop_bar'
        >>> slug("some words here", 10)
        'some_'
    """
    text = "_".join(re.findall(r"\w+", message or "")).lower()
    longest = longest or 40
    return text if len(text) <= longest else text[:longest].rsplit("_", 1)[0] + "_"


def file_name(template: str, rev_id: str, short: str, date: datetime) -> str:
    """Return the name of a new version file, relative to its location, folders and ``.py`` included.

    :param template: the setting ``file_template``: a ``%`` format with the names in :data:`TOKENS`, such as
        ``%(year)d/%(rev)s_%(slug)s``.
    :param rev_id: the revision's id.
    :param short: its message as a :func:`slug`.
    :param date: when it is made.
    :raises ConfigError: the template names something else, or leads out of the location, or to a name that is
        not read as a version file.
    """
    values = {
        # Ids may hold what file names may not, and more of it.
        "rev": re.sub(r"[^\w.]", "_", rev_id)[:120],
        "slug": short,
        "epoch": int(date.timestamp()),
        **{token: getattr(date, token) for token in TOKENS[3:]},
    }
    try:
        name: str = template % values
    except (KeyError, ValueError, TypeError) as error:
        said = f"names an unknown token {error}" if isinstance(error, KeyError) else f"is no % format: {error}"
        raise ConfigError(
            f"The setting file_template, {template!r}, {said}.",
            f"Use {', '.join(f'%({token})s' for token in TOKENS)}; in an ini file, write %% for each %.",
            key="file_template",
        ) from None
    parts = name.replace("\\", "/").split("/")
    if any(part in ("", ".", "..") for part in parts) or ":" in name:
        raise _bad_name(template, name, "is no path inside the versions folder")
    if parts[-1].startswith(("__init__", ".#")):
        raise _bad_name(template, name, "is not read as a version file")
    return os.path.join(*parts[:-1], f"{parts[-1]}.py")


def _bad_name(template: str, name: str, why: str) -> ConfigError:
    return ConfigError(
        f"The setting file_template, {template!r}, makes {name!r}, which {why}.",
        "The usual one is %(rev)s_%(slug)s (%%(rev)s_%%(slug)s in an ini file).",
        key="file_template",
    )


def comma(value: str | tuple[str, ...] | list[str] | None) -> str:
    """Return one id or several as templates print them: the filter ``comma`` of ``${down_revision | comma,n}``."""
    if value is None:
        return ""
    return value if isinstance(value, str) else ", ".join(value)


def docstring_safe(message: str) -> str:
    """Return *message* so that it means itself inside a triple-quoted string.

    Example::

        >>> print(docstring_safe('C:\\\\temp'))
        C:\\\\temp
    """
    return message.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def render(template: str, variables: Mapping[str, Any]) -> str:
    """Return the text of a Mako template.

    :param template: its file.
    :param variables: the names it may use.
    :raises ScriptError: it is not there or cannot be rendered; the message names the line.
    """
    from mako.exceptions import RichTraceback
    from mako.template import Template

    try:
        text: str = Template(filename=template, input_encoding="utf-8").render_unicode(**variables)
    except FileNotFoundError as error:
        raise ScriptError(
            f"The template of new version files, {template}, is not there.",
            "Bring it back, or copy the one that  whimbrel init  writes into an empty folder.",
            path=template,
        ) from error
    except OSError as error:
        raise ScriptError(
            f"The template {template} cannot be read: {error.strerror or error}.",
            "Mend its permissions.",
            path=template,
        ) from error
    except Exception as error:  # whatever Mako finds wrong with it, and whatever the code in it raises
        ours = [record[5] for record in RichTraceback().records if record[4] == template]
        line = getattr(error, "lineno", None) or (ours[-1] if ours else None)
        raise ScriptError(
            f"The template {template}{f', line {line},' if line else ''} cannot be rendered: "
            f"{type(error).__name__}: {error}",
            "Mend that line of the template." if line else "Mend the template.",
            path=template,
            line=line,
        ) from error
    return text.replace("\r\n", "\n")


def encode(text: str, encoding: str, path: str) -> bytes:
    """Return *text* as it goes into the file *path*; an encoding that Python does not assume is declared.

    :raises ScriptError: the encoding has no such characters.
    """
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError as error:
        raise ScriptError(
            f"{path} cannot be written: {encoding} has no character {text[error.start]!r}.",
            "Change the message, or the setting output_encoding.",
            path=path,
        ) from error
    if text.isascii() or encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig"):
        return data
    if re.match(r"(?:.*\n)?[ \t\f]*#.*?coding[:=]", text):
        return data
    return f"# -*- coding: {encoding} -*-\n".encode(encoding) + data


def write_whole(path: str, data: bytes) -> None:
    """Write a new file whole or not at all, with the folders it needs.

    :param path: the file.
    :param data: what it holds.
    :raises ScriptError: it is there already, or cannot be written; nothing of it is left then.
    """
    if os.path.exists(path):
        raise ScriptError(
            f"{path} is there already.", "Give another message or --rev-id, or mend file_template.", path=path
        )
    folder = os.path.dirname(path)
    temporary = os.path.join(folder, f".whimbrel.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    made = _missing_folders(folder)
    try:
        os.makedirs(folder, exist_ok=True)
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        _clean_up(temporary, made)
        if not isinstance(error, OSError):
            raise
        raise ScriptError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Make room or mend the folder's permissions, and try again; nothing was left behind.",
            path=path,
        ) from error


def _missing_folders(folder: str) -> list[str]:
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    return missing


def _clean_up(temporary: str, folders: list[str]) -> None:
    for remove, path in [(os.unlink, temporary), *((os.rmdir, folder) for folder in folders)]:
        try:
            remove(path)
        except OSError:
            continue  # it was not made, or is in use; the error that is being raised matters more
