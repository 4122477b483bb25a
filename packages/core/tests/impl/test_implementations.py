"""Each built-in directive is carried out by something."""

from __future__ import annotations

import pytest

from whimbrel.impl import DefaultImpl, implementations
from whimbrel.operations import OperationRegistry, ops
from whimbrel.operations.registry import DECLARED

ABSTRACT = {"MigrateOperation", "AlterTableOp"}
CONTAINERS = {"OpContainer", "UpgradeOps", "DowngradeOps", "ModifyTableOps", "MigrationScript"}


@pytest.mark.parametrize("name", sorted(set(ops.__all__) - ABSTRACT - CONTAINERS))
def test_a_directive_has_an_implementation(name: str) -> None:
    found = OperationRegistry.for_run().implementation(getattr(ops, name))
    assert found.__module__ == implementations.__name__


def test_each_verb_leads_to_a_directive_that_can_be_carried_out() -> None:
    for verb in DECLARED.verbs():
        directive = DECLARED.directive(verb)
        assert directive is not None
        if directive.__module__.startswith("whimbrel"):
            assert callable(DECLARED.implementation(directive))


def test_impl_is_exported() -> None:
    assert DefaultImpl.__dialect__ == "default"
