"""ScriptDirectory: the version files of a migration environment, and the history they make."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, cast

from whimbrel.config.location import names_package
from whimbrel.errors import CommandError, ConfigError, MultipleBases, ResolutionError
from whimbrel.revisions import RevisionMap
from whimbrel.script.location import VersionLocation
from whimbrel.script.reader import ScriptReader
from whimbrel.script.script import Script

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.script.post_write import Report

Identifier = str | Iterable[str] | None

_BUILT_IN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "templates")


class ScriptDirectory:
    """The version files of a migration environment, and the history they make.

    The files are listed when something is first asked of the history; :meth:`refresh` looks again.

    :param dir: the folder with ``env.py`` and ``script.py.mako``.
    :param file_template: name of a new file, without its suffix: a ``%`` format; may have folders.
    :param truncate_slug_length: the most characters of a message in a file name.
    :param version_locations: folders of version files; ``versions`` in *dir* if there are none.
    :param sourceless: ``.pyc`` files count as version files.
    :param output_encoding: encoding of a new file.
    :param timezone: zone of a new file's date, such as ``Europe/Berlin``; ``None`` for local time.
    :param hooks: programs to run over a new file: each its name and its options.
    :param recursive_version_locations: folders inside version locations hold version files too.
    :param messaging_opts: ``{"quiet": True}`` to say nothing about hooks.
    :param run_headers: run a version file that computes its header; else it is refused.
    :raises ConfigError: there is no folder *dir*.

    Example::

        script = ScriptDirectory.from_config(Config("whimbrel.ini"))
        for revision in script.walk_revisions():
            print(revision.revision, revision.doc)
    """

    def __init__(
        self,
        dir: str | os.PathLike[str],
        file_template: str = "%(rev)s_%(slug)s",
        truncate_slug_length: int | None = 40,
        version_locations: Sequence[str | os.PathLike[str]] | None = None,
        sourceless: bool = False,
        output_encoding: str = "utf-8",
        timezone: str | None = None,
        hooks: Sequence[tuple[str, Mapping[str, str]]] = (),
        recursive_version_locations: bool = False,
        messaging_opts: Mapping[str, Any] = MappingProxyType({}),
        run_headers: bool = True,
    ) -> None:
        self.dir = os.fspath(dir)
        if not os.path.isdir(self.dir):
            raise ConfigError(
                f"Path doesn't exist: {self.dir}.",
                f"Create it:  whimbrel init {self.dir}  or mend the setting script_location.",
                key="script_location",
            )
        self.file_template = file_template
        self.truncate_slug_length = truncate_slug_length or 40
        self.version_locations = [os.fspath(path) for path in version_locations or ()]
        self.sourceless = sourceless
        self.output_encoding = output_encoding
        self.timezone = timezone
        self.recursive_version_locations = recursive_version_locations
        self.messaging_opts = messaging_opts
        self.report: Report | None = None
        """Takes a line about each hook, and what it printed."""
        self.config: Config | None = None
        """The configuration it was made from."""
        self._hooks = hooks
        self._locations = [
            VersionLocation(path, recursive=recursive_version_locations, sourceless=sourceless)
            for path in self.version_locations or [os.path.join(self.dir, "versions")]
        ]
        self._reader = ScriptReader(self._locations, self._run_file if run_headers else None)
        self._revision_map: RevisionMap | None = None

    @classmethod
    def from_config(cls, config: Config, *, to_read: bool = False) -> ScriptDirectory:
        """Return the version files that *config* names; its ``prepend_sys_path`` goes into ``sys.path``.

        :param config: the configuration.
        :param to_read: only the history is asked for: ``sys.path`` stays as it is until some file has to be run, or a
            package to be found, so that no module of the project comes before one of Python's.
        :raises ConfigError: a setting is missing or wrong, or the folder does not exist.

        Example::

            ScriptDirectory.from_config(Config.discover()).get_heads()
        """
        settings = config.settings
        locations = (settings.script_location or "", *settings.version_locations)
        if not to_read or any(names_package(text) for text in locations):
            _extend_sys_path(settings.prepend_sys_path)
        script = cls(
            settings.script_directory(),
            file_template=settings.file_template,
            truncate_slug_length=settings.truncate_slug_length,
            version_locations=settings.version_directories(),
            sourceless=settings.sourceless,
            output_encoding=settings.output_encoding,
            timezone=settings.timezone,
            recursive_version_locations=settings.recursive_version_locations,
            messaging_opts=config.messaging_opts,
            run_headers=settings.run_headers,
        )
        script.config = config
        script.report = config.print_stdout
        return script

    # -- folders and files ---------------------------------------------------------------------------------------

    @property
    def versions(self) -> str:
        """The folder of version files, where there is one.

        :raises CommandError: there are several.
        """
        if len(self._locations) > 1:
            raise CommandError("Multiple version_locations present.", "Ask for version_locations instead.")
        return self._locations[0].path

    @property
    def env_py_location(self) -> str:
        """The env.py that runs; the built-in one where the folder has none."""
        own = os.path.abspath(os.path.join(self.dir, "env.py"))
        if os.path.exists(own):
            return own
        if self.sourceless:
            cached = os.path.join(os.path.dirname(own), "__pycache__", f"env.{sys.implementation.cache_tag}.pyc")
            for compiled in (f"{own}c", cached):
                if os.path.exists(compiled):
                    return compiled
        return os.path.join(_BUILT_IN, "builtin_env.py")

    @property
    def has_own_env_py(self) -> bool:
        """Whether the folder has an env.py, so that the built-in one is not used."""
        return os.path.dirname(self.env_py_location) != _BUILT_IN

    @property
    def template_location(self) -> str:
        """The Mako template of new version files; the built-in one where the folder has neither it nor an env.py."""
        own = os.path.abspath(os.path.join(self.dir, "script.py.mako"))
        if os.path.exists(own) or self.has_own_env_py:
            return own
        return os.path.join(_BUILT_IN, "generic", "script.py.mako")

    @property
    def hooks(self) -> Sequence[tuple[str, Mapping[str, str]]]:
        """The programs to run over a new file: each its name and its options."""
        return self._hooks if self.config is None else self.config.settings.post_write_hooks

    @property
    def files_read(self) -> int:
        """How many version files were opened so far: those whose header was known neither from before nor from the
        index.
        """
        return self._reader.files_read

    def run_env(self) -> None:
        """Run env.py; what it raises comes through."""
        from whimbrel.script.module import run_file

        self._let_import()
        run_file(self.env_py_location)

    def _run_file(self, path: str) -> ModuleType:
        from whimbrel.script.module import load_module

        self._let_import()
        return load_module(path)

    def _let_import(self) -> None:
        if self.config is not None:
            _extend_sys_path(self.config.settings.prepend_sys_path)

    # -- the history ---------------------------------------------------------------------------------------------

    @property
    def revision_map(self) -> RevisionMap:
        """The history, made when first asked for; or another that was put here, until :meth:`refresh`.

        :raises ScriptError: a version file cannot be read.
        :raises RevisionError: the files make no history: a missing ancestor, a circle, an id used twice.
        """
        if self._revision_map is None:
            self._revision_map = RevisionMap(self._reader.read)
        return self._revision_map

    @revision_map.setter
    def revision_map(self, history: RevisionMap) -> None:
        self._revision_map = history

    def refresh(self) -> None:
        """Look again at the files, and read those that changed.

        Revisions whose files did not change stay the same objects, their modules loaded.
        """
        self._revision_map = None
        self._revision_map = RevisionMap(self._reader.read)

    def last_written(self) -> float:
        """Return when a version file was last written, in seconds since 1970; 0.0 where there is none."""
        return self._reader.newest()

    def walk_revisions(self, base: Identifier = "base", head: Identifier = "heads") -> Iterator[Script]:
        """Yield the revisions from *head* down to *base*, both included, newest first.

        :param base: an identifier.
        :param head: an identifier.
        """
        if base == "base" and head == "heads":
            yield from cast("Iterator[Script]", self.revision_map.walk())
        else:
            yield from self.iterate_revisions(head, base, inclusive=True, assert_relative_length=False)

    def iterate_revisions(self, upper: Identifier, lower: Identifier, **kw: bool) -> Iterator[Script]:
        """Yield the revisions from *upper* down to *lower*, newest first; *lower* itself is left out.

        :param upper: an identifier, or several.
        :param lower: an identifier, or several.
        :param kw: as for :meth:`whimbrel.revisions.RevisionMap.iterate_revisions`.
        :raises RangeNotAncestorError: *lower* is not below *upper*.
        """
        return cast("Iterator[Script]", self.revision_map.iterate_revisions(upper, lower, **kw))

    def get_revision(self, id_: str | None) -> Script | None:
        """Return the revision that an identifier names; ``None`` for ``base``.

        :param id_: a full id, the beginning of one, ``head``, ``label@head``, ``ae10+2`` ...
        :raises ResolutionError: it names none.
        :raises MultipleHeads: it names several.
        """
        return cast("Script | None", self.revision_map.get_revision(id_))

    def get_revisions(self, id_: Identifier) -> tuple[Script, ...]:
        """Return the revisions that an identifier, or several, name; none for ``base``.

        :param id_: as for :meth:`get_revision`, and ``heads``.
        :raises ResolutionError: one of them names none.
        """
        return cast("tuple[Script, ...]", self.revision_map.get_revisions(id_))

    def get_all_current(self, id_: Identifier) -> set[Script]:
        """Return the newest revisions of every branch that is applied when *id_* are the version table's rows.

        That is *id_*, and what they depend on where nothing else of that branch is applied.

        :param id_: ids, as the version table has them.
        """
        history = self.revision_map
        applied: set[str] = set()
        todo = list(history.resolve(id_))
        while todo:
            one = todo.pop()
            if one not in applied:
                applied.add(one)
                todo += history.parents(one)
        newest = (one for one in applied if applied.isdisjoint(history.children(one)))
        return {cast("Script", history[one]) for one in newest}

    def as_revision_number(self, id_: Identifier) -> str | tuple[str, ...] | None:
        """Return the full id that an identifier names; ``None`` for ``base``, a tuple for ``heads``.

        :param id_: an identifier; one that names no revision is returned as it is.
        :raises MultipleHeads: ``head`` is asked for and there are several.
        """
        try:
            found = self.revision_map.resolve(id_)
        except ResolutionError:
            return id_ if isinstance(id_, str) else None
        if not found:
            return None
        return found if id_ == "heads" else found[0]

    def get_heads(self, consider_depends_on: bool = False) -> list[str]:
        """Return the ids that nothing follows.

        :param consider_depends_on: leave out those that another revision depends on.
        """
        history = self.revision_map
        return list(history.effective_heads if consider_depends_on else history.heads)

    def get_current_head(self) -> str | None:
        """Return the id of the one head; ``None`` where there are no files.

        :raises MultipleHeads: there are several.
        """
        return self.revision_map.get_current_head()

    def get_bases(self) -> list[str]:
        """Return the ids that follow nothing."""
        return list(self.revision_map.bases)

    def get_base(self) -> str | None:
        """Return the id of the one base; ``None`` where there are no files.

        :raises MultipleBases: there are several.
        """
        bases = self.get_bases()
        if len(bases) > 1:
            raise MultipleBases(bases)
        return bases[0] if bases else None

    # -- a new revision ------------------------------------------------------------------------------------------

    def generate_revision(
        self,
        revid: str,
        message: str | None,
        head: str | Sequence[str] | None = None,
        splice: bool = False,
        branch_labels: str | Sequence[str] | None = None,
        version_path: str | os.PathLike[str] | None = None,
        file_template: str | None = None,
        depends_on: str | Sequence[str] | None = None,
        **kw: Any,
    ) -> Script:
        """Write a new version file from the template ``script.py.mako``, and run the post-write hooks over it.

        :param revid: its id.
        :param message: what it does: the first line of its docstring, and part of its file name.
        :param head: the identifier, or for a merge identifiers, of what it follows; ``head`` if None, and ``base``
            for nothing.
        :param splice: let it follow what already has followers, as a new branch.
        :param branch_labels: a label, or several, for the branch that begins with it.
        :param version_path: which version location it goes to; that of what it follows, if None.
        :param file_template: the format of its file name, instead of the one in the settings.
        :param depends_on: identifiers of what has to be applied before it.
        :param kw: further variables for the template.
        :raises MultipleHeads: there are several heads, and *head* says not which.
        :raises RevisionError: *head* is no head, or id or label are taken, or cannot be one.
        :raises CommandError: nothing says which version location it goes to.
        :raises ScriptError: the template cannot be rendered, or the file cannot be written; none is left then.
        :raises PostWriteHookError: a hook failed; the file is kept.

        Example::

            script.generate_revision("ae1027a6acf", "add account", head="shop@head")
        """
        from whimbrel.script.generate import FileStyle, generate

        style = FileStyle(
            template=self.template_location,
            file_template=file_template or self.file_template,
            slug_length=self.truncate_slug_length,
            timezone=self.timezone,
            encoding=self.output_encoding,
            hooks=self.hooks,
            report=None if self.messaging_opts.get("quiet") else self.report,
        )
        return generate(
            self.revision_map,
            style,
            self._locations,
            revid,
            message,
            head="head" if head is None else head,
            splice=splice,
            branch_labels=branch_labels,
            version_path=version_path,
            depends_on=depends_on,
            variables=kw,
        )


def _extend_sys_path(folders: Sequence[str]) -> None:
    for path in reversed(folders):
        if path not in sys.path:
            sys.path.insert(0, path)
