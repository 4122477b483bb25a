"""What ``configure()`` was told, as one frozen value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TextIO

from sqlalchemy import MetaData

from whimbrel.config.durations import seconds
from whimbrel.config.safety import SafetySettings
from whimbrel.runtime.questioner import Questioner

VersionCallback = Callable[..., None]

_DURATIONS = ("lock_wait", "lock_timeout", "statement_timeout", "wait_for_database")


@dataclass(frozen=True, slots=True)
class MigrationOptions:
    """The options of one :class:`~whimbrel.runtime.migration.MigrationContext`.

    The meaning of each is told at
    :meth:`EnvironmentContext.configure <whimbrel.runtime.environment.EnvironmentContext.configure>`, which knows the
    settings besides: without them, in a context made by hand, ``allow_drop_table`` is on.
    """

    as_sql: bool = False
    transactional_ddl: bool | None = None
    transaction_per_migration: bool = False
    output_buffer: TextIO | None = None
    starting_rev: str | None = None
    tag: str | None = None
    literal_binds: bool = False
    version_table: str = "whimbrel_version"
    version_table_schema: str | None = None
    version_table_pk: bool = True
    on_version_apply: tuple[VersionCallback, ...] = ()
    target_metadata: MetaData | Sequence[MetaData] | None = None
    template_args: Mapping[str, Any] | None = None
    render_as_batch: bool | None = None
    include_name: Callable[..., bool] | None = None
    include_object: Callable[..., bool] | None = None
    include_schemas: bool = False
    process_revision_directives: Callable[..., None] | None = None
    compare_type: bool | Callable[..., bool | None] = True
    compare_server_default: bool | Callable[..., bool | None] = False
    render_item: Callable[..., Any] | None = None
    upgrade_token: str = "upgrades"
    downgrade_token: str = "downgrades"
    alembic_module_prefix: str = "op."
    sqlalchemy_module_prefix: str = "sa."
    user_module_prefix: str | None = None
    autogenerate_plugins: Sequence[str] | None = None
    allow_drop_table: bool | Sequence[str] = True
    compare_table_options: Sequence[str] = ()
    renames: Sequence[str] = ()
    questioner: Questioner = field(default_factory=Questioner)
    safety: SafetySettings = field(default_factory=SafetySettings)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def collect(cls, given: Mapping[str, Any]) -> MigrationOptions:
        """Make the value out of loose keywords; what no field is named after is kept in :attr:`extra`.

        :param given: keywords as ``configure()`` takes them.
        """
        known = {item.name for item in fields(cls)} - {"extra"}
        chosen = {name: value for name, value in given.items() if name in known}
        extra = {name: value for name, value in given.items() if name not in known}
        chosen["safety"] = _safety(chosen.get("safety") or SafetySettings(), extra)
        callbacks = chosen.get("on_version_apply")
        if callbacks is not None:
            chosen["on_version_apply"] = (callbacks,) if callable(callbacks) else tuple(callbacks)
        else:
            chosen.pop("on_version_apply", None)
        return cls(**chosen, extra=extra)

    def as_mapping(self) -> dict[str, Any]:
        """Return the options as the flat dictionary that callbacks know as ``context.opts``."""
        flat = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "extra"}
        return {**flat, **self.extra}


def _safety(settings: SafetySettings, given: Mapping[str, Any]) -> SafetySettings:
    """Return *settings* with what ``configure()`` was *given* by the same names."""
    said = {name: given[name] for name in SafetySettings._fields if given.get(name) is not None}
    changes: dict[str, Any] = {
        name: seconds(value, name) if name in _DURATIONS else value for name, value in said.items()
    }
    return settings._replace(**changes)
