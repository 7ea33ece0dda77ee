"""Which facts are missing where a rule could not decide, counted over the verdicts just made."""

from __future__ import annotations

from sqlalchemy import func, select

from rules import CheckedRule
from service.access.unit import Unit
from service.engine.reconcile import verdicts_now
from service.tables.catalogue import CATALOGUE


async def missing_facts(unit: Unit, rule: CheckedRule) -> dict[str, int]:
    """Dotted field → number of undecidable subjects for which it is empty in some row that was read."""
    counts: dict[str, int] = {}
    for path, name in sorted(rule.reads):
        count = await _empty(unit, rule, path, name)
        if count:
            counts[".".join((rule.document.subject, *path, name))] = count
    return counts


async def _empty(unit: Unit, rule: CheckedRule, path: tuple[str, ...], name: str) -> int:
    entity = CATALOGUE[rule.document.subject]
    near = entity.table.alias()
    joined = verdicts_now.join(near, near.c[entity.key.name] == verdicts_now.c.subject_id)
    for step in path:
        relation = entity.relations[step]
        entity = CATALOGUE.target(relation)
        far = entity.table.alias()
        joined = joined.join(far, far.c[relation.remote.name] == near.c[relation.local.name])
        near = far
    fact = entity.fields.get(name)  # None where only the rows themselves are counted
    if fact is None or fact.missing == "none" or not fact.nullable:
        return 0
    statement = (
        select(func.count(verdicts_now.c.subject_id.distinct()))
        .select_from(joined)
        .where(verdicts_now.c.verdict == "unknown", near.c[name].is_(None))
    )
    return int((await unit.connection.execute(statement)).scalar_one())


def label_of(dotted: str) -> str:
    """The Chinese label of a dotted field: `resident.household.special_family` → 所在家庭的计划生育特殊家庭."""
    subject, *path, name = dotted.split(".")
    entity, labels = CATALOGUE[subject], []
    for step in path:
        labels.append(entity.relations[step].label)
        entity = CATALOGUE.target(entity.relations[step])
    return "的".join([*labels, entity.fields[name].label])
