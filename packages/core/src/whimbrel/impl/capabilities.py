"""What a dialect says that its database can do, cannot do, or may be able to do."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import ClassVar, Final

from sqlalchemy import Dialect

from whimbrel.errors import UnsupportedOperation


class Support(Enum):
    """An answer: yes, no, or nobody has said."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_REBUILD: Final = (
    "Rebuild the table:\n"
    '    with op.batch_alter_table({table!r}, recreate="always") as batch:\n'
    "        batch.{operation}(...)"
)
_LEAVE_OUT: Final = "Leave if_exists or if_not_exists out, and ask sqlalchemy.inspect() first where it is needed."
_ADD_ANEW: Final = "Drop the column and add it again, or write the statement with op.execute()."
_IN_TWO_STEPS: Final = (
    "Add it so that it may hold NULL, fill it with op.execute(), then forbid NULL with alter_column()."
)


class Capability(Enum):
    """One thing that a database may or may not do: what it is, and what to do where it cannot be done."""

    # -- tables
    RENAME_TABLE = "give a table another name", "Create the table anew, copy its rows with op.execute(), drop the old."
    TABLE_COMMENT = "keep a comment on a table", "Leave the comment out."
    IF_EXISTS_TABLE = "create a table IF NOT EXISTS, or drop it IF EXISTS", _LEAVE_OUT

    # -- columns
    ADD_COLUMN = "add a column to a table", _REBUILD
    ADD_NOT_NULL_COLUMN = "add a column that is NOT NULL", _IN_TWO_STEPS
    ADD_COMPUTED_COLUMN = "add a computed column to a table", _REBUILD
    DROP_COLUMN = "drop a column", _REBUILD
    IF_EXISTS_COLUMN = "add a column IF NOT EXISTS, or drop it IF EXISTS", _LEAVE_OUT
    RENAME_COLUMN = "give a column another name", _REBUILD
    ALTER_COLUMN_TYPE = "give a column another type", _REBUILD
    ALTER_COLUMN_NULLABLE = "allow or forbid NULL in a column", _REBUILD
    ALTER_COLUMN_DEFAULT = "change the default of a column", _REBUILD
    PLAIN_TO_COMPUTED = "make a column computed", _ADD_ANEW
    COMPUTED_EXPRESSION = "change what a column computes", _ADD_ANEW
    COMPUTED_TO_PLAIN = "make a computed column plain", _ADD_ANEW
    PLAIN_TO_IDENTITY = "make a column an identity", _ADD_ANEW
    IDENTITY_OPTIONS = "change how an identity column counts", _ADD_ANEW
    IDENTITY_TO_PLAIN = "make an identity column plain", _ADD_ANEW
    COLUMN_COMMENT = "keep a comment on a column", "Leave the comment out."

    # -- constraints of a table that is there
    ADD_PRIMARY_KEY = "add a primary key to a table", _REBUILD
    ADD_FOREIGN_KEY = "add a foreign key to a table", _REBUILD
    ADD_UNIQUE = "add a unique constraint to a table", _REBUILD
    ADD_CHECK = "add a check constraint to a table", _REBUILD
    DROP_CONSTRAINT = "drop a constraint of a table", _REBUILD
    IF_EXISTS_CONSTRAINT = "drop a constraint IF EXISTS", _LEAVE_OUT

    # -- indexes
    EXPRESSION_INDEX = "index an expression", "Add a computed column for the expression and index that."
    IF_EXISTS_INDEX = "create an index IF NOT EXISTS, or drop it IF EXISTS", _LEAVE_OUT

    # -- nothing asks for these, so nothing is refused
    ALTER_TYPE_OF_KEY = (
        "give a column that a foreign key uses another type",
        "Drop the foreign key before, and add it again afterwards.",
    )
    TRANSACTIONAL_DDL = "undo CREATE and ALTER by a rollback", "Keep to one operation a revision."
    STRING_LENGTH = "refuse a string that is longer than its column", "Use a CHECK constraint."

    def __init__(self, meaning: str, remedy: str) -> None:
        self.meaning = meaning
        self.remedy = remedy


Capabilities = Mapping[Capability, Support]

ANSI: Final[Capabilities] = {
    **dict.fromkeys(
        (
            Capability.ADD_COLUMN,
            Capability.DROP_COLUMN,
            Capability.ALTER_COLUMN_DEFAULT,
            Capability.ADD_PRIMARY_KEY,
            Capability.ADD_FOREIGN_KEY,
            Capability.ADD_UNIQUE,
            Capability.ADD_CHECK,
            Capability.DROP_CONSTRAINT,
            Capability.STRING_LENGTH,
        ),
        Support.YES,
    ),
    # There is no statement for these but in some dialects.
    **dict.fromkeys(
        (
            Capability.PLAIN_TO_COMPUTED,
            Capability.COMPUTED_EXPRESSION,
            Capability.COMPUTED_TO_PLAIN,
            Capability.PLAIN_TO_IDENTITY,
            Capability.IDENTITY_OPTIONS,
            Capability.IDENTITY_TO_PLAIN,
        ),
        Support.NO,
    ),
}
"""What the standard lets hope for (ISO/IEC 9075-2, "Schema definition and manipulation")."""


def unsupported(dialect: str, capability: Capability, operation: str, table: str, *names: str) -> UnsupportedOperation:
    """Return the error for what a database cannot do.

    :param dialect: SQLAlchemy's name of the dialect.
    :param capability: what it cannot do.
    :param operation: the operation that asks for it, such as ``drop_column``.
    :param table: the table.
    :param names: what else the operation was given: the column, the constraint, the index.
    """
    called = ", ".join(repr(name) for name in (table, *names))
    return UnsupportedOperation(
        f"{dialect} cannot {capability.meaning}: {operation}({called}).",
        capability.remedy.format(table=table, operation=operation),
        dialect=dialect,
        operation=operation,
    )


class Capable:
    """The part of a dialect's Impl that tells what its database can do."""

    capabilities: ClassVar[Capabilities] = ANSI
    """What is known; anything else is ``Support.UNKNOWN`` and is tried."""

    dialect: Dialect
    transactional_ddl: bool

    def support(self, capability: Capability) -> Support:
        """Say whether the database of this run can do something.

        A subclass whose answer depends on the version of the server, or on whether there is a server, overrides this.

        :param capability: what is asked for.
        """
        if capability is Capability.TRANSACTIONAL_DDL:
            return Support.YES if self.transactional_ddl else Support.NO
        return self.capabilities.get(capability, Support.UNKNOWN)

    def require(self, capability: Capability, operation: str, table: str, *names: str) -> None:
        """Refuse what the database cannot do, before anything is sent to it.

        :param capability: what the operation asks for.
        :param operation: the operation, such as ``drop_column``.
        :param table: the table.
        :param names: what else the operation was given: the column, the constraint, the index.
        :raises UnsupportedOperation: the answer is no.
        """
        if self.support(capability) is Support.NO:
            raise unsupported(self.dialect.name, capability, operation, table, *names)
