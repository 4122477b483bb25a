"""Odd names: whatever a table, a column or an index is called, it is quoted where it has to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pytest
from sqlalchemy import Column, Engine, Integer, String

from whimbrel.impl import Capability
from whimbrel.operations import Operations
from whimbrel.testing.running import Action
from whimbrel.testing.suites.base import AsText, Connected, SuiteBase, Way
from whimbrel.testing.suites.start import key

ODD_NAMES = (
    "Two Words",
    "select",
    'say "hi", it\'s',
    "back`tick",
    "50% %% %s %(name)s",
    "grün; :colon [bracket]",
    "a.b",
    "back\\slash",
    "x" * 63,
)


class NamesSuite(SuiteBase):
    """Names with spaces, quotes, percent signs, capitals, reserved words, and long ones."""

    names_left_out: ClassVar[Mapping[str, str]] = {}
    """Names that cannot be tried on this database, each with the reason."""

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_on_a_connection_with_odd_names(self, name: str, engine: Engine) -> None:
        """Tables, columns and indexes get the name that was given."""
        self.live_with(name, engine, Connected(engine))

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_as_text_with_odd_names(self, name: str, engine: Engine) -> None:
        """So they do in text."""
        self.live_with(name, engine, AsText(engine, engine.url))

    def live_with(self, name: str, engine: Engine, way: Way) -> None:
        """Take one name through every place that has one.

        :param name: the name.
        :param engine: the database under test.
        :param way: how to carry the operations out.
        """
        if name in self.names_left_out:
            pytest.skip(self.names_left_out[name])
        column, other = name, f"{name[:60]}_2"

        def create(op: Operations) -> None:
            op.create_table(name, key(), Column(column, Integer), Column("note", String(30)))

        steps: list[tuple[Action, tuple[Capability, ...], set[str], set[str]]] = [
            (create, (), {f"table {name}", f"column {name}.{column}"}, set()),
            (
                lambda op: op.add_column(name, Column(other, Integer)),
                (Capability.ADD_COLUMN,),
                {f"column {name}.{other}"},
                set(),
            ),
            (
                lambda op: op.drop_column(name, other),
                (Capability.DROP_COLUMN,),
                set(),
                {f"column {name}.{other}"},
            ),
            (
                lambda op: op.alter_column(
                    name, column, new_column_name=other, existing_type=Integer(), existing_nullable=True
                ),
                (Capability.RENAME_COLUMN,),
                {f"column {name}.{other}"},
                {f"column {name}.{column}"},
            ),
            (
                lambda op: op.rename_table(name, other),
                (Capability.RENAME_TABLE,),
                {f"table {other}"},
                {f"table {name}"},
            ),
            (
                lambda op: op.rename_table(other, name),
                (Capability.RENAME_TABLE,),
                {f"table {name}"},
                {f"table {other}"},
            ),
            (lambda op: op.create_index(other, name, ["note"]), (), {f"index {name}.{other} (note)"}, set()),
            (lambda op: op.drop_index(other, name), (), set(), {f"index {name}.{other} (note)"}),
            (lambda op: op.drop_table(name), (), set(), {f"table {name}"}),
        ]
        for action, needs, there, gone in steps:
            if self.carried_out(engine, way, action, needs):
                lines = [f"{line} " for line in self.catalog(engine)]
                assert [start for start in there if not any(line.startswith(f"{start} ") for line in lines)] == []
                assert [start for start in gone if any(line.startswith(f"{start} ") for line in lines)] == []
