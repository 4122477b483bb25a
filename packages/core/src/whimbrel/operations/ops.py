"""Every directive there is, under the name that scripts and plugins import it by."""

from __future__ import annotations

from whimbrel.operations.directives.alter_column import AlterColumnOp
from whimbrel.operations.directives.any_constraint import AddConstraintOp, DropConstraintOp
from whimbrel.operations.directives.base import AlterTableOp, MigrateOperation
from whimbrel.operations.directives.columns import AddColumnOp, DropColumnOp
from whimbrel.operations.directives.constraints import (
    CreateCheckConstraintOp,
    CreateForeignKeyOp,
    CreatePrimaryKeyOp,
    CreateUniqueConstraintOp,
)
from whimbrel.operations.directives.containers import (
    DowngradeOps,
    MigrationScript,
    ModifyTableOps,
    OpContainer,
    UpgradeOps,
)
from whimbrel.operations.directives.indexes import CreateIndexOp, DropIndexOp
from whimbrel.operations.directives.rows import BulkInsertOp, RequireNoRowsOp
from whimbrel.operations.directives.statements import ExecuteSQLOp
from whimbrel.operations.directives.tables import (
    CreateTableCommentOp,
    CreateTableOp,
    DropTableCommentOp,
    DropTableOp,
    RenameTableOp,
)

__all__ = [
    "AddColumnOp",
    "AddConstraintOp",
    "AlterColumnOp",
    "AlterTableOp",
    "BulkInsertOp",
    "CreateCheckConstraintOp",
    "CreateForeignKeyOp",
    "CreateIndexOp",
    "CreatePrimaryKeyOp",
    "CreateTableCommentOp",
    "CreateTableOp",
    "CreateUniqueConstraintOp",
    "DowngradeOps",
    "DropColumnOp",
    "DropConstraintOp",
    "DropIndexOp",
    "DropTableCommentOp",
    "DropTableOp",
    "ExecuteSQLOp",
    "MigrateOperation",
    "MigrationScript",
    "ModifyTableOps",
    "OpContainer",
    "RenameTableOp",
    "RequireNoRowsOp",
    "UpgradeOps",
]
