"""What SQLite keeps about a table in tables of its own: the AUTOINCREMENT counter, the statistics of ANALYZE.

https://www.sqlite.org/autoinc.html, https://www.sqlite.org/fileformat2.html#stat1tab
"""

from __future__ import annotations

from typing import Any, Final

from whimbrel_sqlite.catalog import Catalog
from whimbrel_sqlite.names import folded

_STATISTICS: Final = ("sqlite_stat1", "sqlite_stat4")


class Counters:
    """The counter and the statistics of one table, which go when it is dropped.

    :param catalog: knows the table.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._counter: int | None = None
        self._indexes: dict[str, list[Any]] = {}
        self._statistics: dict[str, list[Any]] = {}

    def remember(self) -> None:
        """Read them."""
        if self.catalog.has("sqlite_sequence"):
            rows = self.catalog.rows(f"SELECT seq FROM {self._of('sqlite_sequence')} WHERE name = ?", self.catalog.name)
            self._counter = rows[0][0] if rows else None
        self._indexes = self._indexed()
        for table in _STATISTICS:
            if self.catalog.has(table):
                sql = f"SELECT * FROM {self._of(table)} WHERE tbl = ? COLLATE NOCASE"
                self._statistics[table] = [tuple(row) for row in self.catalog.rows(sql, self.catalog.name)]

    def bring_back(self) -> None:
        """Write them: the counter if the table still counts, the statistics of the table and of the indexes it has."""
        if self.catalog.definition().autoincrement:
            sequence = self._of("sqlite_sequence")
            highest = self.catalog.rows(f"SELECT max(seq) FROM {sequence} WHERE name = ?", self.catalog.name)[0][0]
            self.catalog.run(f"DELETE FROM {sequence} WHERE name = ?", self.catalog.name)
            if self._counter is not None or highest:
                counter = max(self._counter or 0, highest or 0)
                self.catalog.run(f"INSERT INTO {sequence} (name, seq) VALUES (?, ?)", self.catalog.name, counter)
        now = self._indexed()
        for table, rows in self._statistics.items():
            for row in rows:
                index = row[1]  # tbl, idx, and what was counted
                if index is None or (index in now and now[index] == self._indexes.get(index)):
                    places = ", ".join("?" * len(row))
                    self.catalog.run(f"INSERT INTO {self._of(table)} VALUES ({places})", *row)

    def _of(self, table: str) -> str:
        return self.catalog.qualified(table)

    def _indexed(self) -> dict[str, list[Any]]:
        """Return the indexes of the table, and what each is over."""
        sql = "SELECT l.name, i.name FROM pragma_index_list(?, ?) l, pragma_index_info(l.name, ?) i ORDER BY i.seqno"
        found: dict[str, list[Any]] = {}
        schema = self.catalog.schema
        for index, column in self.catalog.rows(sql, self.catalog.name, schema, schema):
            found.setdefault(index, []).append(folded(column) if column is not None else None)
        return found
