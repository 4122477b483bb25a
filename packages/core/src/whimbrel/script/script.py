"""A version file as a revision: what its header says, and its module once it is needed."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, cast

from whimbrel.revisions import Revision

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Protocol

    from whimbrel.script.index import IndexRow

    class Graph(Protocol):
        """What is asked of the graph besides what :class:`Revision` asks."""

        def followers(self, revision: str) -> Collection[str]: ...


class Script(Revision):
    """A revision and its file. The file is run when :attr:`module` is first asked for, not before.

    :param module: the module of the file.
    :param rev_id: the revision's id.
    :param path: the file.

    Example::

        script = directory.get_revision("head")
        print(script.revision, script.doc)
        script.module.upgrade()
    """

    __slots__ = ("_longdoc", "_module")

    path: str

    def __init__(self, module: ModuleType, rev_id: str, path: str) -> None:
        from whimbrel.script.header import header_of

        header = header_of({**vars(module), "revision": rev_id}, module.__doc__, path)
        revision, down, labels, depends, doc = header
        super().__init__(revision, down, depends, labels, path=path, doc=doc)
        self._module: ModuleType | None = module
        self._longdoc: str | None = (module.__doc__ or "").strip()

    @classmethod
    def of_row(cls, row: IndexRow, path: str) -> Script:
        """Return the revision of the file *path*, which is not run.

        :param row: a file's key, and what its header says; its id has been verified.
        """
        # There may be thousands, at every start: hence not through Revision's constructor, which verifies again.
        script = cls.__new__(cls)
        _, script.revision, script.down_revisions, script.own_labels, script.depends_on, script.doc = row
        script.path = path
        script._graph = script._module = script._longdoc = None
        return script

    @property
    def module(self) -> ModuleType:
        """The module of the file, which is run on first use.

        :raises ScriptError: the file cannot be read, is not Python, or raised.
        """
        if self._module is None:
            from whimbrel.script.module import load_module

            self._module = load_module(self.path)
        return self._module

    @property
    def longdoc(self) -> str:
        """The whole docstring, without the white space around it; read from the file when asked for."""
        if self._longdoc is None:
            from whimbrel.script.header import read_longdoc

            self._longdoc = read_longdoc(self.path) or self.doc
        return self._longdoc

    @longdoc.setter
    def longdoc(self, _value: str) -> None:
        self._longdoc = None  # what the base class knows at first is only the first paragraph

    @property
    def is_effective_head(self) -> bool:
        """Nothing follows it, and nothing depends on it."""
        return self._graph is None or not cast("Graph", self._graph).followers(self.revision)

    @property
    def log_entry(self) -> str:
        """All that is known of it, on several lines."""
        return self._log_entry(False)

    def _log_entry(self, is_current: bool) -> str:
        marks = (
            " (head)" * self.is_head
            + " (branchpoint)" * self.is_branch_point
            + " (mergepoint)" * self.is_merge_point
            + " (current)" * is_current
        )
        lines = [
            f"Rev: {self.revision}{marks}",
            f"{'Merges' if self.is_merge_point else 'Parent'}: {_listed(self.down_revisions) or '<base>'}",
        ]
        if self.depends_on:
            lines.append(f"Also depends on: {_listed(self.depends_on)}")
        if self.is_branch_point:
            lines.append(f"Branches into: {_listed(sorted(self.nextrev))}")
        if self.branch_labels:
            lines.append(f"Branch names: {_listed(sorted(self.branch_labels))}")
        lines += [f"Path: {self.path}", "", *(f"    {line}".rstrip() for line in self.longdoc.splitlines()), ""]
        return "\n".join(lines)

    def cmd_format(
        self,
        verbose: bool,
        include_branches: bool = False,
        include_doc: bool = False,
        include_parents: bool = False,
        tree_indicators: bool = True,
        *,
        indicate_current: bool = False,
    ) -> str:
        """Return it as commands print it.

        :param verbose: :attr:`log_entry` instead of a line; the other parameters but the last then mean nothing.
        :param include_branches: with the branch labels.
        :param include_doc: with the first paragraph of its docstring.
        :param include_parents: with what it follows, and depends on.
        :param tree_indicators: say where the history forks and joins.
        :param indicate_current: say that the database is at it.

        Example::

            >>> script.cmd_format(False, include_parents=True, include_doc=True)
            '1975ea83b712 -> ae1027a6acf (head), Add a column'
        """
        if verbose:
            return self._log_entry(indicate_current)
        text = self.revision
        if include_parents:
            depends = f" ({_listed(self.depends_on)})" if self.depends_on else ""
            text = f"{_listed(self.down_revisions) or '<base>'}{depends} -> {text}"
        if include_branches and (labels := self.branch_labels):
            text += f" ({_listed(sorted(labels))})"
        if self.is_head:
            text += " (head)" if self.is_effective_head else " (effective head)"
        if indicate_current:
            text += " (current)"
        if tree_indicators:
            text += " (branchpoint)" * self.is_branch_point + " (mergepoint)" * self.is_merge_point
        return f"{text}, {self.doc}" if include_doc and self.doc else text

    def __str__(self) -> str:
        return self.cmd_format(False, include_doc=True, include_parents=True)


def _listed(names: Collection[str]) -> str:
    return ", ".join(names)
