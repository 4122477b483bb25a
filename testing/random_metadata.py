"""Random models for each database, as values that say themselves in Python: what fails can be pasted into a test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql, sqlite

from testing.random_types import COLUMNS, COMMENTS, COUNTING, KINDS, MOODS, PREFIXES, TABLES, Kind
from whimbrel.ddl import escaped_text

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
OTHER_SCHEMA = "other Schema"
"""A second schema, of PostgreSQL, that models may put tables into."""


@dataclass(frozen=True)
class RandomColumn:
    """A column.

    :param name: its name.
    :param kind: its type.
    :param extra: what else stands in the call, as Python.
    :param uses: the columns that it is computed from.
    """

    name: str
    kind: Kind
    extra: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()

    def source(self, mood: str, check: str) -> str:
        """Return the call that makes it."""
        type_ = self.kind.source.replace("{mood}", mood).replace("'{check}'", repr(check))
        return f"sa.Column({', '.join([repr(self.name), type_, *self.extra])})"


@dataclass(frozen=True)
class Item:
    """An index or a constraint.

    :param source: the call, in which ``{t}`` is the table's variable.
    :param uses: the columns of the table, each with the type it has to have.
    :param target: the table that a foreign key refers to.
    :param needs: the columns of the target, likewise; they are its primary key.
    """

    source: str
    uses: tuple[tuple[str, Kind], ...]
    target: tuple[str | None, str] | None = None
    needs: tuple[tuple[str, Kind], ...] = ()


@dataclass(frozen=True)
class RandomTable:
    """A table.

    :param name: its name.
    :param schema: its schema.
    :param columns: its columns.
    :param key: the names of its primary key.
    :param items: its indexes, constraints, foreign keys.
    :param options: more keywords, as Python.
    """

    name: str
    schema: str | None
    columns: tuple[RandomColumn, ...]
    key: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def kinds(self) -> dict[str, Kind]:
        """The type of each column."""
        return {column.name: column.kind for column in self.columns}

    @property
    def key_kinds(self) -> tuple[tuple[str, Kind], ...]:
        """The columns of the primary key, each with its type."""
        return tuple((name, self.kinds[name]) for name in self.key)

    def without_widows(self, others: dict[tuple[str | None, str], RandomTable]) -> RandomTable:
        """Return the table without items that lost a column, or what they refer to."""
        kinds = set(self.kinds.items())
        kept = [
            item
            for item in dict.fromkeys(self.items)
            if kinds.issuperset(item.uses)
            and (item.target is None or (item.target in others and others[item.target].key_kinds == item.needs))
        ]
        return replace(self, items=tuple(kept))


@dataclass(frozen=True)
class Models:
    """Models.

    :param backend: the database that they are for.
    :param tables: their tables.
    :param mood: the values of the enum.
    :param convention: whether names are made by a naming convention.
    """

    backend: str
    tables: tuple[RandomTable, ...] = field(default=())
    mood: str = MOODS[0]
    convention: bool = False

    def source(self) -> str:
        """Return Python that makes ``metadata``."""
        lines = [f"metadata = sa.MetaData({f'naming_convention={CONVENTION}' if self.convention else ''})"]
        names = {(table.schema, table.name): f"t{number}" for number, table in enumerate(self.tables)}
        late: list[str] = []
        for variable, table in zip(names.values(), self.tables, strict=True):
            # SQLAlchemy wants a name; one column has one, whatever else comes or goes.
            checks = [f"ck {(table.schema or '')[:5]} {table.name[:9]} {column.name[:20]}" for column in table.columns]
            parts = [column.source(self.mood, check) for column, check in zip(table.columns, checks, strict=True)]
            if table.key:
                parts.append(f"sa.PrimaryKeyConstraint({', '.join(map(repr, table.key))})")
            parts += [f"schema={table.schema!r}"] if table.schema else []
            body = ",\n    ".join([repr(table.name), "metadata", *parts, *table.options])
            lines.append(f"{variable} = sa.Table(\n    {body},\n)")
            for item in table.items:
                code = item.source.replace("{t}", variable)
                code = code.replace("{o}", names[item.target]) if item.target is not None else code
                late.append(code)
        return "\n".join([*lines, *late]) + "\n"

    def metadata(self) -> sa.MetaData:
        """Return them."""
        names: dict[str, Any] = {"sa": sa, "postgresql": postgresql, "mysql": mysql, "sqlite": sqlite}
        exec(compile(self.source(), "models", "exec"), names)
        made: sa.MetaData = names["metadata"]
        return made

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(f"\n{self.source()}")


# -- drawn ----------------------------------------------------------------------------------------------------------


@st.composite
def models(draw: st.DrawFn, backend: str, before: Models | None = None) -> Models:
    """Draw models.

    :param backend: the database that they are for.
    :param before: the models that these may have come from; by default from nothing.
    """
    schemas = [None, OTHER_SCHEMA] if backend == "postgresql" else [None]
    known = {} if before is None else {(table.schema, table.name): table for table in before.tables}
    pool = draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=3, unique_by=str.lower))
    keys = list(dict.fromkeys([*known, *((draw(st.sampled_from(schemas)), name) for name in pool)]))
    tables: dict[tuple[str | None, str], RandomTable] = {}
    for number, key in enumerate(keys):
        fate = draw(st.sampled_from(["same", "change", "change", "change", "go"])) if key in known else "new"
        taken = {name.lower() for _, name in tables} if backend != "postgresql" else set()
        if fate == "go" or len(tables) > 3 or key[1].lower() in taken:
            continue
        table = known.get(key)
        if fate != "same" or table is None:
            table = draw(_tables(backend, key, number if before is None else number + 10, table))
        tables[key] = table
    for key in list(tables):
        if draw(st.booleans()):
            tables[key] = draw(_with_foreign_key(backend, tables, key))
    convention = draw(st.booleans()) if before is None else before.convention
    kept = tuple(table.without_widows(tables) for table in tables.values())
    return Models(backend, kept, draw(st.sampled_from(MOODS)), convention)


@st.composite
def _tables(
    draw: st.DrawFn, backend: str, key: tuple[str | None, str], number: int, before: RandomTable | None
) -> RandomTable:
    columns: list[RandomColumn] = []
    for column in () if before is None else before.columns:
        fate = draw(st.sampled_from(["same", "same", "go" if column.uses else "change", "go"]))
        if fate != "go":
            columns.append(column if fate == "same" else draw(_columns(backend, column.name)))
    left = [name for name in COLUMNS if name.lower() not in {column.name.lower() for column in columns}]
    names = draw(st.lists(st.sampled_from(left), min_size=0 if columns else 1, max_size=3, unique=True))
    columns += [draw(_columns(backend, name)) for name in names]
    columns, primary = draw(_keys(backend, columns, before))
    columns = [column for column in columns if (_plain(columns) - set(primary)).issuperset(column.uses)]
    columns += draw(_computed(backend, columns, primary))
    columns = columns or [draw(_columns(backend, "alone"))]
    if backend == "mysql" and before is not None and _keys_alone(before.columns, before.key, columns, primary):
        return before
    items = [] if before is None else [item for item in before.items if draw(st.booleans())]
    table = RandomTable(key[1], key[0], tuple(columns), primary, tuple(items), draw(_options(before)))
    return replace(
        table, items=(*table.without_widows({}).items, *_foreign(items), *draw(_items(backend, table, number)))
    )


def _keys_alone(
    before: Iterable[RandomColumn], key: tuple[str, ...], after: Iterable[RandomColumn], new_key: tuple[str, ...]
) -> bool:
    """Return whether there is but a primary key, which becomes another: MySQL can neither add nor drop one first."""
    names, others = ({column.name for column in columns} for columns in (before, after))
    return names.isdisjoint(others) and names == set(key) and others == set(new_key)


def _foreign(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if item.target is not None]


def _plain(columns: Iterable[RandomColumn]) -> set[str]:
    return {column.name for column in columns if column.kind.source == "sa.Integer()" and not column.uses}


@st.composite
def _columns(draw: st.DrawFn, backend: str, name: str) -> RandomColumn:
    kind = draw(st.sampled_from(KINDS[backend]))
    extra = [f"nullable={draw(st.booleans())}"]
    if draw(st.booleans()) and kind.defaults:
        extra.append(f"server_default={draw(st.sampled_from(kind.defaults))}")
    if draw(st.integers(0, 3)) == 0:
        extra.append(f"comment={draw(st.sampled_from(COMMENTS))!r}")
    return RandomColumn(name, kind, tuple(extra))


@st.composite
def _keys(
    draw: st.DrawFn, backend: str, columns: list[RandomColumn], before: RandomTable | None
) -> tuple[list[RandomColumn], tuple[str, ...]]:
    """Draw a primary key: none, one that counts, one that counts by an identity, one or two of the columns."""
    known = {column.name for column in columns}
    form = draw(st.sampled_from(["same", "none", "counts", "counts", "identity", "plain", "two"]))
    able = [column.name for column in columns if column.kind.is_key and not column.uses]
    if form == "same" and before is not None and set(able).issuperset(before.key):
        return columns, before.key
    if form in ("plain", "two") and able:
        names = draw(st.permutations(able))[: 2 if form == "two" else 1]
        return columns, tuple(names)
    if form in ("counts", "identity") and "id" not in known:
        extra = "sa.Identity(start=5)" if form == "identity" and backend == "postgresql" else "autoincrement='auto'"
        return [RandomColumn("id", draw(st.sampled_from(COUNTING)), (extra,)), *columns], ("id",)
    return columns, ()


@st.composite
def _computed(draw: st.DrawFn, backend: str, columns: list[RandomColumn], key: tuple[str, ...]) -> list[RandomColumn]:
    numbers = sorted(name for name in _plain(columns) if name not in key)
    if not numbers or "computed" in {column.name for column in columns} or draw(st.integers(0, 2)):
        return []
    name = draw(st.sampled_from(numbers))
    # MariaDB stores nothing that is made from a column which a foreign key may change (its error 1901).
    changes = backend == "mysql" and name.startswith("ref")
    stored = backend == "postgresql" or (not changes and draw(st.booleans()))
    sql = f"{_quoted(backend, name)} + {draw(st.integers(1, 3))}"
    return [
        RandomColumn("computed", COUNTING[0], (f"sa.Computed({escaped_text(sql)!r}, persisted={stored})",), (name,))
    ]


def _quoted(backend: str, name: str) -> str:
    quote = "`" if backend == "mysql" else '"'
    return quote + name.replace(quote, quote * 2) + quote


@st.composite
def _options(draw: st.DrawFn, before: RandomTable | None) -> tuple[str, ...]:
    if before is not None and draw(st.booleans()):
        return before.options
    return (f"comment={draw(st.sampled_from(COMMENTS))!r}",) if draw(st.integers(0, 3)) == 0 else ()


@st.composite
def _items(draw: st.DrawFn, backend: str, table: RandomTable, number: int) -> list[Item]:
    """Draw unique constraints, indexes and CHECK constraints."""
    able = [column for column in table.columns if column.kind.is_key and not column.uses]
    found: list[Item] = []
    for place in range(draw(st.integers(0, 3)) if able else 0):
        chosen = draw(st.lists(st.sampled_from(able), min_size=1, max_size=2, unique=True))
        name = f"{draw(st.sampled_from(PREFIXES))}_{number}_{place}"
        code = draw(
            st.sampled_from(
                _forms(backend, chosen, name, counts=chosen[0].name in table.key or chosen[0].name.startswith("ref"))
            )
        )
        uses = tuple((column.name, column.kind) for column in chosen)
        # Of two keys of the same columns databases make one, or forget which is which.
        if _is_new(code, uses, [*found, *table.items]):
            found.append(Item(code, uses))
    return found


def _is_new(code: str, uses: tuple[tuple[str, Kind], ...], others: list[Item]) -> bool:
    columns = {name for name, _ in uses}
    unique = [{name for name, _ in other.uses} for other in others if "UniqueConstraint" in other.source]
    return "UniqueConstraint" not in code or columns not in unique


def _forms(backend: str, chosen: list[RandomColumn], name: str, counts: bool) -> list[str]:
    """Return what can be made of some columns; of one that counts, or refers, MariaDB allows no CHECK."""
    parts = [f"{{t}}.c[{column.name!r}]" for column in chosen]
    listed, first = ", ".join(parts), parts[0]
    word = repr(name)
    forms = [
        f"{{t}}.append_constraint(sa.UniqueConstraint({listed}, name={word}))",
        f"sa.Index({word}, {listed})",
        f"sa.Index({word}, {listed}, unique=True)",
        f"sa.Index({word}, {', '.join([first + '.desc()', *parts[1:]])})",
    ]
    family = chosen[0].kind.family
    if family == "number" and not (counts and backend == "mysql"):
        forms.append(f"{{t}}.append_constraint(sa.CheckConstraint({first} > 0, name={word}))")
        forms.append(
            f"{{t}}.append_constraint(sa.CheckConstraint(sa.or_({first} > 1, {first}.is_(None)), name={word}))"
        )
    elif family == "text" and chosen[0].kind.source.startswith(("sa.String", "sa.Unicode", "sa.Text")):
        forms.append(f'{{t}}.append_constraint(sa.CheckConstraint({first} != "it\'s 100% :x", name={word}))')
        forms.append(f"{{t}}.append_constraint(sa.CheckConstraint({first}.like('a%b'), name={word}))")
        if backend != "mysql":
            forms.append(f"sa.Index({word}, {', '.join([f'sa.func.lower({first})', *parts[1:]])})")
            forms.append(f"sa.Index({word}, {listed}, {backend}_where={first} != 'x%')")
    if family == "number" and backend != "mysql":
        forms.append(f"sa.Index({word}, {', '.join([f'{first} + 1', *parts[1:]])})")
        forms.append(f"sa.Index({word}, {listed}, {backend}_where={first} > 10, unique=True)")
    if backend == "postgresql":
        forms.append(f"sa.Index({word}, {first}.desc().nulls_last())")
        forms.append(f"sa.Index({word}, {first}, postgresql_include=[{chosen[-1].name!r}])")
        forms.append(f"sa.Index({word}, {first}, postgresql_using='hash')")
    return forms


@st.composite
def _with_foreign_key(
    draw: st.DrawFn, backend: str, tables: dict[tuple[str | None, str], RandomTable], key: tuple[str | None, str]
) -> RandomTable:
    """Draw a foreign key to the primary key of a table, with columns for it: also to itself, also in a circle."""
    table = tables[key]
    # A dot in a name cannot be told from the one between names, for SQLAlchemy, too.
    targets = [
        (where, other)
        for where, other in tables.items()
        if other.key
        and not any("mood" in kind.source for _, kind in other.key_kinds)
        and "." not in where[1] + "".join(other.key)
    ]
    if not targets or "." in key[1]:
        return table
    where, other = draw(st.sampled_from(targets))
    place = list(tables).index(where)
    columns = [RandomColumn(f"ref{place}_{name}"[:60], kind) for name, kind in other.key_kinds]
    if table.kinds.keys() & {column.name for column in columns}:
        return table
    name = f", name={f'fk {key[1]}'[:50] + str(place)!r}"
    words = "" if backend == "sqlite" and draw(st.booleans()) else name
    rules = ["", ", ondelete='CASCADE'", ", onupdate='CASCADE', ondelete='SET NULL'", ", ondelete='NO ACTION'"]
    # Without a name MariaDB makes one that may be too long.
    words = draw(st.sampled_from([words if backend == "mysql" else "", words])) + draw(st.sampled_from(rules))
    if backend == "postgresql":
        words += draw(st.sampled_from(["", "", ", deferrable=True, initially='DEFERRED'"]))
    ours = ", ".join(f"{{t}}.c[{column.name!r}]" for column in columns)
    theirs = ", ".join(f"{{o}}.c[{name!r}]" for name in other.key)
    item = Item(
        f"{{t}}.append_constraint(sa.ForeignKeyConstraint([{ours}], [{theirs}]{words}))",
        tuple((column.name, column.kind) for column in columns),
        where,
        other.key_kinds,
    )
    # A key of a column that went is not to come back with it; and PostgreSQL gives no two keys of a table one name,
    # which they would have where the table that the older one refers to is now at another place.
    added = {column.name for column in columns}
    others = [
        other for other in table.items if added.isdisjoint(used for used, _ in other.uses) and name not in other.source
    ]
    return replace(table, columns=(*table.columns, *columns), items=(*others, item))
