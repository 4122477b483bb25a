"""Columns that become NOT NULL where rows have no value for them: in steps, with a place to say which value.

Where nothing says what the value is, the script has :meth:`whimbrel.operations.Operations.require_no_rows` before the
first change of the table: an empty table is upgraded as it is, one with rows stops there, untouched.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, column, text
from sqlalchemy.types import NullType, to_instance

from whimbrel.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateIndexOp,
    CreatePrimaryKeyOp,
    CreateUniqueConstraintOp,
    MigrateOperation,
    ModifyTableOps,
    OpContainer,
    RequireNoRowsOp,
)
from whimbrel.runtime.questioner import MissingValue, Questioner, ValueAnswer
from whimbrel_autogen.pairs import MODELS_COLUMN
from whimbrel_autogen.remarks import remark
from whimbrel_autogen.render.layout import literal
from whimbrel_autogen.safety.fill import FillColumnOp, scalar_default

if TYPE_CHECKING:
    from sqlalchemy import Dialect


def in_steps(ops: Iterable[MigrateOperation], dialect: Dialect, questioner: Questioner) -> Iterator[MigrateOperation]:
    """Yield directives, those in steps that would fail, or put in zeros, where there are rows.

    :param ops: the directives of one half of a script.
    :param dialect: spells types in questions.
    :param questioner: is asked what the models do not tell.
    """
    for op in ops:
        if isinstance(op, ModifyTableOps):
            yield from _Steps(op, dialect, questioner).result()
        elif isinstance(op, OpContainer):
            yield from in_steps(op.ops, dialect, questioner)
        elif isinstance(op, AddColumnOp | AlterColumnOp):
            changes = ModifyTableOps(op.table_name, [op], schema=op.schema)
            for step in _Steps(changes, dialect, questioner).result():
                yield from step.ops if isinstance(step, ModifyTableOps) else [step]
        else:
            yield op


class _Steps:
    """The changes of one table, taken apart where values have to come in between."""

    def __init__(self, changes: ModifyTableOps, dialect: Dialect, questioner: Questioner) -> None:
        self._changes = changes
        self._dialect = dialect
        self._questioner = questioner
        self._without_value: list[str] = []
        self._done: list[MigrateOperation] = []
        self._before: list[MigrateOperation] = []
        self._between: list[MigrateOperation] = []
        self._after: list[MigrateOperation] = []

    def result(self) -> list[MigrateOperation]:
        """Return the steps: changes, what fills columns, further changes."""
        for op in self._changes.ops:
            if isinstance(op, AddColumnOp) and is_risky(op.column):
                self._add(op)
            elif isinstance(op, AlterColumnOp) and op.modify_nullable is False and op.existing_nullable is not False:
                self._forbid_null(op)
            elif isinstance(op, AddColumnOp) and not self._is_closed():
                self._before.append(op)
            else:
                (self._after if self._between else self._before).append(op)
        self._cut()
        self._cut()
        return [*self._guards(), *self._done]

    def _cut(self) -> None:
        """Close what has been gathered; what comes after the values is what further changes follow."""
        if self._before:
            self._done.append(ModifyTableOps(self._changes.table_name, self._before, schema=self._changes.schema))
        self._done += self._between
        self._before, self._between, self._after = self._after, [], []

    def _is_closed(self) -> bool:
        """Return whether further columns cannot be filled together with those before."""
        return not all(isinstance(op, AddColumnOp | AlterColumnOp) for op in self._after)

    def _add(self, op: AddColumnOp) -> None:
        if self._is_closed():
            self._cut()
        answer = self._answer(op.column, op.column, is_new=True)
        if answer.how in ("leave", "server_default"):
            self._before.append(_with_default(op, answer.sql) if answer.how == "server_default" else op)
            return
        self._before.append(_with_column(op, nullable=True))
        self._between.append(self._fill(op.column, op.column, answer))
        if answer.how == "steps" and self._value(op.column) is None:
            self._without_value.append(op.column.name)
        self._after.append(
            AlterColumnOp(
                op.table_name,
                op.column.name,
                schema=op.schema,
                existing_type=op.column.type,
                existing_nullable=True,
                existing_comment=op.column.comment,
                modify_nullable=False,
            )
        )

    def _forbid_null(self, op: AlterColumnOp) -> None:
        if self._is_closed():
            self._cut()
        models: Column[Any] | None = op.info.get(MODELS_COLUMN) if op.modify_type is None else None
        existing: Column[Any] = Column(op.column_name, to_instance(op.existing_type))
        answer = self._answer(existing, models, is_new=False)
        if answer.how == "leave":
            (self._after if self._between else self._before).append(op)
            return
        fill = self._fill(existing, models, answer)
        self._between.append(fill)
        if fill.sql == "...":
            remark(fill, f"TODO: say what {self._called(op.column_name)} is where it is NULL, in this UPDATE.")
            self._between.append(
                RequireNoRowsOp(op.table_name, schema=op.schema, where=column(op.column_name).is_(None))
            )
        self._after.append(op)

    def _guards(self) -> Iterator[MigrateOperation]:
        if self._without_value:
            guard = RequireNoRowsOp(self._changes.table_name, schema=self._changes.schema)
            columns = " and ".join(self._called(name) for name in self._without_value)
            remark(
                guard,
                f"TODO: say what {columns} {'is' if len(self._without_value) == 1 else 'are'} in rows that are there, "
                f"in the UPDATE below. Then delete the next line, which lets only tables without rows pass.",
            )
            yield guard

    # -- values ---------------------------------------------------------------------------------------------------

    def _value(self, models: Column[Any] | None) -> Any:
        """Return the value that the models give to new rows, unless only one row could have it."""
        if models is None or models.unique or any(_is_unique(op, models.name) for op in self._changes.ops):
            return None
        return scalar_default(models)

    def _answer(self, column: Column[Any], models: Column[Any] | None, *, is_new: bool) -> ValueAnswer:
        if self._value(models) is not None:
            return ValueAnswer("steps")
        known = not isinstance(column.type, NullType)
        spelled = column.type.compile(dialect=self._dialect) if known else "unknown type"
        return self._questioner.missing_value(MissingValue(self._called(column.name), spelled, is_new))

    def _fill(self, column: Column[Any], models: Column[Any] | None, answer: ValueAnswer) -> FillColumnOp:
        value = self._value(models) if answer.how == "steps" else None
        sql = answer.sql if answer.how == "value" else "..." if value is None else None
        return FillColumnOp(
            self._changes.table_name,
            column.name,
            schema=self._changes.schema,
            type_=column.type,
            value=value,
            sql=sql,
        )

    def _called(self, name: str) -> str:
        return ".".join(filter(None, (self._changes.schema, self._changes.table_name, name)))


def is_risky(column: Column[Any]) -> bool:
    """Return whether adding a column needs a value for rows that are there, and nothing gives them one.

    :param column: the column.
    """
    counts = column.primary_key or column.autoincrement is True
    return not column.nullable and column.server_default is None and not counts


def _with_column(op: AddColumnOp, **attributes: Any) -> AddColumnOp:
    """Return the directive with a column that differs in some attributes."""
    new = copy.copy(op)
    new.column = op.column._copy()
    for name, value in attributes.items():
        setattr(new.column, name, value)
    return new


def _with_default(op: AddColumnOp, sql: str) -> AddColumnOp:
    new = copy.copy(op)
    new.column = Column(
        op.column.name, op.column.type, server_default=text(sql), nullable=False, comment=op.column.comment
    )
    remark(new, f"The model lacks this default: server_default=sa.text({literal(sql)}).")
    return new


def _is_unique(op: MigrateOperation, name: str) -> bool:
    if isinstance(op, CreateUniqueConstraintOp | CreatePrimaryKeyOp):
        return list(op.columns) == [name]
    columns: Sequence[Any] = op.columns if isinstance(op, CreateIndexOp) and op.unique else ()
    return [getattr(item, "name", item) for item in columns] == [name]
