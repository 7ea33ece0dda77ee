"""Which facts are missing where a rule could not decide, of the verdicts just made."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, literal, select, union

from rules import Catalogue, CheckedRule
from service.access.unit import Unit
from service.engine.scratch import lacking_now, put, verdicts_now


async def note_missing(unit: Unit, rule: CheckedRule, known: Catalogue) -> None:
    """Put every undecidable subject into `lacking_now`, with the label of each field that is empty in a row that was read."""
    unknown = select(verdicts_now.c.subject_id, literal("")).where(verdicts_now.c.verdict == "unknown")
    if not await put(unit, lacking_now, unknown):
        return
    by_label: dict[str, list[Select[Any]]] = {}
    for path, name in sorted(rule.reads):
        lacking = _empty(rule, known, path, name)
        if lacking is not None:
            by_label.setdefault(_label(known, rule.document.subject, path, name), []).append(lacking)
    for label, empty in by_label.items():
        them = union(*empty).subquery()
        await put(unit, lacking_now, select(them.c.subject_id, literal(label)))


async def missing_counts(unit: Unit) -> dict[str, int]:
    """What is missing → of how many of those judged."""
    fact = lacking_now.c.fact
    rows = await unit.connection.execute(
        select(fact, func.count()).where(fact != "").group_by(fact).order_by(fact)
    )
    return {row[0]: row[1] for row in rows}


def _empty(rule: CheckedRule, known: Catalogue, path: tuple[str, ...], name: str) -> Select[Any] | None:
    """Selects the undecidable subjects with an empty cell; None for a field that is never unknown."""
    entity = known[rule.document.subject]
    near = entity.table.alias()
    joined = lacking_now.join(near, near.c[entity.key.name] == lacking_now.c.subject_id)
    for step in path:
        relation = entity.relations[step]
        entity = known.target(relation)
        far = entity.table.alias()
        joined = joined.join(far, far.c[relation.remote.name] == near.c[relation.local.name])
        near = far
    fact = entity.fields.get(name)  # None where only the rows themselves are counted
    if fact is None or fact.missing == "none" or not fact.nullable:
        return None
    return (
        select(lacking_now.c.subject_id)
        .distinct()
        .select_from(joined)
        .where(lacking_now.c.fact == "", fact.cell(near).is_(None))
    )


def _label(known: Catalogue, subject: str, path: tuple[str, ...], name: str) -> str:
    """What a field is called from its subject: 所在家庭的计划生育特殊家庭."""
    entity, labels = known[subject], []
    for step in path:
        labels.append(entity.relations[step].label)
        entity = known.target(entity.relations[step])
    return "的".join([*labels, entity.fields[name].label])
