"""Sending once more what failed, one delivery or all that failed alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, select, update

from service.access.actors import visible
from service.access.unit import Unit
from service.access.wakes import OUTBOX, tell_changed
from service.errors import Conflict, NotFound
from service.push.deliveries import STATUSES
from service.push.notifications import CONSOLE
from service.tables import accounts, addresses, deliveries, notifications


async def replay(unit: Unit, delivery_id: int, *, risk_double: bool = False) -> None:
    """Send a dead or failed delivery once more, to the account's present address, with all its attempts again.

    The message keeps its id, so a receiver that did get it can tell. An unknown one may have arrived: it is
    replayed only with `risk_double`. NotFound outside the scope; Conflict where there is nothing to send or nowhere.
    """
    row = await _found(unit, delivery_id)
    if row["status"] not in _again(risk_double):
        raise Conflict(f"此条投递的状态是“{STATUSES[row['status']]}”，不能补发。")
    if row["expires_at"] <= unit.now:
        raise Conflict("通知已过期，不再补发。")
    address = row["login"] if row["channel"] == CONSOLE and row["known"] is None else row["known"]
    if address is None:
        raise Conflict("账号在此渠道没有可用地址，请先登记地址。")
    changed = await unit.connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id == delivery_id, deliveries.c.status == row["status"])
        .values(**_afresh(unit), address=address)
    )
    if changed.rowcount != 1:
        raise Conflict()
    await tell_changed(unit, OUTBOX)


async def _found(unit: Unit, delivery_id: int) -> Any:
    statement = _reachable(
        unit,
        select(
            deliveries.c.status, deliveries.c.channel, notifications.c.expires_at, accounts.c.login,
            addresses.c.address.label("known"),
        ),
    ).where(deliveries.c.delivery_id == delivery_id)  # fmt: skip
    row = (await unit.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFound()
    return row


async def replay_alike(
    unit: Unit, channel: str, *, code: str | None = None, risk_double: bool = False
) -> int:
    """`replay` for all deliveries of a channel that ended with this code, or with any; how many go out again.

    Those that have expired, or for which there is no address, stay as they are.
    """
    present = case((deliveries.c.channel == CONSOLE, func.coalesce(addresses.c.address, accounts.c.login)),
                   else_=addresses.c.address)  # fmt: skip
    alike = _reachable(unit, select(deliveries.c.delivery_id, present.label("address"))).where(
        deliveries.c.channel == channel,
        deliveries.c.status.in_(_again(risk_double)),
        notifications.c.expires_at > unit.now,
        present.is_not(None),
    )
    if code is not None:
        alike = alike.where(deliveries.c.last_code == code)
    chosen = alike.subquery("chosen")
    changed = await unit.connection.execute(
        update(deliveries)
        .where(deliveries.c.delivery_id == chosen.c.delivery_id, deliveries.c.status.in_(_again(risk_double)))
        .values(**_afresh(unit), address=chosen.c.address)
    )
    await tell_changed(unit, OUTBOX)
    return changed.rowcount


def _again(risk_double: bool) -> list[str]:
    """States from which a delivery may be sent again."""
    return ["dead", "failed", *(["unknown"] if risk_double else [])]


def _afresh(unit: Unit) -> dict[str, Any]:
    """All attempts again. That it may have arrived before stays known; the receiver's window for repeats counts anew."""
    doubt = case((deliveries.c.uncertain_at.is_not(None), unit.now), else_=None)
    return {"status": "ready", "due_at": unit.now, "attempts": 0, "uncertain_at": doubt, "recall_at": None}


def _reachable(unit: Unit, statement: Select[Any]) -> Select[Any]:
    """Deliveries to accounts of the actor's area, with the address those have now."""
    return (
        statement.select_from(deliveries)
        .join(notifications, notifications.c.notification_id == deliveries.c.notification_id)
        .join(accounts, accounts.c.account_id == notifications.c.account_id)
        .outerjoin(
            addresses,
            and_(
                addresses.c.account_id == accounts.c.account_id,
                addresses.c.channel == deliveries.c.channel,
                addresses.c.disabled_at.is_(None),
            ),
        )
        .where(visible(unit.actor, accounts.c.division_code))
    )
