"""Taking back what a visit wrote into the records, where nobody has changed it since: as a correction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, delete, insert, select, update

from rules import Catalogue
from rules.catalogue import EXTRA
from service.access import fields
from service.access.unit import Unit
from service.records.changes import NEW
from service.records.changesets import open_changeset, take_turn
from service.records.removing import remove
from service.records.undo_notes import columns_before
from service.tables import changes, corrections, learned_facts, service_events

NOTE = "撤销登记"


async def take_back(unit: Unit, changeset_ids: Sequence[int]) -> list[int]:
    """Undo the corrections and services of these changesets; gives the keys of the changesets that do.

    What somebody corrected again, or a newer file replaced, stays as it is.
    """
    if not changeset_ids:
        return []
    made = await _services(unit, changeset_ids)
    await take_turn(unit, shared=True)
    known = await fields.catalogue(unit)
    facts = await unit.connection.execute(
        select(learned_facts)
        .where(learned_facts.c.changeset_id.in_(changeset_ids))
        .order_by(learned_facts.c.learned_fact_id.desc())
    )
    standing = [fact for fact in facts.all() if await _stands(unit, fact)]
    if standing:
        changeset_id = await open_changeset(unit, "visit", note=NOTE)
        made.append(changeset_id)
        for fact in standing:
            await _restore(unit, known, fact, changeset_id)
    await unit.connection.execute(
        delete(learned_facts).where(learned_facts.c.changeset_id.in_(changeset_ids))
    )
    return made


async def _services(unit: Unit, changeset_ids: Sequence[int]) -> list[int]:
    """Remove the services these changesets noted, if they are still as noted."""
    s, c = service_events.c, changes.c
    noted = select(c.record_id).where(
        c.changeset_id.in_(changeset_ids), c.entity == "service_event", c.field == NEW
    )
    rows = await unit.connection.execute(
        select(s.service_event_id).where(s.service_event_id.in_(noted), s.changeset_id.in_(changeset_ids))
    )
    ids = list(rows.scalars())
    if not ids:
        return []
    await take_turn(unit)  # before the changeset is opened, as whoever removes records does
    changeset_id = await open_changeset(unit, "visit", note=NOTE)
    await remove(unit, changeset_id, "service_event", ids)
    return [changeset_id]


def _correction_of(fact: Row[Any]) -> Any:
    c = corrections.c
    return and_(c.entity == fact.entity, c.record_id == fact.record_id, c.field == fact.field)


async def _stands(unit: Unit, fact: Row[Any]) -> bool:
    """Whether the correction is the one that was made, and its record still there."""
    mine = and_(_correction_of(fact), corrections.c.changeset_id == fact.changeset_id)
    found = await unit.connection.execute(select(corrections.c.correction_id).where(mine))
    return found.first() is not None


async def _restore(unit: Unit, known: Catalogue, fact: Row[Any], changeset_id: int) -> None:
    entity = known[fact.entity]
    field = entity.fields.get(fact.field)
    if field is None:
        return
    extra = None
    if field.extra:
        held = select(entity.table.c[EXTRA]).where(entity.key == fact.record_id)
        extra = (await unit.connection.execute(held)).scalar_one()
    values = columns_before(field, fact.before, extra) | {"changeset_id": changeset_id}
    await unit.connection.execute(update(entity.table).where(entity.key == fact.record_id).values(values))
    row = {
        "changeset_id": changeset_id,
        "entity": fact.entity,
        "record_id": fact.record_id,
        "field": fact.field,
    }
    await unit.connection.execute(insert(changes).values(row))
    earlier = fact.before["correction"]
    if earlier is None:
        await unit.connection.execute(delete(corrections).where(_correction_of(fact)))
        return
    again = {
        "changeset_id": changeset_id,
        "value": earlier["value"],
        "replaced": earlier["replaced"],
        "observed_on": date.fromisoformat(earlier["observed_on"]),
    }
    await unit.connection.execute(update(corrections).where(_correction_of(fact)).values(again))
