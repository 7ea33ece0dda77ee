"""Whether an account may be used at all: held back because its provider asked for it, or because calls keep failing.

One small row an account is what the processes of an installation share. It holds the account, never a message: nothing
that waits here uses up an attempt. After `patience` calls in a row that failed though no message was at fault, the
circuit opens; when it has been open for its time, one message is tried, by one process, and what comes of it closes the
circuit or opens it for twice as long.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update

from service.access.unit import Unit
from service.push.settlements import Settlement
from service.tables import channel_states
from service.tables.upsert import upsert

LONGEST_OPEN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Gate:
    """The row of one account; everything is empty where there is none."""

    channel: str
    held_until: datetime | None = None
    held_code: str | None = None
    held_reason: str | None = None
    failures: int = 0
    open_until: datetime | None = None

    def shut_until(self, now: datetime) -> datetime | None:
        """Until when nothing may be sent; None when something may."""
        later = [until for until in (self.held_until, self.open_until) if until is not None and until > now]
        return max(later, default=None)

    def why(self, now: datetime) -> str:
        """The reason in words for an operator."""
        if self.held_until is not None and self.held_until > now:
            return self.held_reason or "服务商暂不受理"
        return f"连续 {self.failures} 次未能送到服务商"

    @property
    def tripped(self) -> bool:
        """Whether the circuit is open, or has been and nobody has found it well since."""
        return self.open_until is not None


_COLUMNS = [channel_states.c[name] for name in Gate.__dataclass_fields__]


async def look(unit: Unit, channel: str, *, lock: bool = False) -> Gate:
    """The account's row. With `lock` it is made if there is none, and other processes wait for our transaction."""
    wanted = select(*_COLUMNS).where(channel_states.c.channel == channel)
    wanted = wanted.with_for_update() if lock else wanted
    row = (await unit.connection.execute(wanted)).one_or_none()
    if row is None and lock:
        await unit.connection.execute(
            upsert(unit.dialect, channel_states, ["channel"], ["channel"]), {"channel": channel}
        )
        row = (await unit.connection.execute(wanted)).one()
    return Gate(channel) if row is None else Gate(*row)


async def all_gates(unit: Unit) -> dict[str, Gate]:
    """Every account's row, by its name."""
    return {row.channel: Gate(*row) for row in await unit.connection.execute(select(*_COLUMNS))}


async def begin_trial(unit: Unit, channel: str, lasts: timedelta) -> bool:
    """Whether we are the one to try whether the provider is back; nobody else is for as long as that may take."""
    mine = (
        update(channel_states)
        .where(channel_states.c.channel == channel, channel_states.c.open_until <= unit.now)
        .values(open_until=unit.now + lasts)
    )
    return (await unit.connection.execute(mine)).rowcount == 1


async def end_trial(unit: Unit, channel: str) -> None:
    """Nothing was tried after all."""
    await unit.connection.execute(
        update(channel_states).where(channel_states.c.channel == channel).values(open_until=unit.now)
    )


async def note(
    unit: Unit, before: Gate, settlements: Iterable[Settlement], *, patience: int | None, pause: timedelta
) -> Gate:
    """Take in what attempts told of the provider; the row as it is afterwards. `before`: as it was last seen.

    `patience` None: failures tell nothing of others on this account, so the circuit never opens.
    """
    told = [one for one in settlements if one.hold_until is not None or one.well is not None]
    holds = [one for one in told if one.hold_until is not None]
    if not holds and (patience is None or (all(one.well for one in told) and not _troubled(before))):
        return before
    now_known = await look(unit, before.channel, lock=True)
    after = now_known if patience is None else _counted(now_known, told, patience, unit.now, pause)
    if holds:
        after = _held(after, max(holds, key=lambda one: one.hold_until or unit.now))
    if after != now_known:
        await _write(unit, after)
    return after


async def hold(unit: Unit, channel: str, until: datetime, code: str, reason: str) -> None:
    """Send nothing over this account before `until`."""
    gate = await look(unit, channel, lock=True)
    if gate.held_until is None or gate.held_until < until:
        await _write(unit, replace(gate, held_until=until, held_code=code, held_reason=reason))


async def reopen(unit: Unit, channel: str) -> None:
    """Forget every hold and failure: an operator has seen to it."""
    await _write(unit, Gate(channel))


def calls(settlements: Iterable[Settlement]) -> list[bool]:
    """Call by call whether the provider was well, as far as that is known; what travelled together is one call."""
    found: list[bool] = []
    last = None
    for one in settlements:
        if one.well is None:
            continue
        if one.attempt is last and found:
            found[-1] = found[-1] or one.well
        else:
            found.append(one.well)
        last = one.attempt
    return found


def _troubled(gate: Gate) -> bool:
    return gate.failures > 0 or gate.tripped


def _counted(before: Gate, told: list[Settlement], patience: int, now: datetime, pause: timedelta) -> Gate:
    """Failures in a row; a success wipes out what was counted before it. While the circuit is open only a trial counts."""
    health = calls(told)
    if any(health):
        tail = next(at for at, well in enumerate(reversed(health)) if well)
        before = replace(before, failures=0, open_until=None)
    elif before.tripped:
        tail = int(any(one.claimed.trial for one in told))
    else:
        tail = len(health)
    failures = before.failures + tail
    if not tail or failures < patience:
        return replace(before, failures=failures)
    failures = failures if before.tripped else patience  # what was under way at once counts once
    length = min(pause * 2 ** min(failures - patience, 10), LONGEST_OPEN)
    return replace(before, failures=failures, open_until=now + length)


def _held(gate: Gate, by: Settlement) -> Gate:
    assert by.hold_until is not None
    if gate.held_until is not None and gate.held_until >= by.hold_until:
        return gate
    return replace(gate, held_until=by.hold_until, held_code=by.code, held_reason=by.reason)


async def _write(unit: Unit, gate: Gate) -> None:
    changed = ["held_until", "held_code", "held_reason", "failures", "open_until"]
    row = {name: getattr(gate, name) for name in Gate.__dataclass_fields__}
    await unit.connection.execute(upsert(unit.dialect, channel_states, ["channel"], changed), row)
