"""How each channel account stands: whether it sends, what holds it back, and how far its month has gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from sqlalchemy import func, select

from connectors.channels.limits import Limits
from service.access.unit import Unit
from service.push import accounts, gates, quotas
from service.push.gates import Gate
from service.push.outbox import READY
from service.tables import deliveries

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One account; instants in the office's zone. `waiting`: deliveries that are ready, due or not."""

    name: str
    kind: str
    disabled: bool
    probed_at: datetime | None
    held_until: datetime | None
    why: str
    month_calls: int
    month_allowed: int | None
    used_up_on: date | None
    waiting: int


async def overview(unit: Unit, kinds: Mapping[str, str], limits: Mapping[str, Limits]) -> list[ChannelView]:
    """Every channel of `kinds` (name → kind) and every account, by name; `limits` are those of the ones that are open."""
    stored = {one.name: one for one in await accounts.all_accounts(unit)}
    waiting = await _waiting(unit)
    all_gates = await gates.all_gates(unit)
    found = []
    for name in sorted(kinds.keys() | stored.keys()):
        account = stored.get(name)
        gate = all_gates.get(name, Gate(name))
        until = gate.shut_until(unit.now)
        allowed = limits[name].month if name in limits else None
        month = await quotas.month_of(unit, name, allowed) if allowed is not None else None
        found.append(
            ChannelView(
                name=name,
                kind=account.kind if account else kinds[name],
                disabled=account is not None and account.disabled_at is not None,
                probed_at=account.probed_at.astimezone(unit.clock.zone)
                if account and account.probed_at
                else None,
                held_until=until.astimezone(unit.clock.zone) if until else None,
                why=gate.why(unit.now) if until else "",
                month_calls=month.calls if month else 0,
                month_allowed=allowed,
                used_up_on=month.used_up_on if month else None,
                waiting=waiting.get(name, 0),
            )
        )
    return found


async def warn_of_quotas(unit: Unit, limits: Mapping[str, Limits]) -> None:
    """Say in the log which accounts will have used up their month before it ends."""
    for name, one in limits.items():
        if one.month is None:
            continue
        month = await quotas.month_of(unit, name, one.month)
        if month.used_up_on is not None:
            log.warning(
                "quota_runs_out", channel=name, calls=month.calls, allowed=month.allowed,
                used_up_on=month.used_up_on.isoformat(),
            )  # fmt: skip


async def _waiting(unit: Unit) -> dict[str, int]:
    statement = select(deliveries.c.channel, func.count()).where(READY).group_by(deliveries.c.channel)
    rows = await unit.connection.execute(statement)
    return {row[0]: row[1] for row in rows}
