"""What the rooms of DDL, operations and impl hand on is a promise."""

from __future__ import annotations

from whimbrel import ddl, impl, operations


def test_the_face_of_ddl() -> None:
    assert ddl.__all__ == [
        "AddColumn",
        "AlterColumn",
        "AlterTable",
        "ColumnComment",
        "ColumnDefault",
        "ColumnName",
        "ColumnNullable",
        "ColumnType",
        "ComputedColumnDefault",
        "ConnectionSink",
        "DropColumn",
        "IdentityColumnDefault",
        "RenameTable",
        "ServerDefault",
        "Sink",
        "TextSink",
        "TypeArgument",
        "Unconnected",
        "add_column",
        "alter_column",
        "alter_table",
        "default_change",
        "drop_column",
        "escaped_text",
        "exact_text",
        "format_column_name",
        "format_literal",
        "format_server_default",
        "format_table_name",
        "format_type",
        "plain_sql",
        "plain_text",
        "tidy_create_table",
    ]


def test_the_faces_of_operations_and_impl() -> None:
    assert operations.__all__ == [
        "AbstractOperations",
        "BatchOperations",
        "MigrateOperation",
        "MigrationScript",
        "OperationRegistry",
        "Operations",
    ]
    assert impl.__all__ == [
        "ANSI",
        "Capability",
        "ComparisonResult",
        "DefaultImpl",
        "Expressions",
        "ReflectedTable",
        "Support",
        "implementations",
    ]


def test_everything_handed_on_is_there() -> None:
    for room in (ddl, operations, impl):
        assert all(hasattr(room, name) for name in room.__all__)
