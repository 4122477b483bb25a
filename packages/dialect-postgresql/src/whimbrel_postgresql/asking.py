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
    type_ text;
    answer text;
    answers text[] := '{}';
BEGIN
    FOR question IN
        SELECT * FROM json_to_recordset(CAST(current_setting('whimbrel.questions') AS json))
            AS q("table" text, kind text, "column" text, spelling text)
    LOOP
        answer := NULL;
        BEGIN
            IF question.kind = 'existing_index' THEN
                answer := pg_get_indexdef(CAST(question.spelling AS regclass));
            ELSE
                EXECUTE 'CREATE TEMPORARY TABLE whimbrel_asked (LIKE ' || question."table" || ')';
                IF question."column" IS NOT NULL THEN
                    SELECT format_type(atttypid, atttypmod) INTO type_ FROM pg_attribute
                    WHERE attrelid = CAST('pg_temp.whimbrel_asked' AS regclass) AND attname = question."column";
                END IF;
                IF question.kind = 'default' THEN
                    EXECUTE format('ALTER TABLE pg_temp.whimbrel_asked ALTER COLUMN %I SET DEFAULT %s',
                        question."column", question.spelling);
                    SELECT pg_get_expr(adbin, adrelid) INTO answer FROM pg_attrdef
                    WHERE adrelid = CAST('pg_temp.whimbrel_asked' AS regclass);
                ELSIF question.kind = 'value' THEN
                    EXECUTE format('SELECT CAST(CAST(%s AS %s) AS text)', question.spelling, type_) INTO answer;
                ELSIF question.kind = 'computed' THEN
                    EXECUTE format(
                        'ALTER TABLE pg_temp.whimbrel_asked ADD COLUMN whimbrel_computed %s '
                        'GENERATED ALWAYS AS (%s) STORED', type_, question.spelling);
                    SELECT pg_get_expr(adbin, adrelid) INTO answer FROM pg_attrdef
                    WHERE adrelid = CAST('pg_temp.whimbrel_asked' AS regclass);
                ELSIF question.kind = 'check' THEN
                    EXECUTE format('ALTER TABLE pg_temp.whimbrel_asked ADD CHECK (%s)', question.spelling);
                    SELECT pg_get_expr(conbin, conrelid) INTO answer FROM pg_constraint
                    WHERE conrelid = CAST('pg_temp.whimbrel_asked' AS regclass) AND contype = 'c';
                ELSIF question.kind = 'constraint' THEN
                    EXECUTE format('ALTER TABLE pg_temp.whimbrel_asked ADD %s', question.spelling);
                    SELECT pg_get_constraintdef(oid) INTO answer FROM pg_constraint
                    WHERE conrelid = CAST('pg_temp.whimbrel_asked' AS regclass) AND contype = 'x';
                ELSIF question.kind = 'index' THEN
                    EXECUTE format(question.spelling, 'pg_temp.whimbrel_asked');
                    SELECT pg_get_indexdef(indexrelid) INTO answer FROM pg_index
                    WHERE indrelid = CAST('pg_temp.whimbrel_asked' AS regclass);
                END IF;
            END IF;
            RAISE SQLSTATE 'WHIMB';  -- undoes it; variables keep what they are
        EXCEPTION
            WHEN SQLSTATE 'WHIMB' THEN NULL;
            WHEN OTHERS THEN answer := NULL;
        END;
        answers := array_append(answers, answer);
    END LOOP;
    PERFORM set_config('whimbrel.answers', CAST(to_json(answers) AS text), false);
END
$whimbrel$
"""

_MAY_ASK: Final = """
    SELECT current_setting('transaction_read_only') = 'off' AND has_database_privilege(current_database(), 'TEMPORARY')
"""


@dataclass(frozen=True)
class Question:
    """How does the server print this?

    :param table: the table it is about, quoted, with its schema.
    :param kind: what stands in *spelling*: the default of a column, a constant of the column's type, what a column is
        computed from, the condition of a CHECK, a constraint, the statement that creates an index with ``%s`` for its
        table, or the quoted name of an index that is there.
    :param column: the column, where it is about one.
    :param spelling: SQL text.
    """

    table: str
    kind: Literal["default", "value", "computed", "check", "constraint", "index", "existing_index"]
    column: str | None
    spelling: str


def ask(connection: Connection, questions: Sequence[Question]) -> list[str | None] | None:
    """Return what the server prints for each, ``None`` for what it rejects; or ``None`` where it may not be asked.

    :param connection: to the database; whether it is in a transaction does not matter.
    :param questions: all of them.
    """
    if not connection.execute(text(_MAY_ASK)).scalar_one():
        return None
    asked = json.dumps([asdict(question) for question in questions])
    connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": QUESTIONS, "value": asked})
    connection.exec_driver_sql(_BLOCK, execution_options={"no_parameters": True})  # a % in it is one
    said = connection.execute(
        text("SELECT current_setting(:answers), set_config(:answers, '', false), set_config(:questions, '', false)"),
        {"answers": ANSWERS, "questions": QUESTIONS},
    ).scalar_one()
    answers: list[str | None] = json.loads(said)
    return answers


def is_constant(spelling: str) -> bool:
    """Return whether SQL text is a constant, with casts at most: what can be evaluated without any effect."""
    return _CONSTANT.fullmatch(spelling.strip()) is not None
