"""Asking the server how it prints an expression, a constraint or an index, since it keeps none as it was written.

All questions are put at once: a block makes a temporary table for each, reads what the server prints, and undoes it. So
nothing is left behind, one question that the server rejects spoils no other, and no transaction of ours is touched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

from sqlalchemy import Connection, text

QUESTIONS: Final = "whimbrel.questions"
ANSWERS: Final = "whimbrel.answers"

_CONSTANT: Final = re.compile(
    r"""\(*[-+]?(?:'(?:[^']|'')*'|\d+(?:\.\d*)?(?:e[-+]?\d+)?|true|false)\)*"""
    r"""(?:::[a-z_" ]+(?:\([\d, ]*\))?(?:[a-z ]*)(?:\[\])*\)*)*""",
    re.IGNORECASE,
)

_BLOCK: Final = r"""
DO $whimbrel$
DECLARE
    question record;
    spelling text;
    database text;
    type_ text;
    printed text;
    answers text[];
    same boolean;
    said boolean[] := '{}';
BEGIN
    FOR question IN
        SELECT * FROM json_to_recordset(CAST(current_setting('whimbrel.questions') AS json))
            AS q("table" text, kind text, "column" text, models text, database text)
    LOOP
        database := question.database;
        IF question.kind = 'index' THEN
            SELECT 'CREATE ' || CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ON %s'
                || replace(substr(words, strpos(words, ' USING ')), '%', '%%') INTO database
            FROM pg_index, pg_get_indexdef(indexrelid) words
            WHERE indexrelid = to_regclass(question.database);
        END IF;
        answers := '{}';
        same := false;
        -- What it prints for the models' spelling, for its own, and for what it printed: it does not always print what
        -- it read, not even if it has printed that.
        FOR step IN 1..3 LOOP
            spelling := CASE step WHEN 1 THEN question.models WHEN 2 THEN database ELSE answers[1] END;
            printed := NULL;
            BEGIN
                EXECUTE 'CREATE TEMPORARY TABLE whimbrel_asked (LIKE ' || question."table" || ')';
                SELECT format_type(atttypid, atttypmod) INTO type_ FROM pg_attribute
                WHERE attrelid = CAST('pg_temp.whimbrel_asked' AS regclass) AND attname = question."column";
                IF question.kind = 'default' THEN
                    EXECUTE format('ALTER TABLE pg_temp.whimbrel_asked ALTER COLUMN %I SET DEFAULT %s',
                        question."column", spelling);
                    SELECT pg_get_expr(adbin, adrelid) INTO printed FROM pg_attrdef
                    WHERE adrelid = CAST('pg_temp.whimbrel_asked' AS regclass);
                ELSIF question.kind = 'value' THEN
                    EXECUTE format('SELECT CAST(CAST(%s AS %s) AS text)', spelling, type_) INTO printed;
                ELSIF question.kind = 'computed' THEN
                    EXECUTE format(
                        'ALTER TABLE pg_temp.whimbrel_asked ADD COLUMN whimbrel_computed %s '
                        'GENERATED ALWAYS AS (%s) STORED', type_, spelling);
                    SELECT pg_get_expr(adbin, adrelid) INTO printed FROM pg_attrdef
                    WHERE adrelid = CAST('pg_temp.whimbrel_asked' AS regclass);
                ELSIF question.kind = 'check' THEN
                    EXECUTE format('ALTER TABLE pg_temp.whimbrel_asked ADD CHECK (%s)', spelling);
                    SELECT pg_get_expr(conbin, conrelid) INTO printed FROM pg_constraint
                    WHERE conrelid = CAST('pg_temp.whimbrel_asked' AS regclass) AND contype = 'c';
                ELSIF question.kind = 'constraint' THEN
                    EXECUTE format('ALTER TABLE pg_temp.whimbrel_asked ADD %s', spelling);
                    SELECT pg_get_constraintdef(oid) INTO printed FROM pg_constraint
                    WHERE conrelid = CAST('pg_temp.whimbrel_asked' AS regclass) AND contype = 'x';
                ELSIF question.kind = 'index' THEN
                    EXECUTE format(spelling, 'pg_temp.whimbrel_asked');
                    SELECT 'CREATE ' || CASE WHEN indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ON %s'
                        || replace(substr(words, strpos(words, ' USING ')), '%', '%%') INTO printed
                    FROM pg_index, pg_get_indexdef(indexrelid) words
                    WHERE indrelid = CAST('pg_temp.whimbrel_asked' AS regclass);
                END IF;
                RAISE SQLSTATE 'WHIMB';  -- undoes it; variables keep what they are
            EXCEPTION
                WHEN SQLSTATE 'WHIMB' THEN NULL;
                WHEN OTHERS THEN printed := NULL;
            END;
            answers := array_append(answers, printed);
            EXIT WHEN answers[1] IS NULL;
            IF question.kind = 'value' THEN
                same := coalesce(answers[1] = answers[2], false);
                EXIT WHEN step = 2;
            ELSE
                same := printed IN (database, '(' || database || ')') AND step <> 2
                    OR coalesce(answers[2] IN (answers[1], answers[3]), false);
            END IF;
            EXIT WHEN same;
        END LOOP;
        said := array_append(said, coalesce(same, false));
    END LOOP;
    PERFORM set_config('whimbrel.answers', CAST(to_json(said) AS text), false);
END
$whimbrel$
"""

_MAY_ASK: Final = """
    SELECT current_setting('transaction_read_only') = 'off', has_database_privilege(current_database(), 'TEMPORARY'),
        quote_ident(current_user), quote_ident(current_database())
"""


@dataclass(frozen=True)
class Question:
    """Do these two spellings mean the same?

    :param table: the table they are about, quoted, with its schema.
    :param kind: what they are: the default of a column, a constant of the column's type, what a column is computed
        from, the condition of a CHECK, a constraint, or an index.
    :param column: the column, where they are about one.
    :param models: SQL text; for an index the statement that creates it, with ``%s`` for its table.
    :param database: SQL text; for an index its quoted name.
    """

    table: str
    kind: Literal["default", "value", "computed", "check", "constraint", "index"]
    column: str | None
    models: str
    database: str


def ask(connection: Connection, questions: Sequence[Question]) -> list[bool] | str:
    """Return whether the spellings of each mean the same; where the server may not be asked, a sentence that says why.

    What the server rejects is not the same.

    :param connection: to the database; whether it is in a transaction does not matter.
    :param questions: all of them.
    """
    writes, has_temporary, role, database = connection.execute(text(_MAY_ASK)).one()
    if not writes:
        return "The transaction is read-only."
    if not has_temporary:
        return f"The role {role} may make no temporary tables (GRANT TEMPORARY ON DATABASE {database} TO {role})."
    asked = json.dumps([asdict(question) for question in questions])
    connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": QUESTIONS, "value": asked})
    connection.exec_driver_sql(_BLOCK, execution_options={"no_parameters": True})  # a % in it is one
    said = connection.execute(
        text("SELECT current_setting(:answers), set_config(:answers, '', false), set_config(:questions, '', false)"),
        {"answers": ANSWERS, "questions": QUESTIONS},
    ).scalar_one()
    answers: list[bool] = json.loads(said)
    return answers


def is_constant(spelling: str) -> bool:
    """Return whether SQL text is a constant, with casts at most: what can be evaluated without any effect."""
    return _CONSTANT.fullmatch(spelling.strip()) is not None
