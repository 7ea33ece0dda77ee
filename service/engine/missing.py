"""Which facts are missing where a rule could not decide, of the verdicts just made."""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, exists, func, literal, or_, select, union_all

from rules import Catalogue, CheckedRule
from service.access.unit import Unit
from service.engine.scratch import lacking_now, put, verdicts_now


async def note_missing(unit: Unit, rule: CheckedRule, known: Catalogue) -> None:
    """Put every undecidable subject into `lacking_now`, with the label of each field that is empty in a row that was read."""
    unknown = select(verdicts_now.c.subject_id, literal("")).where(verdicts_now.c.verdict == "unknown")
    if not await put(unit, lacking_now, unknown):
        return
    by_label: dict[str, list[ColumnElement[bool]]] = {}
    for path, name in sorted(rule.reads):
        lacking = _empty(rule, known, path, name)
        if lacking is not None:
            by_label.setdefault(_label(known, rule.document.subject, path, name), []).append(lacking)
    the_subject = lacking_now.c.fact == ""
    of_labels = (
        select(lacking_now.c.subject_id, literal(label)).where(the_subject, or_(*lacking))
        for label, lacking in by_label.items()
    )
    if by_label:
        await put(unit, lacking_now, union_all(*of_labels))


async def missing_counts(unit: Unit) -> dict[str, int]:
    """What is missing → of how many of those judged."""
    fact = lacking_now.c.fact
    rows = await unit.connection.execute(
        select(fact, func.count()).where(fact != "").group_by(fact).order_by(fact)
    )
    return {row[0]: row[1] for row in rows}


def _empty(
    rule: CheckedRule, known: Catalogue, path: tuple[str, ...], name: str
) -> ColumnElement[bool] | None:
    """Whether an undecidable subject has an empty cell; None for a field that is never unknown.

    Asked of one subject after the other: joined, SQLite would read whole tables to know whom it need not look up.
    """
    entity = known[rule.document.subject]
    near: FromClause = entity.table.alias()
    rows = near
    itself = near.c[entity.key.name] == lacking_now.c.subject_id
    for step in path:
        relation = entity.relations[step]
        entity = known.target(relation)
        far = entity.table.alias()
        rows = rows.join(far, far.c[relation.remote.name] == near.c[relation.local.name])
        near = far
    fact = entity.fields.get(name)  # None where only the rows themselves are counted
    if fact is None or fact.missing == "none" or not fact.nullable:
        return None
    return exists().select_from(rows).where(itself, fact.cell(near).is_(None))


def _label(known: Catalogue, subject: str, path: tuple[str, ...], name: str) -> str:
    """What a field is called from its subject: 所在家庭的计划生育特殊家庭."""
    entity, labels = known[subject], []
    for step in path:
        labels.append(entity.relations[step].label)
        entity = known.target(entity.relations[step])
    return "的".join([*labels, entity.fields[name].label])
