"""Tables nobody may rewrite: triggers that refuse UPDATE and DELETE, made together with the table.

They stop mistakes and careless hands; whoever owns the database can drop them, and then the digests of the audit log
still tell (service/access/audit.py).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, event

MESSAGE = "rows of this table are never changed or deleted"


def append_only(table: Table) -> None:
    """Let `metadata.create_all` make the triggers of `table` too."""
    event.listen(table, "after_create", _make)


def _make(table: Table, connection: Connection, **_: Any) -> None:
    for statement in statements(table.name, connection.dialect.name):
        connection.exec_driver_sql(statement)


def statements(table: str, dialect: str) -> list[str]:
    """The DDL of the triggers, one statement each; a migration runs the same."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$",
        f"CREATE TRIGGER {table}_refuses_row BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuses()",
        f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuses()",
    ]
