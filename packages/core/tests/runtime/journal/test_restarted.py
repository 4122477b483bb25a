"""The server is restarted in the middle of a revision: the next upgrade goes on, and nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from conftest import skip_or_fail
from testing.killing import emptied, everything_in, of_the_script, ten_statements
from testing.own_servers import OwnServer, own_server
from testing.projects import Project
from testing.servers import Unavailable
from whimbrel import command
from whimbrel.errors import CommandError

SLOW = {
    "mysql": "CREATE TABLE slow AS SELECT SLEEP(2) AS x",
    "postgresql": "CREATE TABLE slow AS SELECT pg_sleep(2)::text AS x",
}
ENDS = {"killed": OwnServer.kill, "stopped": OwnServer.stop}


@pytest.fixture(scope="module", params=["postgresql", "mysql"])
def server(request: pytest.FixtureRequest) -> Iterator[OwnServer]:
    try:
        with own_server(request.param) as server:
            yield server
    except Unavailable as error:
        skip_or_fail(request.param, error)


@contextmanager
def at_statement(number: int, when: str, action: Callable[[], object]) -> Iterator[list[str]]:
    """Do something ``before`` or ``after`` a statement of the script, counted from 1; yield those that were met."""
    met: list[str] = []

    def see(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if of_the_script(statement):
            met.append(statement)
            if len(met) == number:
                action()

    name = f"{when}_cursor_execute"
    sa.event.listen(sa.Engine, name, see)
    try:
        yield met
    finally:
        sa.event.remove(sa.Engine, name, see)


@pytest.fixture
def restart_and_upgrade(server: OwnServer, tmp_path: Path) -> Callable[[int, str, str], bool]:
    """End the server at a statement of an upgrade, start it, upgrade once more, and compare.

    The function returns ``False`` where the script has fewer statements.
    """
    database = server.shop()
    project = Project(tmp_path, database.url)
    project.add("a1", upgrade=ten_statements(database.name))
    engine = database.engine()
    emptied(engine)
    command.upgrade(project.config(), "head")
    undisturbed = everything_in(engine)

    def check(number: int, when: str, end: str) -> bool:
        emptied(engine)
        with at_statement(number, when, lambda: ENDS[end](server)) as met:
            try:
                command.upgrade(project.config(), "head")
            except CommandError:
                server.start()
            else:
                assert len(met) < number
                return False
        command.upgrade(project.config(), "head")
        assert everything_in(engine) == undisturbed, (number, when, end)
        return True

    return check


@pytest.mark.parametrize(("number", "when", "end"), [(6, "after", "killed"), (8, "before", "stopped")])
def test_pains_row_7_a_server_that_was_restarted_in_the_middle_of_a_revision(
    restart_and_upgrade: Callable[[int, str, str], bool], number: int, when: str, end: str
) -> None:
    assert restart_and_upgrade(number, when, end)


@pytest.mark.long
@pytest.mark.parametrize("end", list(ENDS))
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_that_was_restarted_at_any_statement(
    restart_and_upgrade: Callable[[int, str, str], bool], when: str, end: str
) -> None:
    number = 1
    while restart_and_upgrade(number, when, end):
        number += 1
    assert number > 10


@pytest.mark.parametrize("end", ["killed", pytest.param("stopped", marks=pytest.mark.long)])
def test_a_server_that_was_restarted_while_it_executes_a_statement(server: OwnServer, tmp_path: Path, end: str) -> None:
    database = server.shop()
    engine = database.engine()
    emptied(engine)
    project = Project(tmp_path, database.url)
    block = f'with op.get_context().autocommit_block():\n    op.execute("{SLOW[database.name]}")\n'
    project.add("a1", upgrade=f'op.create_table("book", sa.Column("id", sa.Integer))\n{block}')
    timer = threading.Timer(0.5, lambda: ENDS[end](server))
    with at_statement(2, "before", timer.start), pytest.raises(CommandError):
        command.upgrade(project.config(), "head")
    timer.join()
    server.start()
    command.upgrade(project.config(), "head")
    assert set(sa.inspect(engine).get_table_names()) >= {"book", "slow"}
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM slow")).scalar() == 1
        assert connection.execute(sa.text("SELECT count(*) FROM whimbrel_journal")).scalar() == 0
