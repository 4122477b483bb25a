"""The cases of a comparison: a page of databases and models, and the scripts that come of them.

``python -m testing.comparing_cases`` writes the scripts anew; ``git diff`` shows what became different.
"""

from __future__ import annotations

import ast
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import sqlalchemy as sa

from testing.comparing import Compared, compared, made
from testing.databases import Database, TestRun

PAGE = Path(__file__).parents[1] / "packages/autogen/tests/compare/cases.md"
BACKENDS = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}

_BLOCK = re.compile(r"```(?:sql|python)\n(.*?)```", re.S)
_OPTIONS = "# options: "


@dataclass(frozen=True, slots=True)
class Case:
    """One case of the page.

    :param title: its heading.
    :param ddl: what the database is made by.
    :param models: the source of the models, which fill ``metadata``.
    :param expected: what is on the page for each backend.
    """

    title: str
    ddl: str
    models: str
    expected: dict[str, str]

    def database(self, database: Database, backend: str) -> None:
        """Make the database."""
        ddl = self.ddl
        if backend == "postgresql":
            ddl = ddl.replace("id INTEGER PRIMARY KEY", "id SERIAL PRIMARY KEY")
        made(database, *(statement for statement in ddl.split(";\n") if statement.strip()))

    def metadata(self) -> sa.MetaData:
        """Return the models."""
        metadata = sa.MetaData()
        exec(self.models, {"sa": sa, "metadata": metadata})
        return metadata

    def options(self, backend: str) -> dict[str, Any]:
        """Return the options of ``context.configure()``."""
        first = self.models.partition("\n")[0]
        said = ast.literal_eval(first.removeprefix(_OPTIONS)) if first.startswith(_OPTIONS) else {}
        return {"compare_server_default": True, "render_as_batch": backend == "sqlite", **said}

    def compared(self, database: Database, backend: str) -> Compared:
        """Compare."""
        return compared(database, self.metadata(), **self.options(backend))


def cases() -> Iterator[Case]:
    """Yield the cases of the page."""
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        title, _, text = section.partition("\n")
        parts = re.split(r"^(PostgreSQL|SQLite):\n", text, flags=re.M)
        ddl, models = _BLOCK.findall(parts[0])
        backends = {name: key for key, name in BACKENDS.items()}
        expected = {backends[name]: said for name, said in zip(parts[1::2], parts[2::2], strict=True)}
        yield Case(title.strip(), ddl, models, {key: said.strip() for key, said in expected.items()})


def told(found: Compared) -> str:
    """Return what the page says of one comparison."""
    blocks = [found.upgrade] if found.upgrade == found.downgrade == "pass" else [found.upgrade, found.downgrade]
    lines = [f"```python\n{dedent(block)}\n```" for block in blocks]
    return "\n\n".join([*lines, *(f"Note: {note}" for note in found.notes)])


def written() -> str:
    """Return the page with what comes of each case today."""
    text = PAGE.read_text(encoding="utf-8")
    run = TestRun.begin()
    pieces = [text.split("\n## ")[0]]
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases()):
            said = [f"## {case.title}", f"```sql\n{case.ddl}```", f"```python\n{case.models}```"]
            for backend, name in BACKENDS.items():
                place = Path(folder, str(number))
                place.mkdir(exist_ok=True)
                with run.new_database(backend, place) as database:
                    case.database(database, backend)
                    said += [f"{name}:", told(case.compared(database, backend))]
            pieces.append("\n\n".join(said))
    run.end()
    return "\n\n".join(piece.strip() for piece in pieces) + "\n"


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
