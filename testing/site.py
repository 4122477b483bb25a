"""Throw-away distributions, really installed as far as Python can tell."""

from __future__ import annotations

import sys
import sysconfig
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from types import ModuleType


class Site:
    """A folder on ``sys.path`` that distributions are installed into.

    :param folder: the folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._shadowed: dict[str, ModuleType] = {}

    def install(
        self,
        distribution: str,
        entry_points: Mapping[str, Mapping[str, str]],
        modules: Mapping[str, str],
        version: str = "1.0",
    ) -> Path:
        """Write a distribution's metadata and modules, as pip would; return its metadata folder.

        :param distribution: the name pip knows.
        :param entry_points: names and values by group.
        :param modules: source text by dotted module name.
        :param version: its version.
        """
        metadata = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        lines: list[str] = []
        for group, names in entry_points.items():
            lines += [f"[{group}]", *(f"{name} = {value}" for name, value in names.items()), ""]
        (metadata / "entry_points.txt").write_text("\n".join(lines))
        for name, source in modules.items():
            self._shadow(name.partition(".")[0])
            path = self.folder.joinpath(*name.split(".")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(source))
        return metadata

    def install_project(self, project: Path) -> Path:
        """Write the metadata of a package whose source stands in this repository; return the folder of its modules.

        :param project: its folder, with a ``pyproject.toml`` and ``src/``.
        """
        said = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        self.install(said["name"], said["entry-points"], {}, said["version"])
        return project / "src"

    def _shadow(self, package: str) -> None:
        """Put aside a package of the same name that other tests have imported, such as one of the examples."""
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] == package and str(self.folder) not in str(getattr(module, "__file__", None)):
                self._shadowed[name] = sys.modules.pop(name)

    def leave(self) -> None:
        """Forget what was imported from this site, and bring back what it had shadowed."""
        for name in self.imported():
            del sys.modules[name]
        sys.modules.update(self._shadowed)

    def imported(self) -> list[str]:
        """Return the names of the modules that were imported from this site so far."""
        return sorted(
            name
            for name, module in list(sys.modules.items())
            if str(self.folder) in str(getattr(module, "__file__", None))
        )


@contextmanager
def throwaway_site(folder: Path, *, bare: bool = False) -> Iterator[Site]:
    """Put a fresh site before what is installed already.

    :param folder: an empty folder.
    :param bare: hide what is installed: nothing but the standard library and the site can be found. What this
        process has imported, SQLAlchemy for one, stays imported.
    """
    paths = sysconfig.get_paths()
    library = [sysconfig.get_config_var("DESTSHARED") or "", paths["stdlib"], paths["platstdlib"]]
    site = Site(folder)
    before = sys.path[:]
    sys.path[:] = [str(folder), *(dict.fromkeys(filter(None, library)) if bare else before)]
    try:
        yield site
    finally:
        sys.path[:] = before
        site.leave()
