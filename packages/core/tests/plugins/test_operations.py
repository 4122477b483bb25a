"""Plugins add operations to the registry of a run."""

from __future__ import annotations

import pytest

from testing.site import Site
from whimbrel.errors import PluginError
from whimbrel.operations import OperationRegistry
from whimbrel.operations.registry import DECLARED
from whimbrel.plugins import Plugins

VIEWS = """
from whimbrel.operations.ops import MigrateOperation
from whimbrel.plugins import hookimpl


class CreateViewOp(MigrateOperation):
    def __init__(self, name):
        self.name = name

    @classmethod
    def create_view(cls, operations, name):
        return operations.invoke(cls(name))


def create_view(operations, operation):
    return operation.name


@hookimpl
def whimbrel_operations(registry):
    registry.register_operation("create_view")(CreateViewOp)
    registry.implementation_for(CreateViewOp)(create_view)
"""


def views(site: Site, distribution: str, module: str, source: str = VIEWS) -> None:
    site.install(distribution, {"whimbrel.plugins": {module: f"{module}.plugin"}}, {f"{module}.plugin": source})


def test_a_plugin_adds_a_verb_and_what_it_does(bare_site: Site) -> None:
    views(bare_site, "acme-views", "acme_views")
    registry = OperationRegistry.for_run()

    Plugins.load().fill(registry)

    directive = registry.directive("create_view")
    assert directive is not None
    assert directive.__name__ == "CreateViewOp"
    assert registry.implementation(directive).__name__ == "create_view"
    assert OperationRegistry.for_run().verb("create_view") is None, "another run has a registry of its own"


def test_two_plugins_with_one_verb_are_named(bare_site: Site) -> None:
    views(bare_site, "acme-views", "acme_views")
    views(bare_site, "better-views", "better_views")

    with pytest.raises(PluginError) as raised:
        Plugins.load().fill(OperationRegistry.for_run())

    assert raised.value.message == (
        "Operation op.create_view comes from both acme_views.plugin.CreateViewOp (acme-views 1.0) "
        "and better_views.plugin.CreateViewOp (better-views 1.0)."
    )


def test_two_plugins_that_declare_one_verb_when_they_are_imported(
    bare_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the decorators of ``Operations``, which are the process's: the second one is left out, and told why."""
    monkeypatch.setattr(DECLARED, "_verbs", dict(DECLARED._verbs))  # and forgotten after this test
    hook = VIEWS.index("@hookimpl\ndef")
    declared = VIEWS[:hook].replace("class CreateViewOp", '@Operations.register_operation("build")\nclass CreateViewOp')
    declared = f"from whimbrel.operations import Operations\n{declared.replace('def create_view(cls', 'def build(cls')}"
    views(bare_site, "acme-views", "acme_views", declared)
    views(bare_site, "better-views", "better_views", declared)

    acme, better = Plugins.load().report()

    assert acme.state == "loaded"
    assert better.error == (
        "Operation op.build comes from both acme_views.plugin.CreateViewOp (acme-views 1.0) "
        "and better_views.plugin.CreateViewOp (better-views 1.0)."
    )


def test_a_built_in_verb_cannot_be_taken_silently(bare_site: Site) -> None:
    views(bare_site, "acme-views", "acme_views", VIEWS.replace('("create_view")', '("add_column", "create_view")'))
    with pytest.raises(PluginError, match=r"Operation op\.add_column comes from both whimbrel\.operations\..*and acme"):
        Plugins.load().fill(OperationRegistry.for_run())
