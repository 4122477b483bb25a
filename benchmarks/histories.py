"""Makes projects with long histories, the same for both tools: a folder, its settings, N version files."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

SCRIPT = '''"""revision {number}

Revision ID: {id}
Revises: {revises}
Create Date: 2026-01-01 00:00:00.000000

"""
from typing import Sequence, Union

from {package} import op
import sqlalchemy as sa


# revision identifiers
revision: str = {id!r}
down_revision: Union[str, Sequence[str], None] = {down!r}
branch_labels: Union[str, Sequence[str], None] = {labels!r}
depends_on: Union[str, Sequence[str], None] = {depends!r}


def upgrade() -> None:
    """Upgrade schema."""
    {upgrade}


def downgrade() -> None:
    """Downgrade schema."""
    {downgrade}
'''

ENV = """\
from sqlalchemy import create_engine, pool
from {package} import context

engine = create_engine({url!r}, poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""


class Node(NamedTuple):
    """One revision of a history to be written."""

    id: str
    down: str | tuple[str, ...] | None
    labels: str | None = None
    depends: str | None = None


class Tool(NamedTuple):
    """What differs between the two tools' projects.

    :param name: for tables.
    :param package: the package that scripts import ``op`` from.
    :param command: the program and its first arguments.
    """

    name: str
    package: str
    command: tuple[str, ...]


def linear(count: int) -> Iterator[Node]:
    """One line of *count* revisions."""
    before = None
    for number in range(count):
        yield Node(revision_id(number), before)
        before = revision_id(number)


def branchy(count: int) -> Iterator[Node]:
    """A line that forks and is merged again every ten revisions, labels, and a second base that it depends on.

    Each block: a trunk revision, two branches of four, their merge, and one revision of the second base ("reports").
    The block's right branch depends on the latest of those; every tenth block's left branch has a label of its own.
    """
    trunk: str | None = None
    reports: str | None = None
    numbers = itertools.count()
    for block in range(max(count // 11, 1)):
        names = [revision_id(next(numbers)) for _ in range(11)]
        left, right = names[1:5], names[5:9]
        yield Node(names[0], trunk)
        for step in range(4):
            label = f"block{block}" if step == 0 and block % 10 == 0 else None
            yield Node(left[step], left[step - 1] if step else names[0], label)
            yield Node(right[step], right[step - 1] if step else names[0], None, reports if step == 3 else None)
        yield Node(names[9], (left[3], right[3]))
        yield Node(names[10], reports, None if reports else "reports")
        trunk, reports = names[9], names[10]


SHAPES: dict[str, Callable[[int], Iterator[Node]]] = {"linear": linear, "branchy": branchy}


def revision_id(number: int) -> str:
    """Return an id of twelve hexadecimal digits that looks random and is the same in every run."""
    return f"{(number * 0x9E3779B97F4A7C15 + 0x1234567) % (1 << 48):012x}"


def version_table(tool: Tool) -> str:
    """Return the name of a tool's version table."""
    return "whimbrel_version" if tool.package == "whimbrel" else "alembic_version"


def make_project(
    folder: Path,
    tool: Tool,
    nodes: Iterator[Node],
    *,
    url: str,
    upgrade: Callable[[int], str] = lambda number: "pass",
    downgrade: Callable[[int], str] = lambda number: "pass",
) -> Path:
    """Write a project of *tool* into *folder* and return the folder."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "migrations" / "env.py").write_text(ENV.format(package=tool.package, url=url))
    (folder / "migrations" / "script.py.mako").write_text(template(tool.package))
    (folder / f"{tool.package}.ini").write_text(
        f"[{tool.package}]\nscript_location = %(here)s/migrations\nsqlalchemy.url = {url.replace('%', '%%')}\n"
        "path_separator = os\nprepend_sys_path = .\n"
    )
    for number, node in enumerate(nodes):
        revises = ", ".join(node.down) if isinstance(node.down, tuple) else (node.down or "")
        text = SCRIPT.format(
            number=number,
            package=tool.package,
            upgrade=upgrade(number),
            downgrade=downgrade(number),
            revises=revises,
            **node._asdict(),
        )
        (versions / f"{node.id}_revision_{number}.py").write_text(text)
    return folder


def template(package: str) -> str:
    """Return a template for new scripts, the same for both tools."""
    return (
        '"""${message}\n\nRevision ID: ${up_revision}\nRevises: ${down_revision | comma,n}\n"""\n'
        f"from {package} import op\nimport sqlalchemy as sa\n\n"
        "revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n"
        "branch_labels = ${repr(branch_labels)}\ndepends_on = ${repr(depends_on)}\n\n\n"
        "def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
    )
