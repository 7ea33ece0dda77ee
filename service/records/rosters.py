"""The roster of one enterprise in colours: whose health certificate is valid, runs out soon, or is missing.

Validity only, never findings of a check-up (DESIGN §3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import func, or_, select

from service.access.actors import visible
from service.access.masks import mask_name
from service.access.unit import Unit
from service.errors import NotFound
from service.records.dates import FOREVER
from service.tables import certificates, employments, enterprises, residents

Colour = Literal["red", "yellow", "green", "grey"]
"""red: none or expired; yellow: runs out within the notice; green: valid; grey: not needed, or its date is not recorded."""

_URGENCY: Sequence[Colour] = ("red", "yellow", "grey", "green")
_FOOD, _PUBLIC = "HEALTH_FOOD", "HEALTH_PUBLIC"


@dataclass(frozen=True)
class RosterEntry:
    """One person at work. `needs`: the certificate kinds the post asks for. `valid_to`: of the one that ends first."""

    employment_id: int
    name: str
    post: str | None
    needs: tuple[str, ...]
    valid_to: date | None
    colour: Colour


@dataclass(frozen=True)
class EnterpriseStatus:
    """An enterprise and everyone who works there now, the most urgent first. `colour` is the worst of the roster's."""

    enterprise_id: int
    uscc: str
    name: str
    as_of: date
    colour: Colour
    counts: Mapping[Colour, int]
    roster: tuple[RosterEntry, ...]


async def roster(
    unit: Unit, uscc: str, *, notice_at: Callable[[str], int] = lambda _: 30
) -> EnterpriseStatus:
    """The state of one enterprise; `notice_at` gives the parameter health.notice_days of a division code. NotFound
    outside the scope."""
    e = enterprises.c
    found = select(e.enterprise_id, e.uscc, e.name, e.site_code).where(
        e.uscc == uscc, visible(unit.actor, func.coalesce(e.grid_code, e.site_code), e.enterprise_id)
    )
    enterprise = (await unit.connection.execute(found)).one_or_none()
    if enterprise is None:
        raise NotFound()
    rows = (await unit.connection.execute(_at_work(enterprise.enterprise_id, unit.today))).all()
    notice_days = notice_at(enterprise.site_code or "")
    entries = sorted((_entry(row, unit.today, notice_days) for row in rows), key=_by_urgency)
    counts: Mapping[Colour, int] = Counter(entry.colour for entry in entries)
    worst: Colour = next((colour for colour in _URGENCY if colour in counts), "green")
    return EnterpriseStatus(
        enterprise.enterprise_id, enterprise.uscc, enterprise.name, unit.today, worst,
        {colour: counts.get(colour, 0) for colour in _URGENCY}, tuple(entries),
    )  # fmt: skip


def _at_work(enterprise_id: int, today: date) -> Any:
    """Everyone employed now, with the newest valid certificate of either kind and whether one is undated."""
    w, r, c = employments.c, residents.c, certificates.c

    def newest(kind: str) -> Any:
        return func.max(c.valid_to).filter(c.kind == kind)

    def undated(kind: str) -> Any:
        return func.count(c.certificate_id).filter(c.kind == kind, c.valid_to.is_(None))

    held = employments.join(residents, r.resident_id == w.resident_id).outerjoin(
        certificates,
        (c.resident_id == w.resident_id) & c.kind.in_((_FOOD, _PUBLIC)) & (c.status == "valid"),
    )
    return (
        select(
            w.employment_id, r.name, w.post, w.handles_food, w.serves_public,
            newest(_FOOD).label(_FOOD), newest(_PUBLIC).label(_PUBLIC),
            undated(_FOOD).label("undated_food"), undated(_PUBLIC).label("undated_public"),
        )
        .select_from(held)
        .where(w.enterprise_id == enterprise_id, or_(w.ended_on.is_(None), w.ended_on > today))
        .group_by(w.employment_id, r.name, w.post, w.handles_food, w.serves_public)
    )  # fmt: skip


def _entry(row: Any, today: date, notice_days: int) -> RosterEntry:
    states = {
        _FOOD: (row.HEALTH_FOOD, row.undated_food > 0),
        _PUBLIC: (row.HEALTH_PUBLIC, row.undated_public > 0),
    }
    needs = tuple(
        kind for kind, needed in ((_FOOD, row.handles_food), (_PUBLIC, row.serves_public)) if needed
    )
    colours: list[Colour] = [_colour(*states[kind], today, notice_days) for kind in needs]
    colour: Colour = min(colours, key=_URGENCY.index) if colours else "grey"
    ends = [valid_to for valid_to, _ in (states[kind] for kind in needs or states) if valid_to is not None]
    return RosterEntry(
        row.employment_id, mask_name(row.name), row.post, needs, min(ends, default=None), colour
    )


def _colour(valid_to: date | None, undated: bool, today: date, notice_days: int) -> Colour:
    if valid_to is None:
        return "grey" if undated else "red"
    if valid_to < today:
        return "grey" if undated else "red"
    if valid_to != FOREVER and valid_to <= today + timedelta(days=notice_days):
        return "yellow"
    return "green"


def _by_urgency(entry: RosterEntry) -> tuple[int, date, int]:
    return _URGENCY.index(entry.colour), entry.valid_to or FOREVER, entry.employment_id
