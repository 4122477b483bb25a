"""The registry: declared once a process, added to once a run; a clash names both sides."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from whimbrel.errors import PluginError, UnsupportedOperation
from whimbrel.operations import MigrateOperation, OperationRegistry, Operations, ops


class CreateViewOp(MigrateOperation):
    def __init__(self, name: str, query: str) -> None:
        self.name = name
        self.query = query

    @classmethod
    def create_view(cls, operations: Any, name: str, query: str = "SELECT 1") -> str:
        return str(operations.invoke(cls(name, query)))

    @classmethod
    def batch_create_view(cls, operations: Any) -> str:
        return "batch"


class OtherViewOp(CreateViewOp):
    pass


def create_view(operations: Operations, operation: CreateViewOp) -> str:
    operations.execute(f"CREATE VIEW {operation.name} AS {operation.query}")
    return f"made {operation.name}"


def other_view(operations: Operations, operation: CreateViewOp) -> str:
    return "other"


@pytest.fixture
def registry() -> OperationRegistry:
    return OperationRegistry.for_run()


def test_a_verb_and_its_implementation(new_run: Any) -> None:
    run = new_run()
    run.registry.register_operation("create_view")(CreateViewOp)
    run.registry.implementation_for(CreateViewOp)(create_view)
    op = Operations(run)
    assert op.create_view("v", query="SELECT 2") == "made v"
    assert run.output.getvalue() == "CREATE VIEW v AS SELECT 2;\n\n"
    assert "create_view" in dir(op)


def test_the_class_method_may_have_another_name(registry: OperationRegistry) -> None:
    registry.register_operation("make_view", "batch_create_view")(CreateViewOp)
    verb = registry.verb("make_view")
    assert verb is not None
    assert verb(None) == "batch"


def test_what_one_run_registers_another_does_not_see(registry: OperationRegistry) -> None:
    registry.register_operation("create_view")(CreateViewOp)
    assert registry.directive("create_view") is CreateViewOp
    assert OperationRegistry.for_run().verb("create_view") is None


def test_built_in_directives_are_there(registry: OperationRegistry) -> None:
    assert registry.directive("add_column") is ops.AddColumnOp
    assert callable(registry.implementation(ops.AddColumnOp))


def test_a_subclass_is_carried_out_like_its_base_unless_it_has_its_own(registry: OperationRegistry) -> None:
    registry.implementation_for(CreateViewOp)(create_view)
    assert registry.implementation(OtherViewOp) is create_view
    registry.implementation_for(OtherViewOp)(other_view)
    assert registry.implementation(OtherViewOp) is other_view


def test_two_directives_of_one_verb_clash(registry: OperationRegistry) -> None:
    registry.register_operation("create_view")(CreateViewOp)
    with pytest.raises(PluginError) as caught:
        registry.register_operation("create_view")(OtherViewOp)
    assert "op.create_view" in str(caught.value)
    assert "CreateViewOp" in str(caught.value)
    assert "OtherViewOp" in str(caught.value)


def test_a_built_in_verb_cannot_be_taken(registry: OperationRegistry) -> None:
    with pytest.raises(PluginError, match=r"whimbrel\.operations\.directives\.columns\.AddColumnOp"):
        registry.register_operation("add_column")(CreateViewOp)


def test_two_implementations_clash_unless_one_is_to_replace_the_other(registry: OperationRegistry) -> None:
    registry.implementation_for(CreateViewOp)(create_view)
    with pytest.raises(PluginError, match="The implementation of CreateViewOp comes from both"):
        registry.implementation_for(CreateViewOp)(other_view)
    registry.implementation_for(CreateViewOp, replace=True)(other_view)
    assert registry.implementation(CreateViewOp) is other_view


def test_a_run_may_replace_a_built_in_implementation_for_itself(registry: OperationRegistry) -> None:
    registry.implementation_for(ops.AddColumnOp, replace=True)(other_view)
    assert registry.implementation(ops.AddColumnOp) is other_view
    assert OperationRegistry.for_run().implementation(ops.AddColumnOp) is not other_view


def test_each_database_may_have_an_implementation_of_its_own(registry: OperationRegistry) -> None:
    registry.implementation_for(CreateViewOp)(create_view)
    registry.implementation_for(CreateViewOp, dialect="sqlite")(other_view)
    assert registry.implementation(CreateViewOp, "sqlite") is other_view
    assert registry.implementation(CreateViewOp, "postgresql") is create_view
    assert registry.implementation(OtherViewOp, "sqlite") is other_view, "a subclass shares it"


def test_two_implementations_for_one_database_clash(registry: OperationRegistry) -> None:
    registry.implementation_for(CreateViewOp, dialect="sqlite")(create_view)
    with pytest.raises(PluginError, match="The implementation of CreateViewOp on sqlite comes from both"):
        registry.implementation_for(CreateViewOp, dialect="sqlite")(other_view)


def test_a_directive_for_other_databases_says_for_which(new_run: Any) -> None:
    run = new_run(dialect=sa.make_url("sqlite://").get_dialect()())
    run.registry.register_operation("create_view")(CreateViewOp)
    run.registry.implementation_for(CreateViewOp, dialect="postgresql")(create_view)
    run.registry.implementation_for(CreateViewOp, dialect="mysql")(create_view)
    with pytest.raises(UnsupportedOperation) as caught:
        Operations(run).create_view("v")
    assert caught.value.message.endswith("CreateViewOp is for mysql and postgresql; nothing carries it out on sqlite.")
    assert (caught.value.dialect, caught.value.operation) == ("sqlite", "create_view")


def test_an_env_py_that_is_run_again_registers_its_own_again() -> None:
    source = (
        "from whimbrel.operations import MigrateOperation, Operations\n"
        "@Operations.register_operation('reindex_everything')\n"
        "class ReindexOp(MigrateOperation):\n"
        "    @classmethod\n"
        "    def reindex_everything(cls, operations): return operations.invoke(cls())\n"
        "@Operations.implementation_for(ReindexOp)\n"
        "def reindex(operations, operation): return 'done'\n"
    )
    for _ in range(2):
        exec(source, {"__name__": "env_py"})
    assert OperationRegistry.for_run().verb("reindex_everything") is not None


def test_a_directive_that_nothing_carries_out_is_named(registry: OperationRegistry) -> None:
    with pytest.raises(PluginError, match=r"Nothing carries out .*CreateViewOp") as caught:
        registry.implementation(CreateViewOp)
    assert "@Operations.implementation_for(CreateViewOp)" in str(caught.value)


def test_a_verb_of_a_dialect_of_ours_gives_way_to_a_strangers(registry: OperationRegistry) -> None:
    class TheirOp(MigrateOperation):
        __module__ = "stranger"

        @classmethod
        def add_colour(cls, operations: Any) -> str:
            return "theirs"

    class OurOp(MigrateOperation):
        __module__ = "whimbrel_postgresql.colours"

        @classmethod
        def add_colour(cls, operations: Any) -> str:
            return "ours"

    registry.register_operation("add_colour")(TheirOp)
    registry.register_operation("add_colour")(OurOp)
    assert registry.directive("add_colour") is TheirOp
    with pytest.raises(PluginError, match="comes from both"):
        registry.register_operation("create_table")(OurOp)
