"""How long revisions took, here before or on another database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from whimbrel.errors import CommandError

if TYPE_CHECKING:
    from whimbrel.revisions import RevisionStep


class Timing(NamedTuple):
    """How long a step took.

    :param seconds: that.
    :param where: ``here``, on this database, or ``elsewhere``.
    """

    seconds: float
    where: str


class Timed(Protocol):
    """What is looked at of a record."""

    @property
    def revision(self) -> str:
        """The revision."""

    @property
    def direction(self) -> str:
        """``upgrade`` or ``downgrade``."""

    @property
    def outcome(self) -> str:
        """How it ended."""

    @property
    def seconds(self) -> float | None:
        """How long it took."""


class _Entry(NamedTuple):
    revision: str
    direction: str
    outcome: str
    seconds: float | None


class Timings:
    """The last time that each revision was done, each way.

    :param records: oldest first.
    """

    def __init__(self, records: Iterable[Timed]) -> None:
        self._seconds = {
            (item.revision, item.direction): item.seconds
            for item in records
            if item.outcome == "done" and item.seconds is not None
        }

    def of(self, step: RevisionStep, where: str) -> Timing | None:
        """Return how long *step* took; ``None`` where that is not known.

        :param step: a revision, up or down.
        :param where: which database's records these are, in a word.
        """
        seconds = self._seconds.get((step.revision.revision, step.name))
        return None if seconds is None else Timing(seconds, where)


def timings_of_file(path: str) -> Timings:
    """Return what a file tells that holds the output of ``whimbrel log --json``.

    :param path: the file.
    :raises CommandError: it cannot be read, or holds something else.
    """
    try:
        with open(path, encoding="utf-8") as file:
            records = [
                _Entry(item["revision"], item["direction"], item["outcome"], _seconds(item["seconds"]))
                for item in json.load(file)
            ]
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"{path} is not what whimbrel log --json prints: {error}.",
            f"Write it where the revisions have run:  whimbrel log --json > {path}",
        ) from error
    return Timings(reversed(records))  # the newest is printed first


def _seconds(value: object) -> float | None:
    return None if value is None else float(str(value))
