"""Differences between models and a database, as lines that a person reads and as data for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Column, Computed, Constraint, DefaultClause, Dialect, ForeignKeyConstraint, Identity
from sqlalchemy.exc import CompileError
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import to_instance

from whimbrel.operations import ops
from whimbrel.unset import UNSET

Sign = Literal["+", "-", "~"]

WORDS: dict[Sign, str] = {"+": "add", "-": "drop", "~": "alter"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which models and database differ.

    :param sign: ``+`` the database lacks it, ``-`` the models lack it, ``~`` both have it, and it differs.
    :param kind: ``table``, ``column``, ``index``, ``unique constraint`` and so on.
    :param name: its name; empty where it has none.
    :param table: the table it belongs to; empty where it belongs to none.
    :param schema: the table's schema; ``None`` for the connection's default.
    :param detail: what it is, such as a column's type.
    :param changes: what differs of it: a word, the database's value, the models' value.
    """

    sign: Sign
    kind: str
    name: str
    table: str = ""
    schema: str | None = None
    detail: str = ""
    changes: tuple[tuple[str, str, str], ...] = field(default=())

    @property
    def line(self) -> str:
        """The difference on one line, without its table: ``~ column name: type VARCHAR(50) -> VARCHAR(60)``.

        What gets another name has both: ``~ column nick -> nickname``.
        """
        head = " ".join(filter(None, (self.sign, self.kind, self.name)))
        head = "".join((head, *(f" -> {to}" for what, _, to in self.changes if what == "name")))
        others = [f"{what} {was} -> {to}" for what, was, to in self.changes if what != "name"]
        return f"{head}: {'; '.join(others)}" if others else f"{head} {self.detail}".rstrip()

    def as_data(self) -> dict[str, Any]:
        """Return the difference for ``--json``; the keys are a promise to the programs that read them."""
        return {
            "change": WORDS[self.sign],
            "kind": self.kind,
            "name": self.name,
            "table": self.table,
            "schema": self.schema,
            "detail": self.detail,
            "changes": [{"what": what, "database": was, "models": to} for what, was, to in self.changes],
        }


def differences(halves: Iterable[ops.OpContainer], dialect: Dialect) -> list[Difference]:
    """Return what directives say of the difference between models and database, one for each of them.

    :param halves: what makes the database like the models.
    :param dialect: spells types and defaults.
    """
    spell = _Spelling(dialect)
    return [found for half in halves for op in _flat(half) for found in _told(op, spell)]


def lines(found: Iterable[Difference]) -> Iterator[str]:
    """Yield lines for people: whole tables first, then the changes of each table below its name."""
    tables: dict[tuple[str, str], list[Difference]] = {}
    for item in found:
        key = (item.schema or "", item.table)
        tables.setdefault(key if item.table else ("", ""), []).append(item)
    for item in tables.pop(("", ""), []):
        yield item.line
    for (schema, table), items in sorted(tables.items()):
        yield ".".join(filter(None, (schema, table)))
        yield from (f"  {item.line}" for item in items)


def _flat(container: ops.OpContainer) -> Iterator[ops.MigrateOperation]:
    for op in container.ops:
        if isinstance(op, ops.OpContainer):
            yield from _flat(op)
        else:
            yield op


class _Spelling:
    """Spells what directives hold as the database would."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def type(self, type_: Any) -> str:
        if type_ is None:
            return "unknown"
        try:
            return str(to_instance(type_).compile(dialect=self._dialect))
        except CompileError:  # a type of another database: its own word has to do
            return repr(to_instance(type_))

    def default(self, default: Any) -> str:
        if default is None:
            return "none"
        if isinstance(default, Computed | Identity):
            return "computed" if isinstance(default, Computed) else "identity"
        argument = default.arg if isinstance(default, DefaultClause) else default
        if isinstance(argument, ClauseElement):
            return self.sql(argument)
        return repr(argument)

    def sql(self, element: ClauseElement) -> str:
        return str(
            element.compile(dialect=self._dialect, compile_kwargs={"literal_binds": True, "include_table": False})
        )

    def column(self, column: Column[Any]) -> str:
        words = [self.type(column.type), "NULL" if column.nullable else "NOT NULL"]
        if column.server_default is not None:
            words.append(f"default {self.default(column.server_default)}")
        return " ".join(words)

    def constraint(self, constraint: Constraint) -> str:
        columns = [column.name for column in getattr(constraint, "columns", ())]
        if isinstance(constraint, ForeignKeyConstraint):
            targets = [element.target_fullname.rsplit(".", 1) for element in constraint.elements]
            return f"({', '.join(columns)}) -> {targets[0][0]} ({', '.join(target[-1] for target in targets)})"
        text = getattr(constraint, "sqltext", None)
        return self.sql(text) if text is not None else f"({', '.join(columns)})"


_CONSTRAINTS = {
    "foreignkey": "foreign key",
    "unique": "unique constraint",
    "primary": "primary key",
    "check": "check constraint",
}


def _told(op: ops.MigrateOperation, spell: _Spelling) -> Iterator[Difference]:
    for kind, tell in _TELLERS.items():
        if isinstance(op, kind):
            yield tell(op, spell)
            return
    yield _stranger(op)


def _stranger(op: ops.MigrateOperation) -> Difference:
    """Tell a directive of a plugin by its class: ``CreateViewOp`` is ``+ view``, ``RenameIndexOp`` is ``~ index``."""
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in type(op).__name__.removesuffix("Op")).split()
    sign: Sign = "+" if words[0] in ("create", "add") else "-" if words[0] in ("drop", "remove") else "~"
    name = next((str(getattr(op, key)) for key in ("name", "table_name") if getattr(op, key, None)), "")
    schema, table = (getattr(op, key, None) for key in ("schema", "table_name"))
    if words[0] == "rename":
        old, new = (getattr(op, f"{key}_value", None) for key in ("old", "new"))  # of an enum type, say
        name, new = (f"{name}.{old}", new) if old is not None else (name, getattr(op, "new_name", None))
        changes = (("name", name, str(new)),) if new is not None else ()
        return Difference("~", " ".join(words[1:]), name, table or "", schema, changes=changes)
    kind = " ".join(words[1:] if sign != "~" else words)
    return Difference(sign, kind, name, schema=schema)


def _create_table(op: ops.CreateTableOp, spell: _Spelling) -> Difference:
    columns = sum(isinstance(item, Column) for item in op.columns)
    name = ".".join(filter(None, (op.schema, op.table_name)))
    return Difference("+", "table", name, schema=op.schema, detail=f"({columns} column{'s' * (columns != 1)})")


def _drop_table(op: ops.DropTableOp, spell: _Spelling) -> Difference:
    return Difference("-", "table", ".".join(filter(None, (op.schema, op.table_name))), schema=op.schema)


def _rename_table(op: ops.RenameTableOp, spell: _Spelling) -> Difference:
    name, new = (".".join(filter(None, (op.schema, name))) for name in (op.table_name, op.new_table_name))
    return Difference("~", "table", name, schema=op.schema, changes=(("name", name, new),))


def _add_column(op: ops.AddColumnOp, spell: _Spelling) -> Difference:
    return Difference("+", "column", op.column.name, op.table_name, op.schema, spell.column(op.column))


def _drop_column(op: ops.DropColumnOp, spell: _Spelling) -> Difference:
    return Difference("-", "column", op.column_name, op.table_name, op.schema, spell.column(op.to_column()))


def _alter_column(op: ops.AlterColumnOp, spell: _Spelling) -> Difference:
    changes: list[tuple[str, str, str]] = []
    if op.modify_name is not None:
        changes.append(("name", op.column_name, op.modify_name))
    if op.modify_type is not None:
        changes.append(("type", spell.type(op.existing_type), spell.type(op.modify_type)))
    if op.modify_nullable is not None:
        was = "unknown" if op.existing_nullable is None else "NULL" if op.existing_nullable else "NOT NULL"
        changes.append(("nullability", was, "NULL" if op.modify_nullable else "NOT NULL"))
    if op.modify_server_default is not UNSET:
        existing = None if op.existing_server_default is UNSET else op.existing_server_default
        changes.append(("default", spell.default(existing), spell.default(op.modify_server_default)))
    if op.modify_comment is not UNSET:
        changes.append(("comment", _comment(op.existing_comment), _comment(op.modify_comment)))
    counts = op.kw.get("autoincrement")
    if isinstance(counts, bool):
        changes.append(("autoincrement", "no" if counts else "yes", "yes" if counts else "no"))
    return Difference("~", "column", op.column_name, op.table_name, op.schema, changes=tuple(changes))


def _comment(text: object) -> str:
    return "none" if not text else repr(text)


def _index(op: Any, spell: _Spelling) -> Difference:
    created = isinstance(op, ops.CreateIndexOp)
    index = op.to_index()
    parts = ", ".join(part.name if isinstance(part, Column) else spell.sql(part) for part in index.expressions)
    kind = "unique index" if index.unique else "index"
    detail = "" if not created and op._reverse is None else f"({parts})"
    return Difference("+" if created else "-", kind, str(index.name or ""), op.table_name or "", op.schema, detail)


def _add_constraint(op: ops.AddConstraintOp, spell: _Spelling) -> Difference:
    constraint = op.to_constraint()
    kind = _CONSTRAINTS.get(op.constraint_type, op.constraint_type)
    name = constraint.name if isinstance(constraint.name, str) else ""
    return Difference("+", kind, name, op.table_name, op.schema, spell.constraint(constraint))


def _drop_constraint(op: ops.DropConstraintOp, spell: _Spelling) -> Difference:
    constraint = op.to_constraint()
    kind = _CONSTRAINTS.get(op.constraint_type or "", "constraint")
    detail = spell.constraint(constraint) if op._reverse is not None else ""
    name = constraint.name if isinstance(constraint.name, str) else ""
    return Difference("-", kind, name, op.table_name, op.schema, detail)


def _set_comment(op: ops.CreateTableCommentOp, spell: _Spelling) -> Difference:
    changes = (("text", _comment(op.existing_comment), _comment(op.comment)),)
    return Difference("~", "comment", "", op.table_name, op.schema, changes=changes)


def _drop_comment(op: ops.DropTableCommentOp, spell: _Spelling) -> Difference:
    changes = (("text", _comment(op.existing_comment), "none"),)
    return Difference("~", "comment", "", op.table_name, op.schema, changes=changes)


_TELLERS: dict[type[ops.MigrateOperation], Callable[[Any, _Spelling], Difference]] = {
    ops.CreateTableOp: _create_table,
    ops.DropTableOp: _drop_table,
    ops.RenameTableOp: _rename_table,
    ops.AddColumnOp: _add_column,
    ops.DropColumnOp: _drop_column,
    ops.AlterColumnOp: _alter_column,
    ops.CreateIndexOp: _index,
    ops.DropIndexOp: _index,
    ops.AddConstraintOp: _add_constraint,
    ops.DropConstraintOp: _drop_constraint,
    ops.CreateTableCommentOp: _set_comment,
    ops.DropTableCommentOp: _drop_comment,
}
