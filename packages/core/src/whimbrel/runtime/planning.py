"""What a run is to do, and what it wants of its environment for that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from whimbrel.config import Config
from whimbrel.plugins import Plugins
from whimbrel.revisions import MigrationStep
from whimbrel.runtime.report import Reporter
from whimbrel.runtime.request import RunRequest
from whimbrel.script import ScriptDirectory

Planner = Callable[[tuple[str, ...], Any], Iterable[MigrationStep]]
"""From the rows of the version table, and the MigrationContext, to the steps to take."""


class RunEnvironment(Protocol):
    """What a context wants of the environment it runs in; ``EnvironmentContext`` is one."""

    @property
    def config(self) -> Config:
        """The settings of the run."""

    @property
    def script(self) -> ScriptDirectory:
        """The version files."""

    @property
    def plugins(self) -> Plugins:
        """The run's plugins."""

    @property
    def reporter(self) -> Reporter:
        """Is told how the run goes."""

    @property
    def request(self) -> RunRequest | None:
        """What the run is to do; ``None`` when it only reads."""

    def steps(self, heads: tuple[str, ...], context: Any) -> Iterable[MigrationStep]:
        """Return the steps to take from *heads*; *context* is the MigrationContext."""


class Plan(NamedTuple):
    """What a run is to do.

    :param planner: made the steps, and can make them from elsewhere.
    :param purge: forget every version row first.
    :param heads: where the database is.
    :param steps: to take from there.
    """

    planner: Planner
    purge: bool
    heads: tuple[str, ...]
    steps: tuple[MigrationStep, ...]
