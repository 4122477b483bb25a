"""The version table: where the database is, through upgrades, downgrades, stamps and branches."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import Engine

from whimbrel import command
from whimbrel.runtime.migration import MigrationContext
from whimbrel.testing.project import Project
from whimbrel.testing.running import execute_text, statements, text_context
from whimbrel.testing.suites.base import SuiteBase

LONG = "a_revision_id_that_is_longer_than_thirty_two_characters"


class VersionsSuite(SuiteBase):
    """``upgrade``, ``downgrade`` and ``stamp``, over a history with a branch."""

    @pytest.fixture
    def history(self, project: Project) -> Project:
        """Return version files: ``a``, then ``b`` and ``c`` side by side, then the merge of the two."""
        for revision, down in (("a", None), ("b", "a"), ("c", "a"), (LONG, ("b", "c"))):
            project.add(revision, down, **bodies(revision))
        return project

    def test_up_and_down(self, history: Project, engine: Engine) -> None:
        """Each step moves the rows; at the base none is left, and no table but that of the versions."""
        config = history.config()
        command.upgrade(config, "a")
        assert (self.heads(engine), self.made(engine)) == ({"a"}, {"t_a"})
        command.upgrade(config, "b")
        command.upgrade(config, "c")
        assert (self.heads(engine), self.made(engine)) == ({"b", "c"}, {"t_a", "t_b", "t_c"})
        command.upgrade(config, "head")
        assert (self.heads(engine), self.made(engine)) == ({LONG}, {"t_a", "t_b", "t_c", f"t_{LONG}"})
        command.downgrade(config, "b")
        assert self.heads(engine) == {"b", "c"}
        command.downgrade(config, "base")
        assert (self.heads(engine), self.made(engine)) == (set(), set())

    def test_upgrading_twice_does_nothing_the_second_time(self, history: Project, engine: Engine) -> None:
        """Where the database is already, nothing runs."""
        command.upgrade(history.config(), "head")
        before = self.catalog(engine)
        command.upgrade(history.config(), "head")
        assert self.catalog(engine) == before

    def test_stamp(self, history: Project, engine: Engine) -> None:
        """The rows move, and no script runs."""
        for identifier, heads in (("head", {LONG}), (["b", "c"], {"b", "c"}), ("a", {"a"}), ("base", set())):
            command.stamp(history.config(), identifier)
            assert (self.heads(engine), self.made(engine)) == (heads, set())

    def test_a_history_as_text(self, history: Project, engine: Engine) -> None:
        """The text of an upgrade and of a downgrade, executed, does what they do."""
        command.upgrade(history.config(), "head")
        upgraded = self.catalog(engine)
        command.downgrade(history.config(), "base")
        assert self.heads(engine) == set()
        self.drop_version_table(engine)

        self.execute(engine, self.written(command.upgrade, history, "head"))
        assert (self.catalog(engine), self.heads(engine)) == (upgraded, {LONG})
        self.execute(engine, self.written(command.downgrade, history, f"{LONG}:base"))
        assert (self.made(engine), self.heads(engine)) == (set(), set())

    def test_a_version_table_with_an_odd_name(self, history: Project, engine: Engine) -> None:
        """It is quoted in every statement."""
        name = "odd 50% 'version'"
        config = history.config(version_table=name.replace("%", "%%"))
        command.upgrade(config, "head")
        assert self.heads(engine, name) == {LONG}
        command.downgrade(config, "a")
        assert self.heads(engine, name) == {"a"}

    # -- helpers ------------------------------------------------------------------------------------------------------

    def heads(self, engine: Engine, version_table: str = "whimbrel_version") -> set[str]:
        """Return the rows of the version table.

        :param engine: the database under test.
        :param version_table: its name.
        """
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": version_table})
            return set(context.get_current_heads())

    def made(self, engine: Engine) -> set[str]:
        """Return the tables that the scripts have made.

        :param engine: the database under test.
        """
        return {name for name in self.tables(engine) if name.startswith("t_")}

    def written(self, ask: Any, project: Project, identifier: str) -> str:
        """Return what a command writes with ``--sql``.

        :param ask: the command, as a function.
        :param project: the version files.
        :param identifier: its argument.
        """
        config = project.config()
        config.output_buffer = io.StringIO()
        ask(config, identifier, sql=True)
        return config.output_buffer.getvalue()

    def execute(self, engine: Engine, text: str) -> None:
        """Execute what a command has written.

        :param engine: the database under test.
        :param text: the text.
        """
        context, _ = text_context(engine.url)
        execute_text(engine, statements(text, context.impl))

    def drop_version_table(self, engine: Engine) -> None:
        """Drop the version table.

        :param engine: the database under test.
        """
        execute_text(engine, ["DROP TABLE whimbrel_version"])


def bodies(revision: str) -> dict[str, str]:
    """Return what a script of the history does: it creates a table, and drops it on the way back."""
    table = f"t_{revision}"
    column = 'sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)'
    return {"upgrade": f'op.create_table("{table}", {column})', "downgrade": f'op.drop_table("{table}")'}
