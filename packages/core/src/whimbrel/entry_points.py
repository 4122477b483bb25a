"""What is installed beside core: the entry points of Whimbrel's groups, found without importing what they name."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_State = tuple[tuple[str, int], ...]
"""The folders of ``sys.path``, and when each was changed."""

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

_seen: dict[str, tuple[_State, tuple[EntryPoint, ...]]] = {}
"""What was found, by the first word of the groups, and when the folders of ``sys.path`` had changed: a test suite makes
thousands of runs."""


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
    answer counts. Folders are looked through without ``importlib.metadata``, whose import takes longer than all the
    rest; it is asked where distributions are found in other ways too (zip archives, importers of somebody's own).

    :param groups: for example :data:`DIALECTS`; all with the same first word.

    Example::

        >>> [point.name for point in installed(DIALECTS)]
        ['mariadb', 'mysql', 'postgresql', 'sqlite']
    """
    word = groups[0].partition(".")[0]
    state = tuple((folder, _changed(folder)) for folder in sys.path)
    known = _seen.get(word)
    if known is None or known[0] != state:
        known = _seen[word] = (state, tuple(_scan(f"[{word}.")))
    return [point for point in known[1] if point.group in groups]


def _changed(folder: str) -> int:
    try:
        return os.stat(folder or ".").st_mtime_ns
    except OSError:
        return 0


def _scan(heading: str) -> list[EntryPoint]:
    """Return the entry points of every distribution that has a group beginning with *heading*."""
    if _others_answer():
        return list(_scan_slowly(heading))
    found: dict[str, list[EntryPoint]] = {}
    for folder, text in _walk(heading):
        if text is None:
            return list(_scan_slowly(heading))
        name, version = _facts(folder)
        if name:
            found[name] = [EntryPoint(group, key, value, name, version) for group, key, value in _parse(text)]
    return [point for name in sorted(found) for point in found[name]]


def _scan_slowly(heading: str) -> Iterator[EntryPoint]:
    from importlib import metadata

    names = {_fact(found, "Name") for found in metadata.distributions() if heading in _read(found)}
    for name in sorted(filter(None, names)):
        distribution = metadata.distribution(name)
        version = _fact(distribution, "Version")
        for group, key, value in _parse(_read(distribution)):
            yield EntryPoint(group, key, value, name, version)


def may_have(group: str) -> bool:
    """Return False where no installed distribution has the entry point *group*.

    What a walk over folders cannot see counts as True, and :func:`installed` has the last word.

    :param group: for example :data:`COMMANDS`.
    """
    return _others_answer() or any(True for _ in _walk(f"[{group}]"))


def _others_answer() -> bool:
    """Return whether somebody besides Python itself finds distributions, in places that are no folders."""
    return any(hasattr(finder, "find_distributions") for finder in sys.meta_path if not _is_standard(finder))


def _walk(heading: str) -> Iterator[tuple[str, str | None]]:
    """Yield the metadata folders that have *heading*, with their text; ``None`` for what cannot be looked into."""
    wanted = heading.encode()
    met: set[str] = set()
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
            name = _normal(os.path.basename(path).rpartition(".")[0].partition("-")[0])
            if name in met:
                continue  # a copy that Python does not see
            met.add(name)
            text = _bytes(os.path.join(path, "entry_points.txt"))
            if wanted in text:
                yield path, text.decode("utf-8", "replace")


def _normal(name: str) -> str:
    """Return a distribution's name as all its spellings have it in common."""
    return name.replace("-", "_").replace(".", "_").lower()


def _facts(folder: str) -> tuple[str, str]:
    """Return name and version, as a metadata folder has them; both empty where it has none."""
    content = _bytes(os.path.join(folder, "METADATA")) or _bytes(os.path.join(folder, "PKG-INFO"))
    facts: dict[str, str] = {}
    for line in content.decode("utf-8", "replace").splitlines():
        if not line:
            break  # a description follows, in which anything may stand
        key, _, value = line.partition(":")
        facts.setdefault(key.lower(), value.strip())
    return facts.get("name", ""), facts.get("version", "")


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
