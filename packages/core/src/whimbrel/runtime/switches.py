"""What a version file says about how it is to be run: ``transactional``, ``lock_timeout`` and the like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from whimbrel.config.durations import seconds
from whimbrel.errors import CommandError, IrreversibleRevision, ScriptError
from whimbrel.impl.patience import Limits
from whimbrel.revisions import MigrationStep, RevisionStep
from whimbrel.script import Script


class Switches(NamedTuple):
    """Variables of a version file's module, each with what counts where it is not there.

    :ivar transactional: whether the script runs in a transaction.
    :ivar lock_timeout: seconds that each of its statements may wait for a lock, 0 for no limit; None: as the run.
    :ivar statement_timeout: seconds that each of them may take, 0 for no limit; None: as the run.
    :ivar irreversible: its downgrade is refused, True or the reason.
    """

    transactional: bool = True
    lock_timeout: float | None = None
    statement_timeout: float | None = None
    irreversible: bool | str = False

    def limits(self, run: Limits) -> Limits:
        """Return what the script's statements may take.

        :param run: what counts where the script says nothing.
        """
        return Limits(
            run.lock if self.lock_timeout is None else self.lock_timeout,
            run.statement if self.statement_timeout is None else self.statement_timeout,
        )


_USUAL: Final = Switches()
_NAMES: Final = frozenset(Switches._fields)


def switches_of(script: Script) -> Switches:
    """Return what a version file says, which is run if it was not yet.

    :param script: the file.
    :raises ScriptError: a variable of such a name has a value that means nothing.
    """
    said = vars(script.module)
    if _NAMES.isdisjoint(said):
        return _USUAL
    return Switches(
        transactional=_flag(script, said, "transactional"),
        lock_timeout=_duration(script, said, "lock_timeout"),
        statement_timeout=_duration(script, said, "statement_timeout"),
        irreversible=_reason(script, said),
    )


def refuse_irreversible(steps: Iterable[MigrationStep]) -> None:
    """See that no step takes back what cannot be taken back.

    :param steps: all that a run is about to do.
    :raises IrreversibleRevision: one of them does.
    :raises ScriptError: a file that is to be taken back cannot be loaded.
    """
    for step in steps:
        if not (isinstance(step, RevisionStep) and step.is_downgrade and isinstance(step.revision, Script)):
            continue
        reason = switches_of(step.revision).irreversible
        if reason:
            raise IrreversibleRevision(
                step.revision.revision, step.revision.path, reason if isinstance(reason, str) else None
            )


def _flag(script: Script, said: dict[str, Any], name: str) -> bool:
    value = said.get(name, getattr(_USUAL, name))
    if isinstance(value, bool):
        return value
    raise _wrong(script, name, value, "Write True or False.")


def _duration(script: Script, said: dict[str, Any], name: str) -> float | None:
    value = said.get(name)
    if value is None:
        return None
    remedy = 'Write a number of seconds, or "500ms", "2s", "5min"; 0 for no limit.'
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong(script, name, value, remedy)
    try:
        found = seconds(value, name)
    except CommandError:
        raise _wrong(script, name, value, remedy) from None
    if not 0 <= found < float("inf"):
        raise _wrong(script, name, value, remedy)
    return found


def _reason(script: Script, said: dict[str, Any]) -> bool | str:
    value = said.get("irreversible", False)
    if isinstance(value, bool) or (isinstance(value, str) and value.strip()):
        return value
    raise _wrong(script, "irreversible", value, "Write True, or the reason as a text.")


def _wrong(script: Script, name: str, value: object, remedy: str) -> ScriptError:
    return ScriptError(
        f"{script.path}: {name} is {value!r}, which it cannot be. A version file says with it how it is to be run.",
        f"{remedy} A variable of this name that means something else needs another name.",
        path=script.path,
    )
