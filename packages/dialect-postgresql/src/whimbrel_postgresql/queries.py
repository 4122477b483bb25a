"""The queries: which tables there are, and, for the sweep, what the catalog says of the tables of one schema.

https://www.postgresql.org/docs/current/catalogs.html
"""

from __future__ import annotations

from typing import Final

# What the catalog keeps as "char" is asked for as text: asyncpg gives bytes for it.

EXISTING: Final = """
    SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = ANY (CAST(:names AS text[])) AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
        AND CASE WHEN CAST(:schema AS text) IS NULL
            THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = CAST(:schema AS text) END
"""

TABLES: Final = """
    SELECT c.oid, c.relname AS name, obj_description(c.oid, 'pg_class') AS comment, c.relpersistence = 'u' AS unlogged,
        pg_get_partkeydef(c.oid) AS partition_by, array_to_string(c.reloptions, chr(10)) AS options
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relkind IN ('r', 'p', 'f')
    ORDER BY c.relname
"""

COLUMNS: Final = """
    SELECT a.attrelid AS table_oid, a.attnum AS number, a.attname AS name, a.attnotnull AS not_null,
        format_type(a.atttypid, a.atttypmod) AS type, format_type(e.oid, -1) AS element, e.oid AS element_oid,
        e.typtype IN ('e', 'd') AS is_named, CAST(a.attidentity AS text) AS identity,
        CAST(a.attgenerated AS text) AS computed,
        CASE WHEN d.oid IS NOT NULL THEN pg_get_expr(d.adbin, d.adrelid) END AS default_,
        a.attcollation AS collation_oid, CASE WHEN a.attcollation <> t.typcollation THEN
            (SELECT collname FROM pg_collation WHERE oid = a.attcollation) END AS collation_,
        remark.description AS comment
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_type e ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
    LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_description remark ON remark.objoid = a.attrelid AND remark.objsubid = a.attnum
        AND remark.classoid = CAST('pg_class' AS regclass)
    WHERE a.attrelid = ANY (CAST(CAST(:oids AS text) AS oid[])) AND a.attnum > 0 AND NOT a.attisdropped
"""

SEQUENCES: Final = """
    SELECT d.refobjid AS table_oid, d.refobjsubid AS number, s.seqstart AS start, s.seqincrement AS increment,
        s.seqmin AS minvalue, s.seqmax AS maxvalue, s.seqcache AS cache, s.seqcycle AS cycle,
        'nextval(''' || replace(CAST(CAST(s.seqrelid AS regclass) AS text), '''', '''''') || '''::regclass)' AS counts
    FROM pg_sequence s JOIN pg_depend d ON d.objid = s.seqrelid
    WHERE d.classid = CAST('pg_class' AS regclass) AND d.refclassid = CAST('pg_class' AS regclass)
        AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
        AND d.refobjid = ANY (CAST(CAST(:oids AS text) AS oid[]))
"""
"""The sequences that belong to columns: a SERIAL's, and an identity's."""

INDEXES: Final = """
    SELECT i.indrelid AS table_oid, i.indexrelid AS oid, c.relname AS name, i.indisunique AS is_unique,
        CAST(i.indkey AS text) AS numbers, i.indnkeyatts AS length, CAST(i.indoption AS text) AS sorting,
        CAST(i.indcollation AS text) AS collations,
        {nulls_not_distinct} AS nulls_not_distinct, m.amname AS method,
        array_to_string(c.reloptions, chr(10)) AS options,
        CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END AS where_,
        CASE WHEN i.indexprs IS NOT NULL THEN CAST((
            SELECT json_agg(pg_get_indexdef(i.indexrelid, n, true) ORDER BY n)
            FROM generate_series(1, i.indnkeyatts) n) AS text) END AS expressions,
        CASE WHEN {any_class} THEN CAST((
            SELECT json_agg(CASE WHEN NOT o.opcdefault THEN o.opcname END ORDER BY k.n)
            FROM unnest(CAST(i.indclass AS oid[])) WITH ORDINALITY k(oid, n)
            JOIN pg_opclass o ON o.oid = k.oid) AS text) END AS classes,
        con.conname AS carries,
        i.indpred IS NULL AND i.indexprs IS NULL AND c.reloptions IS NULL AND m.amname = 'btree'
            AND i.indnatts = i.indnkeyatts AND NOT {nulls_not_distinct} AND 0 = ALL (CAST(i.indoption AS int2[]))
            AND NOT {any_class} AS is_plain
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid
        AND con.contype IN ('p', 'u', 'x')
    WHERE i.indrelid = ANY (CAST(CAST(:oids AS text) AS oid[]))
    ORDER BY i.indrelid, c.relname
"""

ANY_CLASS: Final = "CAST(i.indclass AS oid[]) && (SELECT array_agg(oid) FROM pg_opclass WHERE NOT opcdefault)"
"""Whether an index has an operator class that is not its type's default; the list of them is made once."""

CONSTRAINTS: Final = """
    SELECT con.conrelid AS table_oid, con.conname AS name, CAST(con.contype AS text) AS kind,
        con.conindid AS index_oid,
        array_to_string(con.conkey, ' ') AS numbers, con.condeferrable AS deferrable, con.condeferred AS deferred,
        con.convalidated AS validated, CAST(con.confupdtype AS text) AS onupdate,
        CAST(con.confdeltype AS text) AS ondelete, CAST(con.confmatchtype AS text) AS match,
        n.nspname AS to_schema, c.relname AS to_table,
        CASE WHEN con.contype = 'f' THEN CAST((
            SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(con.confkey) WITH ORDINALITY k(number, n)
            JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.number) AS text) END AS to_columns,
        {set_columns} AS set_columns,
        CASE WHEN con.contype = 'c' THEN pg_get_expr(con.conbin, con.conrelid)
            WHEN con.contype = 'x' THEN pg_get_constraintdef(con.oid) END AS words,
        CASE WHEN con.contype = 'x' THEN CAST((
            SELECT json_agg(p.oprname ORDER BY k.n) FROM unnest(con.conexclop) WITH ORDINALITY k(oid, n)
            JOIN pg_operator p ON p.oid = k.oid) AS text) END AS operators,
        CASE WHEN con.contype = 'x' THEN CAST((
            SELECT json_agg(pg_get_indexdef(con.conindid, k, true) ORDER BY k)
            FROM generate_series(1, cardinality(con.conexclop)) k) AS text) END AS elements
    FROM pg_constraint con
    LEFT JOIN pg_class c ON c.oid = con.confrelid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE con.conrelid = ANY (CAST(CAST(:oids AS text) AS oid[])) AND con.contype IN ('p', 'u', 'f', 'c', 'x')
        AND con.conparentid = 0
    ORDER BY con.conrelid, con.conname
"""

SET_COLUMNS: Final = """
    CASE WHEN con.contype = 'f' AND con.confdelsetcols IS NOT NULL THEN array_to_string(con.confdelsetcols, ' ') END
"""

NAMED_TYPES: Final = """
    SELECT t.oid, format_type(t.oid, -1) AS printed, t.typname AS name, n.nspname AS schema,
        CAST(t.typtype AS text) AS kind,
        format_type(t.typbasetype, t.typtypmod) AS base, t.typnotnull AS not_null, t.typdefault AS default_,
        CASE WHEN t.typcollation <> b.typcollation THEN
            (SELECT collname FROM pg_collation WHERE oid = t.typcollation) END AS collation_,
        CAST((SELECT json_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid) AS text)
            AS labels,
        checked.name AS check_name, checked.words AS check_words
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_type b ON b.oid = t.typbasetype
    LEFT JOIN LATERAL (
        SELECT CASE WHEN count(*) = 1 THEN min(conname) END AS name,
            string_agg(pg_get_expr(conbin, 0), ' AND ' ORDER BY conname) AS words
        FROM pg_constraint WHERE contypid = t.oid AND contype = 'c') checked ON t.typtype = 'd'
    WHERE t.typtype IN ('e', 'd') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""

COLLATIONS: Final = "SELECT oid, quote_ident(collname) AS name FROM pg_collation"
