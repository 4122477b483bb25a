"""The hooks of autogenerate: what a plugin or a dialect may answer while database and metadata are compared.

Each subject that is built in (:mod:`whimbrel_autogen.compare`) is a plugin that answers them, as a stranger's is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whimbrel.plugins import hookspec

if TYPE_CHECKING:
    from sqlalchemy import Column, Index
    from sqlalchemy.schema import Constraint, SchemaItem
    from sqlalchemy.types import TypeEngine

    from whimbrel.operations.ops import MigrateOperation, MigrationScript
    from whimbrel.plugins import MigrationRun
    from whimbrel_autogen.context import AutogenContext
    from whimbrel_autogen.pairs import Pair, TablePair


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
    context: AutogenContext, schema: str | None, tables: list[TablePair]
) -> list[MigrateOperation] | None:
    """Find what differs in one schema beside its tables, such as views or enum types.

    :param context: the comparison.
    :param schema: its name; ``None`` for the default schema.
    :param tables: the schema's tables, on both sides.
    :return: directives that bring the database to the models, in the order to be run.
    """


@hookspec
def whimbrel_compare_table(context: AutogenContext, table: TablePair) -> list[MigrateOperation] | None:
    """Find what differs in one table beside its columns, constraints and indexes, such as a storage parameter.

    :param context: the comparison.
    :param table: the table, on both sides.
    :return: directives that bring the database to the models.
    """


@hookspec
def whimbrel_compare_column(
    context: AutogenContext, table: TablePair, column: Pair[Column[Any]]
) -> list[MigrateOperation] | None:
    """Find what differs in one column beside its type, nullability, default and comment.

    :param context: the comparison.
    :param table: the column's table, on both sides.
    :param column: the column, on both sides.
    :return: directives that bring the database to the models.
    """


@hookspec(firstresult=True)
def whimbrel_compare_type(
    context: AutogenContext, column: Pair[Column[Any]], types: Pair[TypeEngine[Any]]
) -> bool | None:
    """Say whether two types differ on this database; dialects answer for their own spellings.

    The first answer that is not ``None`` counts.

    :param context: the comparison.
    :param column: the column, on both sides.
    :param types: its reflected and its declared type.
    :return: ``True`` where they differ, ``False`` where they are the same, ``None`` to leave it to the next.
    """


@hookspec(firstresult=True)
def whimbrel_compare_server_default(
    context: AutogenContext, column: Pair[Column[Any]], defaults: Pair[str]
) -> bool | None:
    """Say whether two server defaults differ on this database; dialects answer for their own spellings.

    The first answer that is not ``None`` counts.

    :param context: the comparison.
    :param column: the column, on both sides.
    :param defaults: the reflected and the declared default, as SQL text.
    :return: ``True`` where they differ, ``False`` where they are the same, ``None`` to leave it to the next.
    """


@hookspec(firstresult=True)
def whimbrel_compare_constraint(context: AutogenContext, table: TablePair, constraint: Pair[Constraint]) -> bool | None:
    """Say whether two constraints of one name differ: unique, foreign key, check, primary key or a dialect's own.

    The first answer that is not ``None`` counts.

    :param context: the comparison.
    :param table: the constraint's table, on both sides.
    :param constraint: the constraint, on both sides.
    :return: ``True`` where they differ, ``False`` where they are the same, ``None`` to leave it to the next.
    """


@hookspec(firstresult=True)
def whimbrel_compare_index(context: AutogenContext, table: TablePair, index: Pair[Index]) -> bool | None:
    """Say whether two indexes of one name differ.

    The first answer that is not ``None`` counts.

    :param context: the comparison.
    :param table: the index's table, on both sides.
    :param index: the index, on both sides.
    :return: ``True`` where they differ, ``False`` where they are the same, ``None`` to leave it to the next.
    """


@hookspec(firstresult=True)
def whimbrel_render_item(context: AutogenContext, kind: str, item: object, imports: set[str]) -> str | None:
    """Spell one object as Python, for the script that is written.

    The first answer that is not ``None`` counts.

    :param context: the comparison.
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
