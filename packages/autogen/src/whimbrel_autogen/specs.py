"""The hooks of autogenerate: what a plugin or a dialect may answer while database and metadata are compared.

They are declared here so that plugins and dialects can be written against them. Nothing calls them in this release:
the comparing itself is not part of it yet, and ``whimbrel revision --autogenerate`` says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from whimbrel.plugins import hookspec

if TYPE_CHECKING:
    from sqlalchemy import Column, Index, Table
    from sqlalchemy.schema import Constraint, SchemaItem
    from sqlalchemy.types import TypeEngine

    from whimbrel.operations.ops import MigrateOperation, MigrationScript
    from whimbrel.plugins import MigrationRun

T = TypeVar("T")


class Pair(NamedTuple, Generic[T]):
    """One object as the database has it and as the models have it.

    :param database: what was reflected; ``None`` where the database lacks it.
    :param models: what the metadata says; ``None`` where the models lack it.
    """

    database: T | None
    models: T | None


@hookspec(firstresult=True)
def whimbrel_include_name(
    context: MigrationRun, name: str | None, kind: str, parents: dict[str, str | None]
) -> bool | None:
    """Say whether a name in the database is looked at, before anything about it is reflected.

    The first answer that is not ``None`` counts; without one the name is looked at.

    :param context: the run, connected.
    :param name: the name; ``None`` for the default schema.
    :param kind: ``schema``, ``table``, ``column``, ``index``, ``unique_constraint`` or ``foreign_key_constraint``.
    :param parents: ``schema_name`` and ``table_name``, where the kind has them.
    :return: ``False`` to leave it out.
    """


@hookspec(firstresult=True)
def whimbrel_include_object(context: MigrationRun, pair: Pair[SchemaItem], name: str, kind: str) -> bool | None:
    """Say whether an object takes part in the comparison.

    The first answer that is not ``None`` counts; without one it takes part.

    :param context: the run, connected.
    :param pair: the object, on both sides.
    :param name: its name.
    :param kind: as for ``whimbrel_include_name``.
    :return: ``False`` to leave it out.
    """


@hookspec
def whimbrel_compare_schema(
    context: MigrationRun, schema: str | None, tables: list[Pair[Table]]
) -> list[MigrateOperation] | None:
    """Find what differs in one schema beside its tables, such as views or enum types.

    :param context: the run, connected.
    :param schema: its name; ``None`` for the default schema.
    :param tables: the schema's tables, on both sides.
    :return: directives that bring the database to the models, in the order to be run.
    """


@hookspec
def whimbrel_compare_table(context: MigrationRun, table: Pair[Table]) -> list[MigrateOperation] | None:
    """Find what differs in one table beside its columns, constraints and indexes, such as a storage parameter.

    :param context: the run, connected.
    :param table: the table, on both sides.
    :return: directives that bring the database to the models.
    """


@hookspec
def whimbrel_compare_column(
    context: MigrationRun, table: Pair[Table], column: Pair[Column[Any]]
) -> list[MigrateOperation] | None:
    """Find what differs in one column beside its type, nullability, default and comment.

    :param context: the run, connected.
    :param table: the column's table, on both sides.
    :param column: the column, on both sides.
    :return: directives that bring the database to the models.
    """


@hookspec(firstresult=True)
def whimbrel_compare_type(
    context: MigrationRun, column: Pair[Column[Any]], types: Pair[TypeEngine[Any]]
) -> bool | None:
    """Say whether two types differ on this database; dialects answer for their own spellings.

    The first answer that is not ``None`` counts.

    :param context: the run, connected.
    :param column: the column, on both sides.
    :param types: its reflected and its declared type.
    :return: ``True`` where they differ, ``False`` where they are the same, ``None`` to leave it to the next.
    """


@hookspec(firstresult=True)
def whimbrel_compare_server_default(
    context: MigrationRun, column: Pair[Column[Any]], defaults: Pair[str]
) -> bool | None:
    """Say whether two server defaults differ on this database; dialects answer for their own spellings.

    The first answer that is not ``None`` counts.

    :param context: the run, connected.
    :param column: the column, on both sides.
    :param defaults: the reflected and the declared default, as SQL text.
    :return: ``True`` where they differ, ``False`` where they are the same, ``None`` to leave it to the next.
    """


@hookspec(firstresult=True)
def whimbrel_compare_constraint(context: MigrationRun, table: Pair[Table], constraint: Pair[Constraint]) -> bool | None:
    """Say whether two constraints of one name differ: unique, foreign key, check, primary key or a dialect's own.

    The first answer that is not ``None`` counts.

    :param context: the run, connected.
    :param table: the constraint's table, on both sides.
    :param constraint: the constraint, on both sides.
    :return: ``True`` where they differ, ``False`` where they are the same, ``None`` to leave it to the next.
    """


@hookspec(firstresult=True)
def whimbrel_compare_index(context: MigrationRun, table: Pair[Table], index: Pair[Index]) -> bool | None:
    """Say whether two indexes of one name differ.

    The first answer that is not ``None`` counts.

    :param context: the run, connected.
    :param table: the index's table, on both sides.
    :param index: the index, on both sides.
    :return: ``True`` where they differ, ``False`` where they are the same, ``None`` to leave it to the next.
    """


@hookspec(firstresult=True)
def whimbrel_render_item(context: MigrationRun, kind: str, item: object, imports: set[str]) -> str | None:
    """Spell one object as Python, for the script that is written.

    The first answer that is not ``None`` counts.

    :param context: the run.
    :param kind: ``type``, ``server_default``, ``column``, ``constraint``, ``index`` or ``operation``.
    :param item: what is to be spelled.
    :param imports: lines such as ``import myapp.types``, added to by who answers; they open the script.
    :return: a Python expression, or ``None`` to leave it to the next. An operation is spelled as one statement, which
        may have several lines and begins with ``context.opts["alembic_module_prefix"]``: ``op.create_view(...)``.
    """


@hookspec
def whimbrel_process_directives(context: MigrationRun, script: MigrationScript) -> None:
    """Change what was found before it is rendered, or reported by ``check``.

    :param context: the run.
    :param script: the directives of the new revision, to be changed in place.
    """
