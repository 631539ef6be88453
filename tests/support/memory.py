"""A small store in memory: SQLite with the functions of a store, for what SQL means."""

from __future__ import annotations

import json
import sqlite3

from provender.query.sql.compiler import compile_count, compile_rows
from provender.schema.statements import Backend
from provender.schema.tables import REQUIRED
from provender.store.sqlite import functions, jsonfunctions


class Memory:
    """The tables of a store; each keyword names a table without `db_db`, and has its rows.

    Example:
        `Memory(node=[{"id": 1, "label": "a"}], link=[{"input_id": 1, "output_id": 2}])`
    """

    def __init__(self, **rows):
        self.connection = sqlite3.connect(":memory:")
        functions.register(self.connection)
        jsonfunctions.register(self.connection)
        for table in REQUIRED:
            columns = ", ".join(column.name for column in table.columns)
            self.connection.execute(f"CREATE TABLE {table.name} ({columns})")
        for name, items in rows.items():
            for index, item in enumerate(items, 1):
                self._insert(f"db_db{name}", {"id": index, **item})

    def _insert(self, table, row):
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        values = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in row.items()}
        self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", values)

    def ask(self, statement):
        """Return the rows that a statement gives."""
        return self.connection.execute(statement.text, statement.values).fetchall()

    def rows(self, plan):
        """Return the rows of a plan."""
        return self.ask(compile_rows(plan, Backend.SQLITE))

    def column(self, plan):
        """Return the rows of a plan of one column."""
        return [value for (value,) in self.rows(plan)]

    def count(self, plan):
        """Return the number of rows of a plan without its limit."""
        ((number,),) = self.ask(compile_count(plan, Backend.SQLITE))
        return number

    def close(self):
        """Close the connection."""
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
