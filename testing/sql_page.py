"""A page of op calls and the SQL that each becomes on each dialect: read, written anew, and carried out.

The page (docs/reference/sql.md) is a list of calls. A heading of the second level names a verb. Each call is a
``{code-block} python``. The ``sql`` blocks below it are filled in by ``python -m testing.sql_page``, which asks every
server: SQL as text for all dialects, those alike together; then, where it differs, what is executed on a database.
Comments of the page say what is special about a call:

``<!-- start -->``
    It makes the tables that the others begin with, and the names it assigns are known to them.
``<!-- for: postgresql -->``
    It is for these dialects only.
``<!-- only as text -->``
    It is not carried out on a database.
``<!-- not undone: mysql, mariadb -->``
    There its reverse leaves or takes away more than it should; each such comment goes on to say what.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import event

from testing.databases import BACKENDS, Database, TestRun
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.operations import MigrateOperation, Operations
from whimbrel.runtime.migration import MigrationContext
from whimbrel.testing import catalog

PAGE: Final = Path(__file__).resolve().parent.parent / "docs/reference/sql.md"
DIALECTS: Final = ("postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle")
_CALL = re.compile(
    r"(?P<comments>(?:<!-- [^\n]+ -->\n)*)```\{code-block\} python\n(?P<code>.*?)^```\n"
    r"(?P<sql>(?:\n```(?:sql|text)\n.*?^```\n)*)",
    re.MULTILINE | re.DOTALL,
)
_CONNECTED: Final = "-- connected to "
_PERCENT: Final = ("format", "pyformat")
_UNCHECKED: Final = {"mysql": "SET FOREIGN_KEY_CHECKS = 0", "sqlite": "PRAGMA foreign_keys = OFF"}
_READS = re.compile(r"\s*(?:SELECT|SHOW|EXPLAIN|WITH|PRAGMA [^=]*$)", re.IGNORECASE)


class Call(NamedTuple):
    """One call of the page.

    :param verb: the heading it stands below.
    :param code: Python.
    :param comments: what is special about it.
    :param blocks: its blocks of SQL as they stand on the page.
    :param span: where its blocks stand in the page, from and to.
    """

    verb: str
    code: str
    comments: str
    blocks: str
    span: tuple[int, int]

    @property
    def is_start(self) -> bool:
        """Whether it makes the tables that the others begin with."""
        return "<!-- start -->" in self.comments

    @property
    def dialects(self) -> tuple[str, ...]:
        """The dialects it is for."""
        named = re.search(r"<!-- for: (.+?) -->", self.comments)
        return tuple(named[1].split(", ")) if named else DIALECTS

    def undone(self, dialect: str) -> bool:
        """Return whether its reverse brings back what there was."""
        named = re.search(r"<!-- not undone: (.+?) \(", self.comments)
        return named is None or dialect not in named[1].split(", ")

    @property
    def connected(self) -> bool:
        """Whether it is carried out on databases."""
        return not self.is_start and "<!-- only as text -->" not in self.comments


def calls(page: str) -> list[Call]:
    """Return the calls of a page, in order."""
    found = []
    for match in _CALL.finditer(page):
        verb = ["start", *re.findall(r"^## (\w+)", page[: match.start()], re.MULTILINE)][-1]
        found.append(Call(verb, match["code"], match["comments"], match["sql"], match.span("sql")))
    return found


class Scene:
    """What the calls of a page begin with.

    :param listed: the calls of the page.
    """

    def __init__(self, listed: list[Call]) -> None:
        self.start = [call.code for call in listed if call.is_start]
        self._known: dict[str, dict[str, Any]] = {}

    def set(self, op: Operations) -> dict[str, Any]:
        """Make the tables, and return the names that calls may use."""
        names: dict[str, Any] = {"op": op, "sa": sa}
        for code in self.start:
            exec(code, names)
        return names

    def text(self, call: Call, dialect: str) -> str:
        """Return what a call writes as text, or a comment that says why it is refused."""
        op, stream = _writing(dialect)
        if dialect not in self._known:
            self._known[dialect] = self.set(_writing(dialect)[0])
        names = {**self._known[dialect], "op": op}
        try:
            exec(call.code, names)
        except CommandError as error:
            return f"-- refused: {error.message}"
        lines = [line.rstrip() for line in stream.getvalue().strip().splitlines()]
        return "\n".join(lines) or "-- nothing"


def _writing(dialect: str) -> tuple[Operations, io.StringIO]:
    stream = io.StringIO()
    context = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True, "output_buffer": stream})
    return Operations(context), stream


def as_text(scene: Scene, call: Call) -> str:
    """Return the block of a call for SQL as text: each text once, above it the dialects that write it."""
    by_text: dict[str, list[str]] = {}
    for dialect in call.dialects:
        by_text.setdefault(scene.text(call, dialect), []).append(dialect)
    pieces = [f"-- {', '.join(dialects)}\n{text}" for text, dialects in by_text.items()]
    return _block(pieces)


def when_connected(executed: Mapping[str, str]) -> str:
    """Return the block of a call for databases on which more or else is executed than the text says.

    :param executed: what is executed, by dialect.
    """
    by_text: dict[str, list[str]] = {}
    for dialect, text in executed.items():
        by_text.setdefault(text, []).append(dialect)
    pieces = [f"{_CONNECTED}{', '.join(dialects)}\n{text}" for text, dialects in by_text.items()]
    return _block(pieces) if pieces else ""


def _block(pieces: list[str]) -> str:
    """Return a block of the page; without colours where Pygments would stumble over PostgreSQL's quotes."""
    text = "\n\n".join(pieces)
    return f"\n```{'text' if '$$' in text else 'sql'}\n{text}\n```\n"


def said_when_connected(call: Call) -> dict[str, str]:
    """Return what the page says is executed, by dialect, where that is not the text."""
    found = {}
    for block in re.findall(r"^```(?:sql|text)\n(.*?)\n```$", call.blocks, re.MULTILINE | re.DOTALL):
        if block.startswith(_CONNECTED):
            for piece in block.removeprefix(_CONNECTED).split(f"\n\n{_CONNECTED}"):
                dialects, _, text = piece.partition("\n")
                found.update(dict.fromkeys(dialects.split(", "), text))
    return found


class Recorder(Operations):
    """``op`` that keeps what it is asked for, and what is executed."""

    def __init__(self, context: MigrationContext) -> None:
        super().__init__(context)
        self.directives: list[MigrateOperation] = []
        self.statements: list[str] = []
        self.with_parameters = False

    def invoke(self, operation: MigrateOperation) -> Any:
        self.directives.append(operation)
        return super().invoke(operation)

    def hear(self, connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        """Hear of a statement (SQLAlchemy's ``before_cursor_execute``); what only reads is not kept."""
        if _READS.match(statement):
            return
        if parameters:
            self.with_parameters = True
        elif "no_parameters" not in context.execution_options and connection.dialect.paramstyle in _PERCENT:
            statement = statement.replace("%%", "%")
        lines = (line.rstrip() for line in statement.strip().splitlines())
        self.statements.append("\n".join(re.sub(r"^\t", "    ", line) for line in lines))


class Outcome(NamedTuple):
    """What came of a call on a database.

    :param text: the statements, as a script would have them, or why it was refused.
    :param literal: whether no statement had parameters: then *text* is all there is to it.
    :param directives: what was asked for.
    """

    text: str
    literal: bool
    directives: list[MigrateOperation]


class Stage:
    """A database on which the calls of a page are carried out, each on the tables that the page begins with.

    :param scene: what they begin with.
    :param database: an empty database.
    """

    def __init__(self, scene: Scene, database: Database) -> None:
        self.scene = scene
        self.backend = database.name
        self.engine = _in_its_own_name(database)  # one for all calls: it remembers what it has compiled
        self.dialect = self.engine.dialect.name
        self._names: dict[str, Any] | None = None  # of the tables there are; None when they are to be made anew
        self._reset()
        self.start = self.facts()

    def carry_out(self, call: Call) -> Outcome:
        """Carry a call out on the tables that the page begins with."""
        names = self._reset()
        self._names = None
        with self._operations() as op:
            names = {**names, "op": op}
            event.listen(self.engine, "before_cursor_execute", op.hear)
            try:
                exec(call.code, names)
            except CommandError as error:
                return Outcome(f"-- refused: {error.message}", True, [])
            finally:
                event.remove(self.engine, "before_cursor_execute", op.hear)
        text = ";\n\n".join(op.statements) + ";" if op.statements else "-- nothing"
        return Outcome(text, not op.with_parameters, op.directives)

    def execute(self, text: str) -> None:
        """Execute the text of a call on the tables that the page begins with."""
        self._reset()
        self._names = None
        with self.engine.begin() as connection:
            for statement in text.split(";\n\n"):
                if statement != "-- nothing":
                    connection.exec_driver_sql(statement.removesuffix(";"), None, {"no_parameters": True})

    def undo(self, directives: list[MigrateOperation]) -> list[str] | None:
        """Reverse what was done, and return the facts; ``None`` where that is not known or not to be had here."""
        if not directives:
            return None  # a block of a batch, which keeps its directives to itself
        try:
            reverses = [directive.reverse() for directive in reversed(directives)]
        except (NotImplementedError, ValueError):  # it has none; it would have, had it been told what was there
            return None
        try:
            with self._operations() as op:
                for directive in reverses:
                    op.invoke(directive)
        except UnsupportedOperation:
            return None
        facts = self.facts()
        self._names = self._made if facts == self.start else None
        return facts

    def facts(self) -> list[str]:
        """Return the catalog and the rows, as lines."""
        with self.engine.connect() as connection:
            inspector = sa.inspect(connection)
            lines = catalog(inspector)
            for table in inspector.get_table_names():
                rows = connection.execute(sa.select(sa.text("*")).select_from(sa.table(table)))
                lines += sorted(f"row of {table}: {dict(row._mapping)}" for row in rows)
        return sorted(lines)

    @contextmanager
    def _operations(self) -> Iterator[Recorder]:
        with self.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
            with context.begin_transaction(_per_migration=True):
                yield Recorder(context)

    def _reset(self) -> dict[str, Any]:
        """Make the tables anew, unless they are as they were, and return the names that calls may use."""
        if self._names is not None:
            return self._names
        with self.engine.begin() as connection:
            if self.backend == "postgresql":
                connection.exec_driver_sql("DROP SCHEMA public CASCADE")
                connection.exec_driver_sql("CREATE SCHEMA public")
            else:
                quote = connection.dialect.identifier_preparer.quote_identifier
                connection.exec_driver_sql(_UNCHECKED[self.backend])
                for table in sa.inspect(connection).get_table_names():
                    connection.exec_driver_sql(f"DROP TABLE {quote(table)}", None, {"no_parameters": True})
        with self._operations() as op:
            self._names = self._made = self.scene.set(op)
        return self._names


def _in_its_own_name(database: Database) -> sa.Engine:
    """Return an engine; one for MariaDB says ``mariadb``, whatever the URL says."""
    engine = database.engine()
    with engine.connect() as connection:
        if not getattr(connection.dialect, "is_mariadb", False):
            return engine
    url = sa.make_url(database.url)
    return sa.create_engine(url.set(drivername=url.drivername.replace("mysql", "mariadb", 1)), poolclass=sa.NullPool)


def written_anew(page: str, stages: Mapping[str, Stage]) -> str:
    """Return *page* with its ``sql`` blocks filled in.

    :param stages: a stage for each dialect that is looked at when connected; for others the page's word stands.
    """
    listed = calls(page)
    scene = Scene(listed)
    for call in reversed(listed):
        executed = {dialect: text for dialect, text in said_when_connected(call).items() if dialect not in stages}
        for dialect, stage in stages.items():
            if call.connected and dialect in call.dialects:
                outcome = stage.carry_out(call)
                if outcome.literal and outcome.text != scene.text(call, dialect):
                    executed[dialect] = outcome.text
        in_order: dict[str, str] = {dialect: executed[dialect] for dialect in DIALECTS if dialect in executed}
        page = page[: call.span[0]] + as_text(scene, call) + when_connected(in_order) + page[call.span[1] :]
    return page


def main() -> None:
    """Write the page anew, asking every server."""
    run = TestRun.begin()
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory()))
            page = PAGE.read_text(encoding="utf-8")
            scene = Scene(calls(page))
            databases = [stack.enter_context(run.new_database(backend, folder)) for backend in BACKENDS]
            stages = {stage.dialect: stage for stage in (Stage(scene, database) for database in databases)}
            PAGE.write_text(written_anew(page, stages), encoding="utf-8")
    finally:
        run.end()


if __name__ == "__main__":
    main()
