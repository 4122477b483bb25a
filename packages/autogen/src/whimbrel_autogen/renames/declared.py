"""What was declared to be renamed: on the models, in their ``info``, and with ``--rename old:new``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from whimbrel.errors import CommandError
from whimbrel_autogen.renames.places import Path, Place

RENAMED_FROM: Final = "renamed_from"
"""In the ``info`` of a table or a column: what it was called before."""

_HOW: Final = "Write --rename old:new, such as users.nick:users.nickname, or users:members for a table."


def old_name(info: Mapping[Any, Any] | None, owner: str) -> str | None:
    """Return what the models say that something was called before.

    :param info: its ``info``.
    :param owner: what it is, for the message.
    :raises CommandError: it is no name.
    """
    said = (info or {}).get(RENAMED_FROM)
    if said is None or (isinstance(said, str) and said):
        return said
    raise CommandError(
        f"info={{{RENAMED_FROM!r}: {said!r}}} of {owner} is no name.", f'Write info={{"{RENAMED_FROM}": "old_name"}}.'
    )


class Declaration:
    """One ``--rename``, and what of the comparison it fits.

    :param text: as it was given.
    :raises CommandError: it is not ``old:new``.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        old, colon, new = text.partition(":")
        self.old: Path = tuple(old.split("."))
        self.new: Path = tuple(new.split("."))
        if not colon or not all((*self.old, *self.new)) or ":" in new:
            raise CommandError(f"--rename {text!r} does not name two things.", _HOW)
        self._fits: list[str] = []
        self._done = False
        self._refused: list[str] = []
        self._near: list[str] = []

    def look(self, place: Place) -> tuple[str, str] | None:
        """Return the old and the new name if both are of one thing in *place*; take note of what else there is."""
        old, new = place.has(self.old), place.has(self.new)
        if old is None or new is None:
            return None
        if new in place.come and old in place.gone:
            self._fits.append(f"{place.kind} {place.called(old)} -> {place.called(new)}")
            return old, new
        self._done = self._done or (new in place.database and new in place.models and old not in place.database)
        if old in place.database and new in place.database and new in place.models:
            self._refused.append(_both(place, old, new))
        elif old in place.database and new in place.come:
            self._refused.append(_stays(place, old, new))
        return None

    def met(self, place: Place) -> None:
        """Take note of what might have been meant: what went and what came in one place."""
        if place.gone and place.come:
            self._near += [f"{place.called(old)}:{new}" for old in place.gone for new in place.come]

    def require_one(self) -> None:
        """Refuse to guess which of several is meant.

        :raises CommandError: it fits several.
        """
        if len(self._fits) > 1:
            raise CommandError(
                f"--rename {self.text} could mean {len(self._fits)} things: {'; '.join(self._fits)}.",
                "Name what it is in, too: --rename users.nick:users.nickname.",
            )

    @property
    def problem(self) -> str | None:
        """Why nothing came of it; ``None`` if something did, or it is done already.

        :raises CommandError: it contradicts what there is.
        """
        if self._fits or self._done:
            return None
        if self._refused:
            raise CommandError(f"--rename {self.text}: {self._refused[0]}", _CONTRADICTION)
        shown = ", ".join(dict.fromkeys(self._near[:10]))
        offers = f"What may have been renamed: {shown}." if shown else "Nothing looks as if it had been renamed."
        return f"--rename {self.text} fits nothing that differs between the models and the database. {offers}"


_CONTRADICTION: Final = (
    "Take the declaration away, or make the models fit it; what the old one holds can be copied with op.execute()."
)


def on_models(place: Place) -> Iterator[tuple[str, str]]:
    """Yield the old and the new names of what the models themselves say was renamed in *place*.

    What the database lacks under its old name is renamed already, or new: nothing is said about it.

    :raises CommandError: both names are in use, or two things are said to have been one.
    """
    owners: dict[str, str] = {}
    for new, old in place.declared.items():
        if old not in place.database:
            continue
        if new in place.database:
            if old in place.gone:
                raise CommandError(_said(place, old, new) + _both(place, old, new), _CONTRADICTION)
            continue
        if old in place.models:
            raise CommandError(_said(place, old, new) + _stays(place, old, new), _CONTRADICTION)
        other = owners.setdefault(old, new)
        if other != new:
            raise CommandError(
                f"{place.called(other)} and {place.called(new)} both say that they were called {old!r} before.",
                f"Leave {RENAMED_FROM!r} out of one of them.",
            )
        yield old, new


def chosen(places: Iterable[Place], declarations: Iterable[Declaration]) -> dict[Place, dict[str, str]]:
    """Return what was declared to be renamed in each of some places: old names, each with its new one.

    :param places: all places of a kind.
    :param declarations: what was given with ``--rename``.
    :raises CommandError: a declaration is contradictory, or fits several things.
    """
    found: dict[Place, dict[str, str]] = {}
    for place in places:
        found[place] = dict(on_models(place))
        for declaration in declarations:
            declaration.met(place)
            pair = declaration.look(place)
            if pair is not None:
                _agree(found[place], place, *pair)
    for declaration in declarations:
        declaration.require_one()
    return found


def _agree(found: dict[str, str], place: Place, old: str, new: str) -> None:
    before = next((name for name, to in found.items() if to == new), old)
    if found.get(old, new) != new or before != old:
        raise CommandError(
            f"{place.called(old)} is said to have become {new!r}, and something else is said, too: "
            f"{place.called(before)} became {found.get(before)!r}.",
            "Declare one of them.",
        )
    found[old] = new


def _said(place: Place, old: str, new: str) -> str:
    return f"{place.kind.capitalize()} {place.called(new)} says that it was called {old!r} before: "


def _both(place: Place, old: str, new: str) -> str:
    return f"the database has both {place.called(old)} and {place.called(new)}."


def _stays(place: Place, old: str, new: str) -> str:
    return f"the models still have {place.called(old)}."
