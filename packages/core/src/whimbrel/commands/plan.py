"""``plan``: what would run against a database, looked at before anything does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from whimbrel.commands.database import look, shown_url
from whimbrel.commands.facts import print_json, print_lines
from whimbrel.commands.timings import Timing, Timings, timings_of_file
from whimbrel.errors import RevisionsPending
from whimbrel.revisions import RevisionStep
from whimbrel.runtime.preview import Part, Preview, Previewer
from whimbrel.runtime.request import RunRequest
from whimbrel.runtime.switches import refuse_irreversible
from whimbrel.script import Script, ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.runtime.journal.table import Entry
    from whimbrel.runtime.migration import MigrationContext


class Planned(NamedTuple):
    """One step of a plan.

    :param preview: what it does.
    :param timing: how long it took before; ``None`` where nobody knows.
    """

    preview: Preview
    timing: Timing | None


class DatabasePlan(NamedTuple):
    """What would run against one database.

    :param url: its URL, the password hidden.
    :param rows: its version table.
    :param steps: what would run.
    :param unfinished: the first statement that an interrupted revision has left a note of; ``None`` where none was.
    """

    url: str | None
    rows: tuple[str, ...]
    steps: tuple[Planned, ...]
    unfinished: Entry | None


def plan(
    config: Config,
    revision: str = "heads",
    *,
    downgrade: bool = False,
    timings: str | None = None,
    check: bool = False,
    as_json: bool = False,
) -> None:
    """Print what would run to bring a database to *revision*: each revision with its operations and their SQL.

    The database is asked where it is, and not written to. The functions of the revisions are run as with ``--sql``.

    :param config: the settings.
    :param revision: the identifier to reach.
    :param downgrade: it is below: what ``downgrade`` would run.
    :param timings: a file with what ``whimbrel log --json`` printed for another database, to say how long each
        revision took there.
    :param check: raise if there is anything to run; it is printed first.
    :param as_json: print a JSON list instead, one object a database.
    :raises RevisionsPending: *check*, and there is something to run.
    :raises IrreversibleRevision: a revision that would be taken back says that it cannot be.
    :raises CommandError: *timings* cannot be read.

    Example::

        whimbrel.command.plan(Config("whimbrel.ini"), "head", check=True)
    """
    script = ScriptDirectory.from_config(config)
    elsewhere = timings_of_file(timings) if timings is not None else Timings(())
    request = RunRequest("downgrade" if downgrade else "upgrade", revision)
    plans: list[DatabasePlan] = []

    def at(rows: tuple[str, ...], context: MigrationContext) -> None:
        plans.append(_plan_of(context, script, request, rows, elsewhere))

    look(config, script, at)
    if as_json:
        print_json(config, [_facts(item, request) for item in plans])
    else:
        print_lines(config, _lines(plans))
    pending = [step.preview.step.revision.revision for item in plans for step in item.steps]
    if check and pending:
        raise RevisionsPending(pending, f"whimbrel {request.kind} {revision}")


def _plan_of(
    context: MigrationContext, script: ScriptDirectory, request: RunRequest, rows: tuple[str, ...], elsewhere: Timings
) -> DatabasePlan:
    steps = request.plan(script.revision_map, rows, context.version_table)
    refuse_irreversible(steps)
    safety = context.options.safety
    here = Timings(context.safeguards.history().read() if steps and safety.history else ())
    noted = context.safeguards.unfinished()
    previewer = Previewer(context)
    planned = [
        Planned(previewer.look(step), here.of(step, "here") or elsewhere.of(step, "elsewhere"))
        for step in steps
        if isinstance(step, RevisionStep)
    ]
    return DatabasePlan(shown_url(context), rows, tuple(planned), noted[0] if noted else None)


# -- for programs -----------------------------------------------------------------------------------------------------


def _facts(item: DatabasePlan, request: RunRequest) -> dict[str, Any]:
    """Return a plan as plain data; the keys are a promise to the programs that read them."""
    entry = item.unfinished
    return {
        "database": item.url,
        "rows": list(item.rows),
        "direction": request.kind,
        "target": request.target,
        "unfinished": {"revision": entry.revision, "direction": entry.direction} if entry is not None else None,
        "steps": [_step_facts(step) for step in item.steps],
    }


def _step_facts(planned: Planned) -> Mapping[str, Any]:
    preview, timing = planned
    script = preview.step.revision
    assert isinstance(script, Script)
    return {
        "revision": script.revision,
        "message": script.doc,
        "path": script.path,
        "direction": preview.step.name,
        "transactional": preview.transactional,
        "seconds": timing.seconds if timing is not None else None,
        "timed": timing.where if timing is not None else None,
        "operations": [
            {"operation": part.operation, "subject": part.subject, "sql": part.sql, "losses": list(part.losses)}
            for part in preview.parts
        ],
        "obstacle": preview.obstacle,
    }


# -- for people -------------------------------------------------------------------------------------------------------


def _lines(plans: Iterable[DatabasePlan]) -> Iterator[str]:
    plans = list(plans)
    for item in plans:
        if len(plans) > 1:
            yield f"Database {item.url}:"
        if item.unfinished is not None:
            name, way = item.unfinished.revision, item.unfinished.direction
            yield f"Revision {name} was interrupted in {way}(): it comes first."
        for step in item.steps:
            yield from _step_lines(step)
        if not item.steps:
            yield "Nothing to run."


def _step_lines(planned: Planned) -> Iterator[str]:
    preview, timing = planned
    script = preview.step.revision
    assert isinstance(script, Script)
    yield str(preview.step)
    yield f"  {script.path}"
    undone = "undone if it fails" if preview.transactional else "what it has done stays if it fails"
    yield f"  {undone}{f'; took {timing.seconds:.2f} s {timing.where}' if timing is not None else ''}"
    for part in preview.parts:
        yield from _part_lines(part)
    if preview.obstacle is not None:
        yield f"  ! The rest cannot be shown: {preview.obstacle}"
    elif not preview.parts:
        yield "  Nothing"
    yield ""


def _part_lines(part: Part) -> Iterator[str]:
    yield f"  - {part}"
    for loss in part.losses:
        yield f"    ! {loss}"
    yield from (f"      {line}".rstrip() for line in part.sql.splitlines())
