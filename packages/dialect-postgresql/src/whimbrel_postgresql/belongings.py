"""What belongs to a table beside its columns, constraints and indexes: what can be carried over, and what cannot.

https://www.postgresql.org/docs/current/catalogs.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.engine import Row

_OBSTACLES: Final = text(
    """
    SELECT what FROM (
      SELECT 1 AS rank, CASE
          WHEN relkind = 'p' THEN 'it is partitioned' WHEN relispartition THEN 'it is a partition'
          WHEN relpersistence = 'u' THEN 'it is UNLOGGED' WHEN relpersistence = 't' THEN 'it is temporary'
          WHEN reloftype <> 0 THEN 'it is a table OF a type'
          WHEN reltablespace <> 0 THEN 'it has a TABLESPACE of its own'
          WHEN relreplident <> 'd' THEN 'it has a REPLICA IDENTITY of its own'
          WHEN relrowsecurity OR relforcerowsecurity THEN 'it has row level security'
          WHEN relkind <> 'r' THEN 'it is no plain table' END AS what
      FROM pg_class WHERE oid = to_regclass(:table)
      UNION ALL
      SELECT 2, 'it inherits or is inherited from: ' || CAST(CAST(o.other AS regclass) AS text)
      FROM (SELECT inhparent AS other FROM pg_inherits WHERE inhrelid = to_regclass(:table)
            UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass(:table)) o
      UNION ALL
      SELECT 3, pg_describe_object(d.classid, d.objid, d.objsubid)
      FROM pg_depend d LEFT JOIN pg_rewrite r ON d.classid = CAST('pg_rewrite' AS regclass) AND r.oid = d.objid
      WHERE d.refclassid = CAST('pg_class' AS regclass) AND d.refobjid = to_regclass(:table)
        AND (d.deptype = 'n' OR r.oid IS NOT NULL)
        AND NOT (d.classid = CAST('pg_constraint' AS regclass))
        AND NOT (d.classid = CAST('pg_trigger' AS regclass))
        AND NOT (d.classid = CAST('pg_attrdef' AS regclass)
                 AND EXISTS (SELECT 1 FROM pg_attrdef f WHERE f.oid = d.objid AND f.adrelid = d.refobjid))
        AND NOT (d.classid = CAST('pg_class' AS regclass)
                 AND (EXISTS (SELECT 1 FROM pg_index i WHERE i.indexrelid = d.objid AND i.indrelid = d.refobjid)
                      OR EXISTS (SELECT 1 FROM pg_inherits h WHERE h.inhrelid = d.objid AND h.inhparent = d.refobjid)))
      UNION ALL
      SELECT 4, pg_describe_object(d.classid, d.objid, d.objsubid)
      FROM pg_depend d JOIN pg_type t ON d.refclassid = CAST('pg_type' AS regclass) AND d.deptype = 'n'
      JOIN pg_class c ON c.oid = to_regclass(:table)
        AND (c.reltype = t.oid OR t.typelem = c.reltype AND t.typcategory = 'A')
      WHERE d.refobjid = t.oid
      UNION ALL
      SELECT 5, 'policy ' || quote_ident(polname) FROM pg_policy WHERE polrelid = to_regclass(:table)
      UNION ALL
      SELECT 6, 'statistics ' || quote_ident(stxname) FROM pg_statistic_ext WHERE stxrelid = to_regclass(:table)
      UNION ALL
      SELECT 7, 'publication ' || quote_ident(pubname)
      FROM pg_publication_rel r JOIN pg_publication p ON p.oid = prpubid WHERE prrelid = to_regclass(:table)
      UNION ALL
      SELECT 8, 'trigger ' || quote_ident(tgname) || ', which is not simply enabled' FROM pg_trigger
      WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal AND tgenabled <> 'O'
      UNION ALL
      SELECT 9, 'index ' || CAST(CAST(indexrelid AS regclass) AS text)
                || CASE WHEN indisclustered THEN ', by which it is clustered' ELSE ', which is invalid' END
      FROM pg_index WHERE indrelid = to_regclass(:table) AND (indisclustered OR NOT indisvalid)
      UNION ALL
      SELECT 10, 'constraint ' || quote_ident(conname) || ', which is NOT VALID' FROM pg_constraint
      WHERE conrelid = to_regclass(:table) AND NOT convalidated
      UNION ALL
      SELECT 11, 'column ' || quote_ident(attname) || CASE
          WHEN attstorage <> typstorage THEN ', which has a STORAGE of its own'
          WHEN strpos(CAST(attoptions AS text), 'n_distinct') > 0 THEN ', which has a number of distinct values set'
          ELSE ', which has a COLLATE on a type that is no text' END
      FROM pg_attribute a JOIN pg_type t ON t.oid = atttypid
      WHERE attrelid = to_regclass(:table) AND attnum > 0 AND NOT attisdropped
        AND (attstorage <> typstorage OR strpos(CAST(attoptions AS text), 'n_distinct') > 0
             OR attcollation <> typcollation AND t.typname NOT IN ('text', 'varchar', 'bpchar'))
    ) found WHERE what IS NOT NULL GROUP BY rank, what ORDER BY rank, what
    """
)

_KEYS: Final = text(
    """
    SELECT CAST(CAST(c.conrelid AS regclass) AS text) AS table_name, quote_ident(c.conname) AS name,
           pg_get_constraintdef(c.oid) AS words, CAST(CAST(c.confrelid AS regclass) AS text) AS referent,
           ARRAY(SELECT CAST(attname AS text) FROM unnest(c.conkey) WITH ORDINALITY k(number, place)
                 JOIN pg_attribute ON attrelid = c.conrelid AND attnum = k.number ORDER BY place) AS local,
           ARRAY(SELECT CAST(attname AS text) FROM unnest(c.confkey) WITH ORDINALITY k(number, place)
                 JOIN pg_attribute ON attrelid = c.confrelid AND attnum = k.number ORDER BY place) AS remote
    FROM pg_constraint c
    WHERE c.confrelid = to_regclass(:table) AND c.conrelid <> c.confrelid AND c.contype = 'f'
      AND c.conparentid = 0
    ORDER BY 1, 2
    """
)

_TRIGGERS: Final = text(
    """
    SELECT quote_ident(tgname) AS name, pg_get_triggerdef(oid) AS words FROM pg_trigger
    WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal ORDER BY tgname
    """
)

_INDEXES: Final = text(
    """
    SELECT relname AS name, pg_get_indexdef(indexrelid) AS words
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = to_regclass(:table)
    """
)

_OWNER_AND_OPTIONS: Final = text(
    """
    SELECT quote_ident(rolname) AS owner, rolname = current_user AS is_ours,
           array_to_string(reloptions, ', ') AS options
    FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner WHERE pg_class.oid = to_regclass(:table)
    """
)

_GRANTS: Final = text(
    """
    SELECT privilege_type AS privilege, is_grantable, name AS column_name,
           CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS grantee
    FROM (SELECT CAST(NULL AS text) AS name, relacl AS acl FROM pg_class WHERE oid = to_regclass(:table)
          UNION ALL SELECT CAST(attname AS text), attacl FROM pg_attribute
          WHERE attrelid = to_regclass(:table) AND NOT attisdropped) said, LATERAL aclexplode(acl)
    ORDER BY 3 NULLS FIRST, 4, 1
    """
)

_SEQUENCES: Final = text(
    """
    SELECT CAST(a.attname AS text) AS column_name, CAST(CAST(s.oid AS regclass) AS text) AS name, s.relname AS bare,
           d.deptype = 'i' AS is_identity
    FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = CAST('pg_class' AS regclass) AND d.refclassid = CAST('pg_class' AS regclass)
      AND d.refobjid = to_regclass(:table) AND d.deptype IN ('a', 'i')
    ORDER BY a.attnum, s.relname
    """
)

_REMARKS: Final = text(
    """
    SELECT format('%s %I ON %s', kind, name, CAST(to_regclass(:table) AS text)) AS what, quote_literal(said) AS said
    FROM (SELECT 'CONSTRAINT' AS kind, conname AS name, obj_description(oid, 'pg_constraint') AS said
          FROM pg_constraint WHERE conrelid = to_regclass(:table)
          UNION ALL SELECT 'TRIGGER', tgname, obj_description(oid, 'pg_trigger')
          FROM pg_trigger WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal) found
    WHERE said IS NOT NULL
    UNION ALL
    SELECT 'INDEX ' || CAST(CAST(indexrelid AS regclass) AS text),
           quote_literal(obj_description(indexrelid, 'pg_class'))
    FROM pg_index WHERE indrelid = to_regclass(:table) AND obj_description(indexrelid, 'pg_class') IS NOT NULL
    """
)


class Key(NamedTuple):
    """A foreign key of another table that refers to this one; its texts are quoted, its columns are not."""

    table_name: str
    name: str
    words: str
    referent: str
    local: list[str]
    remote: list[str]


class Belongings:
    """What belongs to a table, read before anything is done to it.

    :param connection: to the database.
    :param table: the table's name with its schema, quoted.
    """

    def __init__(self, connection: Connection, table: str) -> None:
        self._connection = connection
        self._table = table
        self.obstacles: list[str] = [row[0] for row in self._rows(_OBSTACLES)]
        """What cannot be carried over, each as words for a message."""
        self.keys = [Key(**row._mapping) for row in self._rows(_KEYS)]
        self.triggers = {row.name: row.words for row in self._rows(_TRIGGERS)}
        """The CREATE TRIGGER of each trigger by its name."""
        self.indexes = {row.name: row.words for row in self._rows(_INDEXES)}
        """The CREATE INDEX of each index by its name, unquoted."""
        self.sequences = {row.column_name: row for row in self._rows(_SEQUENCES)}
        """The sequence that belongs to each column."""
        self.remarks = {row.what: row.said for row in self._rows(_REMARKS)}
        """The comments on constraints, triggers and indexes, by what they are on."""
        self._owner = self._rows(_OWNER_AND_OPTIONS)[0]
        self._grants = self._rows(_GRANTS)

    def present_remarks(self) -> dict[str, str]:
        """Return the comments there are now."""
        return {row.what: row.said for row in self._rows(_REMARKS)}

    def remarkable(self) -> set[str]:
        """Return what a comment of the old table could be put on now: what is there still."""
        rows = self._connection.execute(
            text(
                """
                SELECT format('CONSTRAINT %I ON %s', conname, CAST(to_regclass(:table) AS text)) FROM pg_constraint
                WHERE conrelid = to_regclass(:table)
                UNION ALL SELECT format('TRIGGER %I ON %s', tgname, CAST(to_regclass(:table) AS text))
                FROM pg_trigger WHERE tgrelid = to_regclass(:table)
                UNION ALL SELECT 'INDEX ' || CAST(CAST(indexrelid AS regclass) AS text)
                FROM pg_index WHERE indrelid = to_regclass(:table)
                """
            ),
            {"table": self._table},
        )
        return set(rows.scalars())

    def ownership(self, columns: dict[str, str]) -> Iterator[str]:
        """Yield the statements that give the new table storage parameters, privileges and owner of the old one.

        :param columns: the columns that stay, by their old names, each by its new one, quoted.
        """
        if self._owner.options:
            yield f"ALTER TABLE {self._table} SET ({self._owner.options})"
        if self._grants:
            grantees = {row.grantee for row in self._grants} | {row.grantee for row in self._rows(_GRANTS)}
            yield from (f"REVOKE ALL ON {self._table} FROM {grantee}" for grantee in sorted(grantees))
        for row in self._grants:
            if row.column_name is not None and row.column_name not in columns:
                continue
            of = f" ({columns[row.column_name]})" if row.column_name is not None else ""
            option = " WITH GRANT OPTION" if row.is_grantable else ""
            yield f"GRANT {row.privilege}{of} ON {self._table} TO {row.grantee}{option}"
        if not self._owner.is_ours:
            yield f"ALTER TABLE {self._table} OWNER TO {self._owner.owner}"

    def _rows(self, query: Any) -> list[Row[Any]]:
        return list(self._connection.execute(query, {"table": self._table}))
