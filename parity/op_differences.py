"""Where the SQL of the two tools is allowed to differ, each with its reason; what is not named here has to be equal."""

from __future__ import annotations

import re
from typing import NamedTuple

import sqlalchemy

EVERYWHERE = "postgresql mysql mariadb sqlite mssql oracle"
MYSQL = "mysql mariadb"
REFUSED = r"^(UnsupportedOperation|CommandError): "


class OpDifference(NamedTuple):
    """One difference that stays.

    :param reason: why.
    :param dialects: where.
    :param call: is found in the call.
    :param ours: is found in what this tool writes, or in the error it ends with.
    :param theirs: is found in what the other writes, or in its error.
    """

    reason: str
    dialects: str
    call: str = ""
    ours: str = ""
    theirs: str = ""

    def applies(self, dialect: str, call: str, ours: str, theirs: str) -> bool:
        """Return whether a difference is this one."""
        found = (re.search(self.call, call), re.search(self.ours, ours), re.search(self.theirs, theirs))
        return dialect in self.dialects.split() and all(found)


OP_DIFFERENCES = [
    # -- everywhere
    OpDifference(
        "create_table(if_not_exists=True): so are its indexes, else the second run stops at them",
        "postgresql mariadb sqlite mssql oracle",
        call=r"index=True\), if_not_exists",
        theirs=r"CREATE INDEX ix_t_a",
    ),
    OpDifference(
        "add_column(if_not_exists=True): so is the index of the column",
        "postgresql mariadb mssql oracle",
        call=r"add_column\(.*index=True\), if_not_exists",
    ),
    OpDifference(
        "an inline foreign key keeps its name",
        "postgresql sqlite mysql mariadb",
        call=r'name="fk".*inline_references=True',
        ours=r"CONSTRAINT fk ",
        theirs=r"x INTEGER( NULL)? REFERENCES o",
    ),
    OpDifference(
        "a value in bulk_insert may be an SQL expression; theirs has no literal for it",
        EVERYWHERE,
        call=r"bulk_insert.*func\.lower",
        theirs="CompileError",
    ),
    OpDifference(
        "JSON is written as a literal; theirs has none for it",
        EVERYWHERE,
        call=r"bulk_insert.*sa\.JSON",
        theirs="CompileError",
    ),
    OpDifference(
        "numbers become UUIDs by way of a text: MariaDB refuses to do it in one statement",
        MYSQL,
        call=r"type_=sa\.U(UID|uid)\(\), existing_type=sa\.Integer",
        ours=r"MODIFY x VARCHAR\(100\)",
    ),
    OpDifference(
        "bytes are written as a literal; theirs has none for them",
        EVERYWHERE,
        call=r"bulk_insert.*LargeBinary",
        theirs="CompileError",
    ),
    OpDifference(
        "the default of a column in Python counts; theirs writes NULL in its place",
        EVERYWHERE,
        call=r"bulk_insert.*default=7",
        theirs=r"\(1, NULL\)",
    ),
    OpDifference(
        "in SQL text nothing is a parameter; theirs takes :x in it for one and writes NULL",
        EVERYWHERE,
        call=r":x'",
        ours=":x'",
        theirs="NULL'",
    ),
    OpDifference(
        "a semicolon that stands there is not written twice",
        EVERYWHERE.removesuffix(" oracle").replace(" oracle", ""),
        call='"SELECT 1;"',
        theirs=";;",
    ),
    OpDifference(
        "AlterColumnOp.reverse() takes a new name back; theirs forgets it",
        EVERYWHERE,
        call=r"modify_name=.*reverse",
        theirs="^$",
    ),
    # -- PostgreSQL
    OpDifference(
        "a named type is created where it is missing, by whichever operation needs it; theirs fails where two tables "
        "have one enum, and where a column of it is added",
        "postgresql",
        ours=r"^DO \$\$\nBEGIN\n +IF to_regtype",
    ),
    OpDifference(
        "the sequence of a SERIAL column gets the new type too, else it ends at 2,147,483,647",
        "postgresql",
        call="existing_autoincrement=True",
        ours="pg_get_serial_sequence",
    ),
    OpDifference(
        "an old default that is to go goes before the type: PostgreSQL would not know how to cast it",
        "postgresql",
        call=r"type_=.*server_default=",
        ours="DROP DEFAULT;\nALTER TABLE t ALTER COLUMN a TYPE",
    ),
    OpDifference(
        "a generated column can become a plain one", "postgresql", ours="DROP EXPRESSION", theirs="CompileError"
    ),
    OpDifference(
        "an exclusion constraint may be over an expression",
        "postgresql",
        call=r"exclude.*tsrange",
        theirs="ArgumentError",
    ),
    OpDifference(
        "columns that a constraint includes need not be among its own",
        "postgresql",
        call="postgresql_include",
        theirs="KeyError",
    ),
    OpDifference(
        "a rebuild keeps others from writing meanwhile, and the sequence goes on where it was, under its own name",
        "postgresql",
        call='recreate="always"',
        ours="^LOCK TABLE t IN ACCESS EXCLUSIVE MODE;\nCREATE TABLE",
    ),
    # -- MySQL, MariaDB
    OpDifference(
        "RENAME COLUMN changes the name and no more; CHANGE has to repeat the column, and loses what it is not told",
        MYSQL,
        ours="RENAME COLUMN",
        theirs=r"CHANGE|^CommandError|^UnsupportedCompilationError",
    ),
    OpDifference("MODIFY where the name stays; CHANGE repeats it", MYSQL, ours="MODIFY", theirs=r"CHANGE (\w+) \1 "),
    OpDifference(
        "REFERENCES and CHECK are clauses of their own: inside of a column MySQL passes them over, or used to",
        MYSQL,
        call="add_column",
        ours=r"ADD (CONSTRAINT \w+ )?(FOREIGN KEY|CHECK)",
    ),
    OpDifference(
        "a default that is an expression stands in parentheses, as MySQL 8.0.13 and later want it",
        MYSQL,
        ours=r"SET DEFAULT \(|DEFAULT \(",
    ),
    OpDifference(
        "the CHECK that the old type brought along goes with it", MYSQL, ours="DROP (CHECK|CONSTRAINT) (ck|e)"
    ),
    OpDifference("DROP INDEX needs the table: theirs writes one that is not there", MYSQL, theirs="no_table"),
    OpDifference(
        "MySQL has no IF EXISTS for columns, indexes and constraints: theirs writes it all the same, or passes it over",
        "mysql",
        call="if_(not_)?exists=True",
        ours=REFUSED,
    ),
    OpDifference(
        "a comment is taken away by an empty one: COMMENT NULL is an error",
        MYSQL,
        ours="COMMENT ''",
        theirs="COMMENT NULL",
    ),
    OpDifference("DEFERRABLE is refused, not written", MYSQL, ours=REFUSED, theirs="DEFERRABLE"),
    OpDifference(
        "MariaDB has no index over an expression", "mariadb", call="create_index", ours=REFUSED, theirs=r"lower\("
    ),
    OpDifference(
        "a rebuild keeps others from writing meanwhile, copies a 0 in a counting column as it is, and keeps the "
        "foreign keys of other tables",
        MYSQL,
        call='recreate="always"',
        ours="LOCK TABLES t WRITE, _whimbrel_tmp_t WRITE;",
    ),
    OpDifference("if_exists counts for indexes too", "mariadb", call="if_exists=True", ours="DROP INDEX IF EXISTS c"),
    # -- SQLite
    OpDifference(
        "DDL is transactional, so that text has BEGIN and COMMIT", "sqlite", call="begin_transaction", ours="BEGIN;"
    ),
    OpDifference(
        "what SQLite's ALTER TABLE cannot do is refused, and the batch form shown; theirs writes what SQLite refuses",
        "sqlite",
        ours=REFUSED,
        theirs=r"ALTER TABLE|COMMENT ON|^$",
    ),
    OpDifference("ADD COLUMN may carry a foreign key", "sqlite", ours=r" REFERENCES ", theirs="NotImplementedError"),
    OpDifference("ADD COLUMN carries the CHECK of its type", "sqlite", ours=r" CHECK \(x IN", theirs="ADD COLUMN x"),
    OpDifference(
        "SQLite has no comments; they are passed over, for scripts that run on several databases",
        "sqlite",
        call="comment",
        ours="^$",
        theirs="Error",
    ),
    OpDifference(
        "what SQLite can do itself, RENAME COLUMN and DROP COLUMN, needs no rebuild in a batch",
        "sqlite",
        call="batch_alter_table",
    ),
    # -- batches
    OpDifference(
        "a new column of a batch comes last, after those that are renamed there, as ADD COLUMN would have it",
        EVERYWHERE,
        call=r'add_column\(sa.Column\("x", sa.Integer\)\); batch_op.drop_column',
    ),
    # -- SQL Server
    OpDifference(
        "ADD carries what belongs to the column: its references, its CHECK, PRIMARY KEY; theirs leaves them out",
        "mssql",
        call=r"inline_|CheckConstraint",
        ours=r"REFERENCES|CHECK|PRIMARY KEY",
        theirs=r"^ALTER TABLE t ADD x INTEGER (NOT )?NULL( IDENTITY)?;\nGO$",
    ),
    OpDifference("BEGIN TRANSACTION is a batch of its own, as COMMIT is", "mssql", call="begin_transaction"),
    OpDifference("new names are strings, quoted as such", "mssql", ours=r"EXEC sp_rename N'"),
    OpDifference(
        "IF NOT EXISTS is asked of the catalog: T-SQL has no word for it",
        "mssql",
        ours=r"^IF |\nIF (NOT EXISTS|OBJECT)",
    ),
    OpDifference(
        "comments: in any schema, there or not there, with the name as a string", "mssql", ours="extendedproperty"
    ),
    OpDifference(
        "constraints without a name of ours are dropped by the names they have, quoted, whether there is one or none",
        "mssql",
        ours="DECLARE @names",
    ),
    OpDifference(
        "a changed type keeps NULL or NOT NULL as it is: T-SQL would make it NULL", "mssql", ours="DECLARE @null"
    ),
    OpDifference(
        "IDENTITY_INSERT is set where the table has an identity among the columns given: it is an error elsewhere",
        "mssql",
        call="bulk_insert",
        ours="IF EXISTS|^INSERT|^CREATE TABLE|^$",
        theirs="IDENTITY_INSERT",
    ),
    OpDifference("what SQL Server cannot do is refused, not written", "mssql", ours=REFUSED),
    # -- Oracle
    OpDifference(
        "a rebuild stops before anything is lost: triggers, grants, foreign keys of other tables",
        "oracle",
        call='recreate="always"',
        ours="^DECLARE\n +attached",
    ),
    OpDifference(
        "a semicolon within a statement is an error of Oracle's: it is not written",
        "oracle",
        call='"SELECT 1;"',
        theirs="1;",
    ),
    OpDifference(
        "ADD and MODIFY take their columns in parentheses, as the manual has it", "oracle", ours=r"(ADD|MODIFY) \("
    ),
    OpDifference(
        "IF EXISTS is asked by a block: Oracle knows the words since 23ai only", "oracle", ours="EXECUTE IMMEDIATE"
    ),
    OpDifference(
        "a comment is taken away by an empty one: IS NULL is an error", "oracle", ours="IS ''", theirs="IS NULL"
    ),
    OpDifference("the comment of a column names its schema", "oracle", ours=r"ON COLUMN s\.t\.a"),
    OpDifference("what Oracle cannot do is refused, not written", "oracle", ours=REFUSED),
]


def normalised_sql(text: str) -> str:
    """Return SQL text without the differences that stay everywhere.

    * Theirs doubles each percent sign for a driver that text never meets.
    * The table that a rebuild fills is called after the tool.
    * Ours names the columns of the SELECT that fills it.
    * Blank lines, and spaces at the ends of lines.
    """
    text = text.replace("%%", "%").replace("_alembic_tmp_", "_whimbrel_tmp_")
    text = re.sub(
        r"(?<=SELECT )[^\n]+(?=\nFROM)", lambda found: re.sub(r'(\bt\.\w+) AS "?\w+"?', r"\1", found[0]), text
    )
    text = re.sub(r"[ \t]+$", "", text, flags=re.M)
    return re.sub(r"\n{2,}", "\n", text).strip()


if sqlalchemy.__version__ < "2.1":
    OP_DIFFERENCES.append(
        OpDifference(
            "a backslash is one in PostgreSQL's strings; with SQLAlchemy 2.0 theirs writes two without a server",
            "postgresql",
            call=r"back\\\\slash",
            theirs=r"back\\\\slash",
        )
    )
