"""What was finished long ago: notifications, deliveries and attempts with all their columns, and the day they were moved."""

from __future__ import annotations

from sqlalchemy import Column, Date, Table

from service.tables.columns import metadata, plain
from service.tables.outbox import attempts, deliveries, notifications


def _archived(table: Table, *indexed: str) -> Table:
    """A table of the same columns without what only work needs: numbers of its own, constraints and most indexes."""
    columns = [
        Column(column.name, column.type, primary_key=column.primary_key, autoincrement=False,
               nullable=column.nullable, index=column.name in indexed, info=column.info)
        for column in table.columns
    ]  # fmt: skip
    return Table(
        f"archived_{table.name}", metadata, *columns, plain("archived_on", Date(), "归档日期", nullable=False),
        info={"label": f"归档的{table.info['label']}"},
    )  # fmt: skip


archived_notifications = _archived(notifications, "created_at", "account_id")
archived_deliveries = _archived(deliveries, "notification_id")
archived_attempts = _archived(attempts, "delivery_id")
