"""The rules by which a new revision joins the history."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whimbrel.errors import (
    CommandError,
    ConfigError,
    DuplicateBranchLabel,
    DuplicateRevision,
    MultipleHeads,
    RevisionError,
    ScriptError,
)
from whimbrel.revisions import Revision, RevisionMap, verify_rev_id
from whimbrel.script.header import read_header
from whimbrel.script.index import NO_KEY
from whimbrel.script.location import VersionLocation
from whimbrel.script.post_write import Report, run_hooks
from whimbrel.script.script import Script
from whimbrel.script.writer import comma, creation_date, docstring_safe, encode, file_name, render, slug, write_whole

_RESERVED = frozenset({"base", "head", "heads", "current"})


@dataclass(frozen=True, slots=True)
class FileStyle:
    """How version files are written.

    :param template: the path of the Mako template.
    :param file_template: the format of their names.
    :param slug_length: characters of a message that go into a name.
    :param timezone: of the date in them; ``None`` for this machine's.
    :param encoding: of the files.
    :param hooks: run over a file when it is written.
    :param report: is told of each hook; ``None`` where nobody listens.
    """

    template: str
    file_template: str
    slug_length: int
    timezone: str | None
    encoding: str
    hooks: Sequence[tuple[str, Mapping[str, str]]]
    report: Report | None


def generate(
    history: RevisionMap,
    style: FileStyle,
    locations: Sequence[VersionLocation],
    revid: str,
    message: str | None,
    *,
    head: str | Sequence[str],
    splice: bool,
    branch_labels: str | Sequence[str] | None,
    version_path: str | os.PathLike[str] | None,
    depends_on: str | Sequence[str] | None,
    variables: Mapping[str, Any],
) -> Script:
    """Write a new version file and take its revision into the history; see ``ScriptDirectory.generate_revision``.

    Everything that can be wrong is found before anything is written.
    """
    verify_rev_id(revid)
    parents = parents_of(history, head, splice)
    labels = labels_of(branch_labels)
    depends = dependencies_of(history, depends_on)
    location, folder = location_for(locations, None if version_path is None else os.fspath(version_path), parents)
    date = creation_date(style.timezone)
    path = os.path.join(folder, file_name(style.file_template, revid, slug(message, style.slug_length), date))
    if not location.holds(os.path.dirname(path)):
        raise ConfigError(
            f"The setting file_template, {style.file_template!r}, puts {path} into a folder that is not read.",
            "Set recursive_version_locations = true.",
            key="file_template",
        )
    verify_new(history, revid, labels, path)
    text = render(
        style.template,
        {
            "up_revision": revid,
            "down_revision": _collapsed(tuple(parent.revision for parent in parents)),
            "branch_labels": labels or None,
            "depends_on": _collapsed(depends),
            "create_date": date,
            "comma": comma,
            "message": "empty message" if message is None else docstring_safe(message),
            **variables,
        },
    )
    write_whole(path, encode(text, style.encoding, path))
    try:
        made = Script.of_row((NO_KEY, *read_header(path, check=True)[0]), path)
    except CommandError as error:
        if variables.get("upgrades") or variables.get("downgrades"):
            raise  # what was found is worth more than a whole file: it is kept, to be mended by hand
        os.unlink(path)  # left there, it would stop every command from now on
        raise ScriptError(
            f"The template {style.template} makes no version file: {error.message}",
            "Mend the template; nothing was left behind.",
            path=style.template,
        ) from error
    history.add_revision(made)
    run_hooks(path, style.hooks, style.report)
    return made


def _collapsed(ids: tuple[str, ...]) -> str | tuple[str, ...] | None:
    return None if not ids else ids[0] if len(ids) == 1 else ids


def parents_of(history: RevisionMap, head: str | Sequence[str], splice: bool) -> tuple[Revision, ...]:
    """Return the revisions that a new one follows.

    :param history: the revisions there are.
    :param head: an identifier, or several for a merge; ``base`` begins a history of its own.
    :param splice: let it follow what already has followers.
    :raises MultipleHeads: ``head`` is asked for and there are several.
    :raises RevisionError: a head is named twice, or what is named is no head and *splice* was not asked for.
    """
    wanted = [head] if isinstance(head, str) else list(head)
    found = [revision for one in wanted for revision in history.get_revisions(one)]
    ids = [revision.revision for revision in found]
    if len(set(ids)) < len(ids):
        raise RevisionError(f"Duplicate head revisions specified: {', '.join(ids)}.", "Name each of them once.")
    for revision in found:
        if not splice and not revision.is_head:
            raise RevisionError(
                f"Revision {revision.revision} is not a head revision; please specify --splice to create a new branch "
                "from this revision.",
                f"Or go on from the head:  whimbrel revision --head {_head_above(history, revision)}",
            )
    return tuple(found)


def _head_above(history: RevisionMap, revision: Revision) -> str:
    try:
        above = history.get_current_head(revision.revision)
    except MultipleHeads as error:
        above = error.heads[0]
    return above or "head"


def location_for(
    locations: Sequence[VersionLocation], version_path: str | None, parents: Sequence[Revision]
) -> tuple[VersionLocation, str]:
    """Return the location that a new file belongs to, and the folder it goes to.

    :param locations: all there are.
    :param version_path: the folder that was asked for.
    :param parents: what it follows; it goes to the location of the first of them.
    :raises CommandError: *version_path* is in none of them, or nothing says which one it is to be.
    """
    if version_path is not None:
        for location in locations:
            if location.holds(version_path):
                return location, os.path.abspath(version_path)
        raise CommandError(
            f"Path {version_path} is not represented in current version locations.",
            f"Add it to the setting version_locations, or use one of: {_paths(locations)}",
        )
    for parent in parents[:1]:
        for location in locations:
            if parent.path and location.holds(_source_folder(parent.path)):
                return location, location.path
    if len(locations) == 1:
        return locations[0], locations[0].path
    raise CommandError(
        "Multiple version locations present, please specify --version-path.", f"One of: {_paths(locations)}"
    )


def _source_folder(path: str) -> str:
    folder = os.path.dirname(path)
    return os.path.dirname(folder) if os.path.basename(folder) == "__pycache__" else folder


def _paths(locations: Sequence[VersionLocation]) -> str:
    return ", ".join(location.path for location in locations)


def dependencies_of(history: RevisionMap, depends_on: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return what a new revision is to name in ``depends_on``: branch labels as they are, all else as full ids.

    :param history: the revisions there are.
    :param depends_on: identifiers.
    :raises ResolutionError: one names no revision.
    :raises MultipleHeads: one names several.
    """
    names = [depends_on] if isinstance(depends_on, str) else list(depends_on or ())
    found: dict[str, None] = {}
    for name in names:
        if name in history.labels:
            found[name] = None
            continue
        revision = history.get_revision(name)
        if revision is None:
            raise RevisionError(f"A revision cannot depend on {name!r}, which is no revision.", "Name a revision.")
        found[revision.revision] = None
    return tuple(found)


def labels_of(branch_labels: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the branch labels of a new revision.

    :raises RevisionError: a label is one that no identifier could name.
    """
    labels = (branch_labels,) if isinstance(branch_labels, str) else tuple(branch_labels or ())
    for label in labels:
        bad = re.search(r"[@:+\s\x00-\x1f\x7f]", label)
        if not label or bad or label in _RESERVED or label[0] == "-":
            why = (
                "it is a word of its own" if label in _RESERVED else f"it contains {bad[0]!r}" if bad else "it is empty"
            )
            raise RevisionError(
                f"Branch label {label!r} cannot be used: {why if label[:1] != '-' else 'it begins with a dash'}.",
                "Choose one of letters, digits, '_', '-' or '.'.",
            )
    return labels


def verify_new(history: RevisionMap, revid: str, labels: Sequence[str], path: str) -> None:
    """Raise unless a new revision's id and labels are its own, before anything is written.

    :param path: the file it would get.
    :raises InvalidRevisionId: the id cannot be one.
    :raises DuplicateRevision: there is a revision with this id.
    :raises DuplicateBranchLabel: there is a revision with one of these labels, or a label that is this id.
    """
    verify_rev_id(revid)
    holder = history.get(revid)
    if holder is not None:
        duplicate = DuplicateRevision(revid, [holder.path or "", path])
        duplicate.message = f"There is a revision {revid} already: {holder.path}."
        duplicate.remedy = "Choose another id, or leave --rev-id out."
        raise duplicate
    for label in labels:
        _verify_free(history, label, revid, path)
    if revid in history.labels:
        _verify_free(history, revid, revid, path)


def _verify_free(history: RevisionMap, label: str, revid: str, path: str) -> None:
    other = history.labels.get(label) or (label if label in history else None)
    if other is not None:
        taken = DuplicateBranchLabel(label, [other, revid], [history[other].path or "", path])
        taken.message = f"The branch label {label!r} is taken by revision {other}: {history[other].path}."
        taken.remedy = f"Choose another one. To go on on that branch:  --head {label}@head"
        raise taken
