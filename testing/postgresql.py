"""All that a PostgreSQL database says of itself, as lines to compare: more than SQLAlchemy reflects."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from testing.databases import Database
from testing.wings import Action, Case, apply, changes, text_of

Lines = Callable[[Database], list[str]]

OURS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'"

# One query for each kind of line; the names of the default schema stand without it.
QUERIES = (
    f"""
    SELECT 'table ' || c.oid::regclass || CASE c.relpersistence WHEN 'u' THEN ' unlogged' ELSE '' END
        || coalesce(' partition by ' || pg_get_partkeydef(c.oid), '')
        || coalesce(' ' || pg_get_expr(c.relpartbound, c.oid), '')
        || coalesce(' with ' || c.reloptions::text, '')
        || coalesce(' inherits ' || (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
            FROM pg_inherits i WHERE i.inhrelid = c.oid), '')
        || coalesce(' -- ' || obj_description(c.oid, 'pg_class'), '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {OURS}
    """,
    f"""
    SELECT 'column ' || c.oid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
        || CASE a.attgenerated WHEN '' THEN coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
            ELSE ' computed ' || pg_get_expr(d.adbin, d.adrelid) END
        || CASE a.attidentity WHEN 'a' THEN ' identity always' WHEN 'd' THEN ' identity' ELSE '' END
        || coalesce(' -- ' || col_description(c.oid, a.attnum), '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND {OURS}
    """,
    f"""
    SELECT 'constraint ' || k.conrelid::regclass || '.' || k.conname || ' ' || pg_get_constraintdef(k.oid)
        || coalesce(' -- ' || obj_description(k.oid, 'pg_constraint'), '')
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
    WHERE k.conrelid <> 0 AND k.contype <> 'n' AND {OURS}
    """,
    f"""
    SELECT 'index ' || pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' invalid' END
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
        AND {OURS}
    """,
    f"""
    SELECT 'enum ' || t.oid::regtype || ' ' || coalesce((SELECT string_agg(quote_literal(e.enumlabel), ', '
        ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), 'of nothing')
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' AND {OURS}
    """,
    f"""
    SELECT 'domain ' || t.oid::regtype || ' ' || format_type(t.typbasetype, t.typtypmod)
        || coalesce((SELECT string_agg(' ' || pg_get_constraintdef(k.oid), '' ORDER BY k.conname)
            FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype <> 'n'), '')
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'd' AND {OURS}
    """,
    f"""
    SELECT 'sequence ' || c.oid::regclass || ' ' || format_type(s.seqtypid, NULL)
        || ' start ' || s.seqstart || ' increment ' || s.seqincrement || ' min ' || s.seqmin || ' max ' || s.seqmax
        || ' cache ' || s.seqcache || CASE WHEN s.seqcycle THEN ' cycle' ELSE '' END
        || coalesce((SELECT ' of ' || d.refobjid::regclass || '.' || a.attname FROM pg_depend d
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')), '')
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {OURS}
    """,
)


def everything(database: Database) -> list[str]:
    """Return a line for each table, column, constraint, index, type and sequence, in a stable order."""
    with database.engine().connect() as connection:
        rows = [
            row[0]
            for query in QUERIES
            for row in connection.exec_driver_sql(query, None, {"no_parameters": True})  # a % is a %
        ]
    return sorted(rows)


class Outcome(NamedTuple):
    """What became of a case.

    :param effect: the lines that went and came.
    :param left: what was left of that after the reverse.
    :param text: in what the effect of its SQL as text differs.
    """

    effect: str
    left: str
    text: str


def there_and_back(database: Database, start: Action, case: Case, lines: Lines = everything) -> Outcome:
    """Carry a case out on the start schema, then its reverse, then its SQL as text.

    :param lines: what is looked at.
    """
    apply(database, start)
    before = lines(database)
    apply(database, case.action)
    after = lines(database)
    apply(database, case.reverse)
    back = lines(database)
    run_text(database, text_of("postgresql", case.action))
    return Outcome(changes(before, after), changes(before, back), changes(after, lines(database)))


def run_text(database: Database, sql: str) -> None:
    """Execute what ``--sql`` writes, statement by statement, each as it stands."""
    with database.engine(isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in filter(None, sql.strip().split(";\n\n")):
            connection.exec_driver_sql(statement, None, {"no_parameters": True})
