"""What still keeps a checked rule from coming into force: a source or parameter nobody verified, a duty not listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from rules import CheckedRule, Parameters
from rules.files.documents import Period
from rules.regions import regions
from service.access.unit import Unit
from service.tables import duty_items


async def unready(unit: Unit, rules: list[CheckedRule], known: Parameters) -> dict[str, list[str]]:
    """Rule id → why it cannot come into force today, in Chinese; ready rules are left out."""
    rows = await unit.connection.execute(select(duty_items.c.duty, duty_items.c.kind, duty_items.c.valid_to))
    listed = {row.duty: row for row in rows}
    reasons = {rule.document.rule: list(_reasons(rule, known, listed, unit.today)) for rule in rules}
    return {name: found for name, found in reasons.items() if found}


def _reasons(rule: CheckedRule, known: Parameters, listed: Mapping[str, Any], today: date) -> Iterator[str]:
    document = rule.document
    if not any(source.verified for source in document.sources):
        yield "没有一处法规或文件来源经过核实"
    yield from _without_value(rule, known, _asked_on(document.effective, today))
    item = listed.get(document.duty)
    if item is None:
        yield f"履职清单里没有 {document.duty}"
    elif item.kind == "withdrawn" or (item.valid_to is not None and item.valid_to < today):
        yield f"履职清单事项 {document.duty} 已收回或已到期"


def _asked_on(effective: Period, today: date) -> date:
    """Today, or the day of the rule's time that is nearest: an expired rule is asked of its last day."""
    begun = max(today, effective.from_)
    return begun if effective.to is None else min(begun, effective.to)


def _without_value(rule: CheckedRule, known: Parameters, day: date) -> Iterator[str]:
    """One region with every value is enough: elsewhere subjects are counted as not judged."""
    parts = regions(rule, known, day)
    if not all(part.missing for part in parts):
        return
    nowhere = [name for name in sorted(rule.parameters) if all(name in part.missing for part in parts)]
    for name in nowhere:
        yield f"参数“{known.defined[name].label}”（{name}）没有经过核实的值"
    if not nowhere:
        names = "、".join(sorted({name for part in parts for name in part.missing}))
        yield f"参数 {names} 没有哪个区划同时有值"
