"""Which places settings are read from, and which of them wins.

The order of precedence, the winner first:

1. **Arguments**: ``Config.set_main_option()`` and ``set_section_option()``, which command line options use too.
2. **Environment**: ``WHIMBREL_DATABASE_URL`` gives ``sqlalchemy.url`` of the main section.
3. **The ini file**: the main section (``[whimbrel]``, or the one that ``-n NAME`` names), then ``[DEFAULT]``.
4. **The TOML file**: the table that ``-n NAME`` names inside Whimbrel's table, then Whimbrel's table itself.
5. **Plugins**: what was added with ``Config.add_source()``, the first added first.
6. **Defaults.**

Each key is looked up by itself, so a file may say where the scripts are and the environment which database is meant.
A key with a blank value asks for the default, whatever the places below say; only a blank
``WHIMBREL_DATABASE_URL`` is as good as none.

The files are, the first rule that fits:

1. those given with ``-c`` (at most one ini file and one TOML file) and no others;
2. the one that the environment variable ``WHIMBREL_CONFIG`` names;
3. in the working directory: ``whimbrel.ini``, and one TOML file: ``whimbrel.toml``, else a ``pyproject.toml`` that
   has a table ``[tool.whimbrel]``. In ``whimbrel.toml`` the settings stand at the top of the file.

Where there are none of these, the entry points of the group ``whimbrel.projects`` are asked: each names a function that
may know the project of another tool, as :func:`whimbrel.config.elsewhere.ask` says.

In files, ``%(here)s`` is the folder of that file and ``${NAME}`` the environment variable NAME. The database URL can
also be named by ``sqlalchemy.url_env = NAME`` (a variable that holds it) or ``sqlalchemy.url_file = PATH`` (a file
that holds it and nothing else, such as a container's secret). Relative paths count from the working directory.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from whimbrel.config.origin import Origin
from whimbrel.config.secret import Secret
from whimbrel.errors import ConfigError

CONFIG_VARIABLE = "WHIMBREL_CONFIG"
URL_VARIABLE = "WHIMBREL_DATABASE_URL"
URL = "sqlalchemy.url"
URL_ENV = "sqlalchemy.url_env"
URL_FILE = "sqlalchemy.url_file"
URL_KEYS = (URL, URL_ENV, URL_FILE)


class ConfigFiles(NamedTuple):
    """The configuration files of a run.

    :ivar ini: path of the ini file, or None.
    :ivar toml: path of the TOML file, or None.
    """

    ini: str | None
    toml: str | None


def discover(files: Sequence[str] = (), directory: str = "") -> ConfigFiles:
    """Return the configuration files to read, by the rules at the top of this module.

    :param files: what was given with ``-c``.
    :param directory: the folder to look in where no file is named; the working directory if blank.
    :raises ConfigError: two files of one kind are given.
    """
    named = [os.fspath(file) for file in files] or [file for file in [os.environ.get(CONFIG_VARIABLE, "")] if file]
    if named:
        return by_kind(named)
    return ConfigFiles(
        _present(os.path.join(directory, "whimbrel.ini")),
        _present(os.path.join(directory, "whimbrel.toml")) or _mentioned(os.path.join(directory, "pyproject.toml")),
    )


def by_kind(files: Sequence[str]) -> ConfigFiles:
    """Return files that were named, each by its kind.

    :param files: at most one ini file and one TOML file.
    :raises ConfigError: two are of one kind.
    """
    toml = [file for file in files if file.endswith(".toml")]
    ini = [file for file in files if not file.endswith(".toml")]
    for group in (ini, toml):
        if len(group) > 1:
            raise ConfigError(
                f"More than one configuration file of the same kind is given: {', '.join(group)}.",
                "Give -c once, or once for an ini file and once for a TOML file.",
            )
    return ConfigFiles(ini[0] if ini else None, toml[0] if toml else None)


def _present(path: str) -> str | None:
    return path if os.path.isfile(path) else None


def _mentioned(path: str) -> str | None:
    """Return *path* if it speaks of Whimbrel at all, so that every other pyproject.toml costs no parsing."""
    try:
        with open(path, "rb") as stream:
            return path if b"whimbrel" in stream.read() else None
    except OSError:  # none there, or not for us to read: then it is not where the settings are
        return None


class Layer(NamedTuple):
    """The settings of one section in one place.

    :ivar origin: the place.
    :ivar keys: the keys it sets.
    :ivar read: returns the value of one of them, with what stands for something else replaced.
    """

    origin: Origin
    keys: Collection[str]
    read: Callable[[str], object]


class Found(NamedTuple):
    """A value, and the place it comes from."""

    value: object
    origin: Origin


class Lookup:
    """The settings of one section in all places, the winner first.

    :param section: the section's name, for messages.
    :param layers: the places, in order of precedence.
    """

    __slots__ = ("layers", "section")

    def __init__(self, section: str, layers: Sequence[Layer]) -> None:
        self.section = section
        self.layers = tuple(layers)

    def only(self, keys: Collection[str]) -> Lookup:
        """Return the same sources as if they set none but *keys*."""
        kept = [layer._replace(keys=[key for key in layer.keys if key in keys]) for layer in self.layers]
        return Lookup(self.section, kept)

    def place(self, *keys: str) -> tuple[str, Layer] | None:
        """Return the first place that sets one of *keys*, and which of them it sets.

        :raises ConfigError: that place sets two of them.
        """
        for layer in self.layers:
            there = [key for key in keys if key in layer.keys]
            if len(there) > 1:
                raise layer.origin.error(there[0], f"and {' and '.join(there[1:])} are both set.", "Keep one of them.")
            if there:
                return there[0], layer
        return None

    def find(self, key: str) -> Found | None:
        """Return the value of *key* from the first place that sets it, None where no place does.

        ``sqlalchemy.url`` is the URL itself, however it was named.

        :raises ConfigError: the value needs something that is not there, such as an environment variable.
        """
        if key == URL:
            return self._find_url()
        place = self.place(key)
        return Found(place[1].read(key), place[1].origin) if place else None

    def _find_url(self) -> Found | None:
        place = self.place(*URL_KEYS)
        if place is None:
            return None
        key, layer = place
        value = layer.read(key)
        if key == URL_ENV and value:
            value = _url_of_variable(str(value), layer.origin)
        elif key == URL_FILE and value:
            value = _url_of_file(str(value), layer.origin)
        return Found(value, layer.origin)

    def url(self) -> Secret | None:
        """Return the database URL, None where none is set.

        :raises ConfigError: the variable or file that holds it is not there.
        """
        found = self.find(URL)
        if found is None or found.value == "":
            return None
        if not isinstance(found.value, str):
            raise found.origin.error(URL, "has to be text.")
        return Secret(found.value)

    def require_url(self) -> Secret:
        """Return the database URL.

        :raises ConfigError: none is set.
        """
        url = self.url()
        if url is None:
            raise ConfigError(
                f"No database URL is set in {self._files() or f'[{self.section}]'}.",
                f"Set {URL} in the configuration file, or the environment variable {URL_VARIABLE}.",
                key=URL,
            )
        return url

    def _files(self) -> str:
        """Return the files that were read, in words, each with the section that was looked at first."""
        first: dict[str, Origin] = {}
        for layer in self.layers:
            if layer.origin.file:
                first.setdefault(layer.origin.file, layer.origin)
        return " or ".join(f"[{item.section}] of {name}" if item.section else name for name, item in first.items())

    def engine_options(self) -> dict[str, Any]:
        """Return the ``sqlalchemy.*`` settings but the URL, without that prefix; blank ones left out."""
        keys = (key for key in self.keys() if key.startswith("sqlalchemy.") and key not in URL_KEYS)
        found = ((key, self.find(key)) for key in keys)
        return {key.partition(".")[2]: item.value for key, item in found if item is not None and item.value != ""}

    def keys(self) -> list[str]:
        """Return every key that is set, in the order of the places, each once."""
        return list(dict.fromkeys(key for layer in self.layers for key in layer.keys))


def _url_of_variable(name: str, origin: Origin) -> str:
    url = os.environ.get(name)
    if not url:
        raise origin.error(
            URL_ENV,
            f"names the environment variable {name}, which is not set.",
            f"Set it:  export {name}=postgresql+psycopg://...",
        )
    return url


def _url_of_file(path: str, origin: Origin) -> str:
    try:
        with open(path, encoding="utf-8-sig") as stream:
            url = stream.read().strip()
    except OSError as error:
        raise origin.error(URL_FILE, f"names {path}, which cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise origin.error(URL_FILE, f"names {path}, which is not UTF-8 text.") from None
    if not url:
        raise origin.error(URL_FILE, f"names {path}, which is empty.")
    return url


def passwords_of(lookup: Callable[[str], Lookup], sections: Iterable[str]) -> set[str]:
    """Return the passwords of every database URL in *sections*, for hiding them.

    :param lookup: returns the settings of a section.
    """
    found: set[str] = set()
    for section in sections:
        try:
            url = lookup(section).url()
        except ConfigError:
            continue  # what cannot be read cannot be shown either
        found.update(url.passwords() if url is not None else ())
    return found
