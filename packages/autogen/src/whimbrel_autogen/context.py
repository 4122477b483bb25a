"""AutogenContext: one comparison of models with a database, and what it was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, Dialect, Inspector, MetaData, Table, inspect
from sqlalchemy.schema import SchemaItem

from whimbrel.errors import CommandError

if TYPE_CHECKING:
    from whimbrel.impl import DefaultImpl, Expressions
    from whimbrel.operations.ops import MigrateOperation
    from whimbrel.runtime.migration import MigrationContext
    from whimbrel_autogen.questions import Questions
    from whimbrel_autogen.renames.renames import Renames
    from whimbrel_autogen.subjects import Subjects

Kind = Literal["schema", "table", "column", "index", "unique_constraint", "foreign_key_constraint", "check_constraint"]


class AutogenContext:
    """One comparison: the run, the models, the imports that its script will need.

    :param migration_context: the run.
    :param metadata: the models; by default the run's ``target_metadata``.
    :param opts: the options; by default the run's.
    :param autogenerate: whether it compares; else it only renders, and needs neither models nor a connection.
    :raises CommandError: it is to compare, and there are no models, or SQL is written as text.
    """

    def __init__(
        self,
        migration_context: MigrationContext,
        metadata: MetaData | Sequence[MetaData] | None = None,
        opts: Mapping[str, Any] | None = None,
        autogenerate: bool = True,
    ) -> None:
        self.migration_context = migration_context
        self.opts: dict[str, Any] = dict(migration_context.opts if opts is None else opts)
        self.metadata = metadata if metadata is not None else self.opts.get("target_metadata")
        self.imports: set[str] = set()
        self.notes: list[str] = []
        self.dropped: set[tuple[str | None, str]] = set()
        """The tables that go, of all schemas, each by its schema and its name."""
        if autogenerate and self.metadata is None:
            raise CommandError(
                "There is nothing to compare the database with: no target_metadata is configured.",
                "Set target_metadata = myapp.models:Base.metadata in the settings, or give it to context.configure() "
                "in env.py.",
            )
        if autogenerate and migration_context.as_sql:
            raise CommandError(
                "autogenerate can't use as_sql=True as it prevents querying the database for schema information.",
                "Leave --sql out.",
            )

    @property
    def connection(self) -> Connection | None:
        """The run's connection."""
        return self.migration_context.connection

    @property
    def dialect(self) -> Dialect:
        """SQLAlchemy's dialect of the database."""
        return self.migration_context.dialect

    @property
    def impl(self) -> DefaultImpl:
        """Answers what is special about the database."""
        return self.migration_context.impl

    @cached_property
    def inspector(self) -> Inspector:
        """SQLAlchemy's Inspector of the connection.

        :raises CommandError: there is no connection.
        """
        if self.connection is None:
            raise CommandError("There is no database to inspect.", "Give MigrationContext.configure() a connection.")
        return inspect(self.connection)

    @cached_property
    def metadatas(self) -> tuple[MetaData, ...]:
        """The models' MetaData, one or several."""
        if self.metadata is None:
            return ()
        return tuple(self.metadata) if isinstance(self.metadata, Sequence) else (self.metadata,)

    @cached_property
    def table_key_to_table(self) -> dict[str, Table]:
        """The models' tables by ``[schema.]name``.

        :raises CommandError: two MetaData own one table.
        """
        found: dict[str, Table] = {}
        for metadata in self.metadatas:
            for key, table in metadata.tables.items():
                if found.setdefault(key, table) is not table:
                    raise CommandError(
                        f'Duplicate table keys across multiple MetaData objects: "{key}".',
                        "Keep the table in one of them, or compare them one at a time.",
                    )
        return found

    @cached_property
    def sorted_tables(self) -> list[Table]:
        """The models' tables, each after those it refers to, as far as there is such an order."""
        return [table for metadata in self.metadatas for table in metadata.sorted_tables]

    @cached_property
    def subjects(self) -> Subjects:
        """What takes part in the comparison."""
        from whimbrel_autogen.subjects import Subjects

        return Subjects(self.migration_context.plugins, self.opts.get("autogenerate_plugins"))

    def note(self, text: str) -> None:
        """Take note of something that a person should know, and no directive says.

        :param text: a sentence or two.
        """
        if text not in self.notes:
            self.notes.append(text)

    def is_same(self, pair: Expressions) -> bool:
        """Return whether two spellings of an expression mean the same, as far as the database can tell.

        :param pair: the spellings, which differ as text.
        """
        return self.questions.is_same(self.renames.names.as_it_is(pair))

    @cached_property
    def renames(self) -> Renames:
        """What was renamed; packages ask it whether values of theirs were."""
        from whimbrel_autogen.renames.renames import Renames

        return Renames(self.dialect, self.opts.get("renames") or (), self.opts.get("questioner"))

    @staticmethod
    def remark(op: MigrateOperation, text: str) -> None:
        """Say something about a directive: a comment above it in the script.

        :param op: the directive.
        :param text: a sentence or two.
        """
        from whimbrel_autogen.remarks import remark

        remark(op, text)

    @cached_property
    def questions(self) -> Questions:
        """What the database is asked."""
        from whimbrel_autogen.questions import Questions

        return Questions(self.impl)

    # -- what is left out -----------------------------------------------------------------------------------------

    def run_name_filters(self, name: str | None, type_: Kind, parent_names: MutableMapping[str, str | None]) -> bool:
        """Return whether a name in the database is looked at, as ``include_name`` and the plugins say.

        :param name: the name; ``None`` for the default schema.
        :param type_: what it names.
        :param parent_names: ``schema_name`` and ``table_name``, where the kind has them.
        """
        if "schema_name" in parent_names:
            table = name if type_ == "table" else parent_names.get("table_name")
            schema = parent_names["schema_name"]
            if table:
                parent_names["schema_qualified_table_name"] = f"{schema}.{table}" if schema else table
        return all(wanted(name, type_, parent_names) for wanted in self._name_filters)

    def run_object_filters(
        self,
        object_: SchemaItem,
        name: str | None,
        type_: Kind,
        reflected: bool,
        compare_to: SchemaItem | None,
    ) -> bool:
        """Return whether an object takes part, as ``include_object`` and the plugins say.

        :param object_: the object.
        :param name: its name.
        :param type_: what it is.
        :param reflected: whether it comes from the database.
        :param compare_to: its counterpart, where there is one.
        """
        return all(wanted(object_, name, type_, reflected, compare_to) for wanted in self._object_filters)

    run_filters = run_object_filters

    @cached_property
    def filters_objects(self) -> bool:
        """Whether anybody wants to be asked about objects."""
        return bool(self._object_filters)

    @cached_property
    def _name_filters(self) -> list[Any]:
        given = self.opts.get("include_name")
        found = [] if given is None else [given]
        hook = self.migration_context.plugins.hook.whimbrel_include_name
        if hook.get_hookimpls():
            run = self.migration_context
            found.append(
                lambda name, kind, parents: hook(context=run, name=name, kind=kind, parents=dict(parents)) is not False
            )
        return found

    @cached_property
    def _object_filters(self) -> list[Any]:
        given = self.opts.get("include_object")
        found = [] if given is None else [given]
        hook = self.migration_context.plugins.hook.whimbrel_include_object
        if hook.get_hookimpls():
            found.append(self._hooked_object_filter(hook))
        return found

    def _hooked_object_filter(self, hook: Any) -> Any:
        from whimbrel_autogen.pairs import Pair

        def wanted(item: SchemaItem, name: str | None, kind: Kind, reflected: bool, other: SchemaItem | None) -> bool:
            pair = Pair(item, other) if reflected else Pair(other, item)
            return hook(context=self.migration_context, pair=pair, name=name, kind=kind) is not False

        return wanted

    def tables_in(self, schema: str | None) -> Iterator[Table]:
        """Yield the models' tables of one schema; the connection's default schema counts as ``None``."""
        default = self.dialect.default_schema_name
        for table in self.sorted_tables:
            if (None if table.schema == default else table.schema) == schema:
                yield table
