"""What a dialect says that its database cannot do is refused before anything is sent; what is not known is tried."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from whimbrel.errors import UnsupportedOperation
from whimbrel.impl import ANSI, Capability, DefaultImpl, Support
from whimbrel.operations import Operations
from whimbrel.plugins import Plugins
from whimbrel.runtime.migration import MigrationContext

Action = Callable[[Operations], object]


class PoorDialect(DefaultDialect):
    name = "poor"


def declaring(capabilities: dict[Capability, Support]) -> type[DefaultImpl]:
    """An Impl that says exactly that."""
    return type("DeclaringImpl", (DefaultImpl,), {"capabilities": capabilities})


ASKED: dict[Capability, Action] = {
    Capability.RENAME_TABLE: lambda op: op.rename_table("t", "u"),
    Capability.TABLE_COMMENT: lambda op: op.create_table_comment("t", "c"),
    Capability.IF_EXISTS_TABLE: lambda op: op.drop_table("t", if_exists=True),
    Capability.ADD_COLUMN: lambda op: op.add_column("t", sa.Column("c", sa.Integer)),
    Capability.ADD_NOT_NULL_COLUMN: lambda op: op.add_column("t", sa.Column("c", sa.Integer, nullable=False)),
    Capability.ADD_COMPUTED_COLUMN: lambda op: op.add_column("t", sa.Column("c", sa.Integer, sa.Computed("1"))),
    Capability.DROP_COLUMN: lambda op: op.drop_column("t", "c"),
    Capability.IF_EXISTS_COLUMN: lambda op: op.drop_column("t", "c", if_exists=True),
    Capability.RENAME_COLUMN: lambda op: op.alter_column("t", "c", new_column_name="d"),
    Capability.ALTER_COLUMN_TYPE: lambda op: op.alter_column("t", "c", type_=sa.Text()),
    Capability.ALTER_COLUMN_NULLABLE: lambda op: op.alter_column("t", "c", nullable=False),
    Capability.ALTER_COLUMN_DEFAULT: lambda op: op.alter_column("t", "c", server_default=None),
    Capability.PLAIN_TO_COMPUTED: lambda op: op.alter_column("t", "c", server_default=sa.Computed("1")),
    Capability.COMPUTED_EXPRESSION: lambda op: op.alter_column(
        "t", "c", server_default=sa.Computed("2"), existing_server_default=sa.Computed("1")
    ),
    Capability.COMPUTED_TO_PLAIN: lambda op: op.alter_column(
        "t", "c", server_default=None, existing_server_default=sa.Computed("1")
    ),
    Capability.PLAIN_TO_IDENTITY: lambda op: op.alter_column("t", "c", server_default=sa.Identity()),
    Capability.IDENTITY_OPTIONS: lambda op: op.alter_column(
        "t", "c", server_default=sa.Identity(start=5), existing_server_default=sa.Identity()
    ),
    Capability.IDENTITY_TO_PLAIN: lambda op: op.alter_column(
        "t", "c", server_default=None, existing_server_default=sa.Identity()
    ),
    Capability.COLUMN_COMMENT: lambda op: op.alter_column("t", "c", comment="c"),
    Capability.ADD_PRIMARY_KEY: lambda op: op.create_primary_key("k", "t", ["c"]),
    Capability.ADD_FOREIGN_KEY: lambda op: op.create_foreign_key("k", "t", "u", ["c"], ["d"]),
    Capability.ADD_UNIQUE: lambda op: op.create_unique_constraint("k", "t", ["c"]),
    Capability.ADD_CHECK: lambda op: op.create_check_constraint("k", "t", "c > 0"),
    Capability.DROP_CONSTRAINT: lambda op: op.drop_constraint("k", "t"),
    Capability.IF_EXISTS_CONSTRAINT: lambda op: op.drop_constraint("k", "t", if_exists=True),
    Capability.EXPRESSION_INDEX: lambda op: op.create_index("i", "t", [sa.func.lower(sa.column("c")).desc()]),
    Capability.IF_EXISTS_INDEX: lambda op: op.drop_index("i", "t", if_exists=True),
}

# Nothing asks for these: whoever wants to know calls support().
NEVER_REFUSED = {Capability.ALTER_TYPE_OF_KEY, Capability.TRANSACTIONAL_DDL, Capability.STRING_LENGTH}


def written(impl: type[DefaultImpl], action: Action, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(Plugins, "impl_class", lambda self, name: impl)
    stream = io.StringIO()
    opts = {"as_sql": True, "output_buffer": stream}
    context = MigrationContext.configure(dialect=PoorDialect(), opts=opts)
    try:
        action(Operations(context))
    finally:
        text = stream.getvalue()
        stream.seek(0)
    return text


def test_each_capability_is_asked_for_by_an_operation() -> None:
    assert set(Capability) - set(ASKED) == NEVER_REFUSED


@pytest.mark.parametrize("capability", ASKED, ids=lambda item: item.name)
def test_a_no_is_refused_before_anything_is_written(capability: Capability, monkeypatch: pytest.MonkeyPatch) -> None:
    all_but_one = declaring({**dict.fromkeys(Capability, Support.YES), capability: Support.NO})
    with pytest.raises(UnsupportedOperation) as caught:
        written(all_but_one, ASKED[capability], monkeypatch)
    error = caught.value
    assert error.dialect == "poor"
    assert error.message.startswith(f"poor cannot {capability.meaning}: {error.operation}('")
    assert error.remedy is not None
    assert "{" not in error.remedy


@pytest.mark.parametrize(
    "capability",
    [item for item in ASKED if ANSI.get(item) is not Support.NO],  # core has no statement for these
    ids=lambda item: item.name,
)
def test_what_is_not_known_is_tried(capability: Capability, monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(declaring({}), ASKED[capability], monkeypatch).endswith(";\n\n")


def test_the_message_names_dialect_operation_and_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnsupportedOperation) as caught:
        written(
            declaring(dict.fromkeys(Capability, Support.NO)),
            lambda op: op.drop_column("odd {table}", "c'd"),
            monkeypatch,
        )
    assert caught.value.dialect == "poor"
    assert caught.value.operation == "drop_column"
    assert str(caught.value) == (
        "poor cannot drop a column: drop_column('odd {table}', \"c'd\").\n"
        "Rebuild the table:\n"
        "    with op.batch_alter_table('odd {table}', recreate=\"always\") as batch:\n"
        "        batch.drop_column(...)"
    )


def test_nothing_of_a_change_is_written_when_a_part_of_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoTypes(declaring({Capability.ALTER_COLUMN_TYPE: Support.NO})):  # type: ignore[misc]  # made for this test
        def execute(self, *args: Any, **kw: Any) -> None:
            raise AssertionError("something was sent")

    with pytest.raises(UnsupportedOperation, match="cannot give a column another type"):
        written(NoTypes, lambda op: op.alter_column("t", "c", nullable=False, type_=sa.Text()), monkeypatch)


@pytest.mark.parametrize(
    "columns", [["c"], [sa.column("c").desc()], [sa.text("lower(c)")]], ids=["a column", "its order", "any text"]
)
def test_only_what_is_surely_an_expression_is_refused(columns: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    no_expressions = declaring({Capability.EXPRESSION_INDEX: Support.NO})
    text = written(no_expressions, lambda op: op.create_index("i", "t", columns), monkeypatch)
    assert text.startswith("CREATE INDEX")


@pytest.mark.parametrize(("said", "expected"), [(None, Support.NO), (True, Support.YES), (False, Support.NO)])
def test_whether_ddl_is_transactional_is_what_the_run_says(said: bool | None, expected: Support) -> None:
    impl = DefaultImpl(DefaultDialect(), None, True, said, io.StringIO(), {})
    assert impl.support(Capability.TRANSACTIONAL_DDL) is expected


def test_a_dialect_that_says_nothing_has_what_the_standard_has() -> None:
    impl = DefaultImpl(DefaultDialect(), None, True, None, io.StringIO(), {})
    assert impl.support(Capability.DROP_COLUMN) is Support.YES
    assert impl.support(Capability.TABLE_COMMENT) is Support.UNKNOWN
    assert impl.support(Capability.PLAIN_TO_IDENTITY) is Support.NO
    assert DefaultImpl.capabilities is ANSI


def test_each_capability_has_words_of_its_own() -> None:
    assert len({capability.meaning for capability in Capability}) == len(Capability)
