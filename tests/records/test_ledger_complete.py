"""The ledger of changes names every field of every record that differs, for scans believe it."""

from __future__ import annotations

from pathlib import Path
from random import Random

from record_histories import (
    DECLARED,
    FORMS,
    TABLES,
    Change,
    History,
    declare_fields,
    difference,
    newest,
    snapshot,
    told_since,
)

from service.access.unit import House

MIXED = [*FORMS, *["residents"] * 3, *["correct"] * 10, *["serve"] * 2, *["remove"] * 10]


async def test_after_any_history_the_ledger_tells_exactly_what_differs(house: House, tmp_path: Path) -> None:
    await declare_fields(house)
    rng = Random(1)
    history = History(house, tmp_path, rng)
    told: set[Change] = set()
    emptied = 0
    before = await snapshot(house)
    for number, what in enumerate([*FORMS, *rng.sample(MIXED, len(MIXED))]):
        since = await newest(house)
        await history.step(what)
        after, rows = await snapshot(house), await told_since(house, since)
        assert rows == difference(before, after), f"step {number}: {what}"
        written = {key for key in after if after[key] != before.get(key)}
        assert all(after[key]["changeset_id"] > since for key in written), "each knows who wrote it last"
        assert not {row[:2] for row in rows if row[2] == "*"} & {row[:2] for row in told}, (
            "no key comes twice"
        )
        emptied += sum(
            field in before[entity, key] and field not in after[entity, key]
            for entity, key, field, _ in rows
            if (entity, key) in before and (entity, key) in after
        )
        told |= rows
        before = after
    _is_rich(told)
    assert emptied > 3, "corrections took facts back"


def _is_rich(told: set[Change]) -> None:
    """Whether the history had everything in it that can happen to a record."""
    happened = {(entity, field) for entity, _, field, _ in told}
    assert {(entity, "*") for entity in TABLES} <= happened
    assert len({entity for entity, field in happened if field == "-"}) > 5
    assert len(happened & {(declared.entity, declared.name) for declared in DECLARED}) > 2
    moved = {(entity, field) for entity, _, field, old in told if old is not None}
    assert {("resident", "household_id"), ("household", "head_id"), ("equipment", "enterprise_id")} <= moved
