"""Which facts are missing where a rule could not decide, counted over the verdicts just made."""

from __future__ import annotations

from sqlalchemy import func, select

from rules import Catalogue, CheckedRule
from service.access.unit import Unit
from service.engine.reconcile import verdicts_now


async def missing_facts(unit: Unit, rule: CheckedRule, known: Catalogue) -> dict[str, int]:
    """Label of a field → number of undecidable subjects for which it is empty in some row that was read."""
    counts: dict[str, int] = {}
    for path, name in sorted(rule.reads):
        count = await _empty(unit, rule, known, path, name)
        if count:
            label = _label(known, rule.document.subject, path, name)
            counts[label] = max(count, counts.get(label, 0))
    return counts


async def _empty(unit: Unit, rule: CheckedRule, known: Catalogue, path: tuple[str, ...], name: str) -> int:
    entity = known[rule.document.subject]
    near = entity.table.alias()
    joined = verdicts_now.join(near, near.c[entity.key.name] == verdicts_now.c.subject_id)
    for step in path:
        relation = entity.relations[step]
        entity = known.target(relation)
        far = entity.table.alias()
        joined = joined.join(far, far.c[relation.remote.name] == near.c[relation.local.name])
        near = far
    fact = entity.fields.get(name)  # None where only the rows themselves are counted
    if fact is None or fact.missing == "none" or not fact.nullable:
        return 0
    statement = (
        select(func.count(verdicts_now.c.subject_id.distinct()))
        .select_from(joined)
        .where(verdicts_now.c.verdict == "unknown", fact.cell(near).is_(None))
    )
    return int((await unit.connection.execute(statement)).scalar_one())


def _label(known: Catalogue, subject: str, path: tuple[str, ...], name: str) -> str:
    """What a field is called from its subject: 所在家庭的计划生育特殊家庭."""
    entity, labels = known[subject], []
    for step in path:
        labels.append(entity.relations[step].label)
        entity = known.target(entity.relations[step])
    return "的".join([*labels, entity.fields[name].label])
