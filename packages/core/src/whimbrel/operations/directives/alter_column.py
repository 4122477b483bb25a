"""The directive that changes a column, and all that its reverse has to know."""

from __future__ import annotations

from typing import Any, Literal

from whimbrel.ddl.elements import ServerDefault, TypeArgument
from whimbrel.operations.directives.base import AlterTableOp, BatchInvoker, Invoker, check_keywords
from whimbrel.operations.directives.columns import place
from whimbrel.operations.registry import register_operation
from whimbrel.unset import UNSET, UnsetType


@register_operation("alter_column")
class AlterColumnOp(AlterTableOp):
    """Change a column: what is ``modify_`` becomes so, what is ``existing_`` is so now.

    ``UNSET`` (or, as scripts of Alembic have it, ``False``) for a default or a comment leaves it alone; ``None``
    takes it away.

    :param table_name: the table.
    :param column_name: the column.
    :param schema: the table's schema.
    :param existing_type: its type.
    :param existing_server_default: its default.
    :param existing_nullable: whether it may hold NULL.
    :param existing_comment: its comment.
    :param modify_nullable: whether it is to hold NULL.
    :param modify_comment: its comment to be.
    :param modify_server_default: its default to be.
    :param modify_name: its name to be.
    :param modify_type: its type to be.
    :param kw: ``autoincrement``, ``existing_autoincrement`` and dialects' keywords, such as ``postgresql_using``.
    """

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        existing_type: TypeArgument | None = None,
        existing_server_default: ServerDefault | Literal[False] | UnsetType | None = UNSET,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        modify_nullable: bool | None = None,
        modify_comment: str | Literal[False] | UnsetType | None = UNSET,
        modify_server_default: ServerDefault | Literal[False] | UnsetType | None = UNSET,
        modify_name: str | None = None,
        modify_type: TypeArgument | None = None,
        **kw: Any,
    ) -> None:
        if kw:
            check_keywords("alter_column", kw.keys() - _ALTER_COLUMN_KEYWORDS, _ALTER_COLUMN_KEYWORDS)
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.existing_type = existing_type
        self.existing_server_default = UNSET if existing_server_default is False else existing_server_default
        self.existing_nullable = existing_nullable
        self.existing_comment = existing_comment
        self.modify_nullable = modify_nullable
        self.modify_comment = UNSET if modify_comment is False else modify_comment
        self.modify_server_default = UNSET if modify_server_default is False else modify_server_default
        self.modify_name = modify_name
        self.modify_type = modify_type
        self.kw = kw

    @classmethod
    def alter_column(
        cls,
        operations: Invoker,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: str | Literal[False] | UnsetType | None = UNSET,
        server_default: ServerDefault | Literal[False] | UnsetType | None = UNSET,
        new_column_name: str | None = None,
        type_: TypeArgument | None = None,
        existing_type: TypeArgument | None = None,
        existing_server_default: ServerDefault | Literal[False] | UnsetType | None = UNSET,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.alter_column``."""
        operations.invoke(
            cls(
                table_name,
                column_name,
                schema=schema,
                existing_type=existing_type,
                existing_server_default=existing_server_default,
                existing_nullable=existing_nullable,
                existing_comment=existing_comment,
                modify_nullable=nullable,
                modify_comment=comment,
                modify_server_default=server_default,
                modify_name=new_column_name,
                modify_type=type_,
                **kw,
            )
        )

    @classmethod
    def batch_alter_column(
        cls,
        operations: BatchInvoker,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: str | Literal[False] | UnsetType | None = UNSET,
        server_default: ServerDefault | Literal[False] | UnsetType | None = UNSET,
        new_column_name: str | None = None,
        type_: TypeArgument | None = None,
        existing_type: TypeArgument | None = None,
        existing_server_default: ServerDefault | Literal[False] | UnsetType | None = UNSET,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``batch.alter_column``."""
        operations.invoke(
            cls(
                operations.table_name,
                column_name,
                schema=operations.schema,
                existing_type=existing_type,
                existing_server_default=existing_server_default,
                existing_nullable=existing_nullable,
                existing_comment=existing_comment,
                modify_nullable=nullable,
                modify_comment=comment,
                modify_server_default=server_default,
                modify_name=new_column_name,
                modify_type=type_,
                **place(insert_before, insert_after),
                **kw,
            )
        )

    def has_changes(self) -> bool:
        """Return whether anything is to be changed."""
        return (
            self.modify_nullable is not None
            or self.modify_server_default is not UNSET
            or self.modify_type is not None
            or self.modify_comment is not UNSET
            or self.modify_name is not None
            or any(name.startswith("modify_") for name in self.kw)
            or self._counts_anew()
        )

    def reverse(self) -> AlterColumnOp:
        """Return the directive that gives back what the column was, as far as that is known."""
        keywords = {name: _reversed(value) for name, value in self.kw.items()}
        if "autoincrement" in self.kw and "existing_autoincrement" in self.kw:
            now, was = self.kw["autoincrement"], self.kw["existing_autoincrement"]
            keywords["autoincrement"], keywords["existing_autoincrement"] = was, now
        for name in self.kw:
            stem = name.removeprefix("modify_")
            if stem != name and f"existing_{stem}" in self.kw:
                keywords[name], keywords[f"existing_{stem}"] = self.kw[f"existing_{stem}"], self.kw[name]
        if self._counts_anew():
            keywords["autoincrement"] = self.kw["existing_autoincrement"]
            keywords["existing_autoincrement"] = self.kw["autoincrement"]
        type_is, type_was = _swapped(self.modify_type, self.existing_type, None)
        null_is, null_was = _swapped(self.modify_nullable, self.existing_nullable, None)
        default_is, default_was = _swapped(self.modify_server_default, self.existing_server_default, UNSET)
        comment_is, comment_was = _swapped(self.modify_comment, self.existing_comment, UNSET)
        return AlterColumnOp(
            self.table_name,
            self.modify_name or self.column_name,
            schema=self.schema,
            existing_type=type_is,
            existing_nullable=null_is,
            existing_server_default=default_is,
            existing_comment=comment_is,
            modify_type=type_was,
            modify_nullable=null_was,
            modify_server_default=default_was,
            modify_comment=comment_was,
            modify_name=self.column_name if self.modify_name is not None else None,
            **keywords,
        )

    def to_diff_tuple(self) -> list[tuple[Any, ...]]:
        """Return one tuple for each thing that changes.

        ``(kind, schema, table name, column name, {what it is besides}, from, to)``; kinds are ``modify_name``,
        ``modify_type``, ``modify_nullable``, ``modify_default``, ``modify_comment`` and ``modify_autoincrement``.
        """
        default = False if self.existing_server_default is UNSET else self.existing_server_default
        now = {
            "existing_name": self.column_name,
            "existing_nullable": self.existing_nullable,
            "existing_type": self.existing_type,
            "existing_server_default": default,
            "existing_comment": self.existing_comment,
        }
        changes = [
            ("modify_name", "existing_name", self.modify_name, self.modify_name is not None),
            ("modify_type", "existing_type", self.modify_type, self.modify_type is not None),
            ("modify_nullable", "existing_nullable", self.modify_nullable, self.modify_nullable is not None),
            ("modify_default", "existing_server_default", self.modify_server_default, self._sets_default()),
            ("modify_comment", "existing_comment", self.modify_comment, self.modify_comment is not UNSET),
        ]
        if self._counts_anew():
            now["existing_autoincrement"] = self.kw["existing_autoincrement"]
            changes.append(("modify_autoincrement", "existing_autoincrement", self.kw["autoincrement"], True))
        return [
            (
                kind,
                self.schema,
                self.table_name,
                self.column_name,
                {name: value for name, value in now.items() if name not in (key, "existing_name")},
                now[key],
                to,
            )
            for kind, key, to, is_set in changes
            if is_set
        ]

    def _counts_anew(self) -> bool:
        """Return whether the column is known to begin, or to cease, to count."""
        to, was = (self.kw.get(name) for name in ("autoincrement", "existing_autoincrement"))
        return to is not None and was is not None and to is not was

    def _sets_default(self) -> bool:
        return self.modify_server_default is not UNSET


_ALTER_COLUMN_KEYWORDS = frozenset(
    (
        "autoincrement",
        "existing_autoincrement",
        "nullable",
        "comment",
        "server_default",
        "new_column_name",
        "type_",
        "existing_type",
        "existing_server_default",
        "existing_nullable",
        "existing_comment",
        "schema",
    )
)


def _reversed(value: Any) -> Any:
    """Return the reverse of a keyword's value that has one, as how values become another type may."""
    reverse = getattr(value, "reverse", None) if isinstance(value, str) else None
    return reverse() if reverse is not None else value


def _swapped(modify: Any, existing: Any, nothing: Any) -> tuple[Any, Any]:
    """Return what is so afterwards, and what to change it back to."""
    return (existing, nothing) if modify is nothing else (modify, existing)
