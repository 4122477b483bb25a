"""What is installed beside core: the entry points of Whimbrel's groups, found without importing what they name."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from importlib.metadata import Distribution

DIALECTS: Final = "whimbrel.dialects"
"""Each name is SQLAlchemy's name of a dialect; loaded when a run meets that dialect."""

PLUGINS: Final = "whimbrel.plugins"
"""Names are free; all are loaded when a run starts."""

COMMANDS: Final = "whimbrel.commands"
"""Each name is a command's; loaded when that command runs, or when help lists it."""

COMPARATORS: Final = "whimbrel.comparators"
"""Names are free; what takes part in comparing models with a database. Loaded when such a comparison begins."""

PROJECTS: Final = "whimbrel.projects"
"""Names are free; functions that know projects of other tools. Called where a project has no settings of Whimbrel's."""

OWN_DISTRIBUTIONS: Final = frozenset(
    {
        "whimbrel",
        "whimbrel-alembic",
        "whimbrel-autogen",
        "whimbrel-mssql",
        "whimbrel-mysql",
        "whimbrel-oracle",
        "whimbrel-postgresql",
        "whimbrel-sqlite",
    }
)
"""What Whimbrel itself publishes; everybody else is an outsider, whom ``--no-plugins`` switches off."""

_PREFIX = "[whimbrel."

_seen: dict[tuple[tuple[str, int], ...], tuple[EntryPoint, ...]] = {}
"""What was found, by the folders of ``sys.path`` and when they changed: a test suite makes thousands of runs."""


class EntryPoint(NamedTuple):
    """One line of an installed distribution's ``entry_points.txt``.

    :param group: one of :data:`DIALECTS`, :data:`PLUGINS`, :data:`COMMANDS`, :data:`COMPARATORS`.
    :param name: its name within the group.
    :param value: what it names, ``package.module`` or ``package.module:object``.
    :param distribution: the name to give to pip.
    :param version: the version that is installed; empty where its metadata has none.
    """

    group: str
    name: str
    value: str
    distribution: str
    version: str

    @property
    def source(self) -> str:
        """The distribution with its version, as messages say it: ``whimbrel-views 1.2``."""
        return f"{self.distribution} {self.version}".rstrip()

    @property
    def label(self) -> str:
        """What it is and whose, as messages say it: ``plugin 'views' of whimbrel-views 1.2``."""
        kind = self.group.removeprefix("whimbrel.").removesuffix("s")
        return f"{kind} {self.name!r} of {self.source}"

    @property
    def is_own(self) -> bool:
        """Whether Whimbrel itself publishes the distribution."""
        return self.distribution.replace("_", "-").replace(".", "-").lower() in OWN_DISTRIBUTIONS

    def load(self) -> object:
        """Import the module and return it, or the object in it that the entry point names.

        :raises ImportError: the module or the object is not there; any error the module raises passes through.
        """
        module_name, _, path = self.value.partition(":")
        if not module_name:
            raise ImportError(f"entry point {self.name!r} of {self.source} names no module")
        from importlib import import_module

        found: object = import_module(module_name)
        for attribute in filter(None, path.split(".")):
            try:
                found = getattr(found, attribute)
            except AttributeError:
                raise ImportError(f"module {module_name!r} has no {path!r}", name=module_name) from None
        return found


def installed(*groups: str) -> list[EntryPoint]:
    """Return the entry points of *groups* that are installed, in the order of their distributions' names.

    Nothing they name is imported. Where two copies of a distribution can be seen, the one that Python itself would
    answer counts. Measured with 90 distributions: 4 ms the first time, and another 30 ms for ``importlib.metadata``
    itself where nobody has imported it yet (SQLAlchemy does); a tenth of a millisecond from then on.

    :param groups: for example :data:`DIALECTS`.

    Example::

        >>> [point.name for point in installed(DIALECTS)]
        ['mariadb', 'mysql', 'postgresql', 'sqlite']
    """
    state = tuple((folder, _changed(folder)) for folder in sys.path)
    found = _seen.get(state)
    if found is None:
        found = tuple(_scan())
        _seen.clear()
        _seen[state] = found
    return [point for point in found if point.group in groups]


def _changed(folder: str) -> int:
    try:
        return os.stat(folder or ".").st_mtime_ns
    except OSError:
        return 0


def _scan() -> Iterator[EntryPoint]:
    from importlib import metadata

    names = {_fact(found, "Name") for found in metadata.distributions() if _PREFIX in _read(found)}
    for name in sorted(filter(None, names)):
        distribution = metadata.distribution(name)
        version = _fact(distribution, "Version")
        for group, key, value in _parse(_read(distribution)):
            yield EntryPoint(group, key, value, name, version)


def may_have(group: str) -> bool:
    """Return False where no installed distribution has the entry point *group*; costs about a millisecond.

    This is the look that ``--help`` can afford: a walk over the folders of ``sys.path`` instead of importing
    ``importlib.metadata``, which takes longer than all the rest of ``--help``. What such a walk cannot see (zip
    archives, importers with a way of their own) counts as True, and :func:`installed` has the last word.

    :param group: for example :data:`COMMANDS`.
    """
    if any(hasattr(finder, "find_distributions") for finder in sys.meta_path if not _is_standard(finder)):
        return True
    return any(True for _ in _walk(group))


def installed_quickly(group: str) -> list[EntryPoint]:
    """Return the entry points of *group* in the folders of ``sys.path``, by the names of their metadata folders.

    This is the look that commands can afford which import neither ``importlib.metadata`` nor anything else that is
    slow; where distributions are found in other ways too, :func:`installed` answers.

    :param group: for example :data:`PROJECTS`.
    """
    if any(hasattr(finder, "find_distributions") for finder in sys.meta_path if not _is_standard(finder)):
        return installed(group)
    found: dict[str, list[EntryPoint]] = {}
    for folder, text in _walk(group):
        if text is None:
            return installed(group)
        name, _, version = os.path.basename(folder).rpartition(".")[0].partition("-")
        points = [EntryPoint(of, key, value, name.replace("_", "-"), version) for of, key, value in _parse(text)]
        found.setdefault(name, [point for point in points if point.group == group])
    return [point for name in sorted(found) for point in found[name]]


def _walk(group: str) -> Iterator[tuple[str, str | None]]:
    """Yield the metadata folders that have *group*, with their text; ``None`` for what cannot be looked into."""
    heading = f"[{group}]".encode()
    for folder in dict.fromkeys(sys.path):
        try:
            with os.scandir(folder or ".") as entries:
                metadata = [entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
        except NotADirectoryError:
            # A zip archive. Python always names its own standard library as one, and it seldom exists.
            yield folder, None
            continue
        except OSError:
            continue
        for path in metadata:
            text = _bytes(os.path.join(path, "entry_points.txt"))
            if heading in text:
                yield path, text.decode("utf-8", "replace")


def source_of(module: str) -> str | None:
    """Return the distribution that a module was installed with, and its version; ``None`` where it is nobody's.

    :param module: its dotted name; meant for messages, it takes a while where the module belongs to no plugin.

    Example::

        >>> source_of("whimbrel_sqlite.impl")
        'whimbrel-sqlite 0.1.0'
    """
    package = module.partition(".")[0]
    for point in installed(DIALECTS, PLUGINS, COMMANDS, COMPARATORS):
        if point.value.partition(":")[0].partition(".")[0] == package:
            return point.source
    from importlib import metadata

    names = metadata.packages_distributions().get(package)  # knows no module of an editable install
    return f"{names[0]} {metadata.version(names[0])}" if names else None


def switched_on(variable: str) -> bool:
    """Return whether an environment variable is set to anything but empty, ``0``, ``false``, ``no`` and ``off``.

    :param variable: for example ``WHIMBREL_DISABLE_PLUGINS``.
    """
    return os.environ.get(variable, "").strip().lower() not in ("", "0", "false", "no", "off")


def _is_standard(finder: object) -> bool:
    return getattr(finder, "__module__", None) in ("_frozen_importlib", "_frozen_importlib_external")


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _read(distribution: Distribution) -> str:
    try:
        return distribution.read_text("entry_points.txt") or ""
    except (OSError, UnicodeDecodeError):
        return ""  # what cannot be read names no plugin; the distribution may be anybody's


def _fact(distribution: Distribution, key: str) -> str:
    try:
        facts = distribution.metadata
        return facts[key] if key in facts else ""  # noqa: SIM401  # PackageMetadata promises no get()
    except OSError:  # a dist-info folder without METADATA, where newer Pythons raise and older answer nothing
        return ""


def _parse(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield group, name and value of each line; a line without ``=`` has an empty value, and loading it says so."""
    group = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1].strip()
        elif line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield group, name.strip(), value.partition("[")[0].strip()
