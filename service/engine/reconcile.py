"""Bringing a rule's findings in step with its verdicts, as a few statements over a temporary table.

`verdicts_now` holds the subjects that match or are undecidable today. Then, in this order:
clear open episodes whose subject is no longer there (`resolved` where the rule still applies to it, `withdrawn`
otherwise); re-arm settled episodes whose quiet time is over; update what still matches; open what is new. An open
episode that became undecidable stays open: unknown is never silently "no".

`unjudged` are subjects of a division where a parameter has no value. They count as undecidable, but nothing is asked
of anybody about them, and what is open of theirs stays exactly as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.schema import CreateTable

from service.access.unit import Unit
from service.tables import findings
from service.tables.columns import Key

UNJUDGED = "unjudged"
TOGETHER = 64
"""Regions in one statement; PostgreSQL takes 32,767 parameters, and a rule of 200 parts has fewer than 500."""

verdicts_now = Table(
    "verdicts_now",
    MetaData(),
    Column("subject_id", Key, primary_key=True, autoincrement=False),
    Column("target_kind", Text, nullable=False),
    Column("target_id", Key, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("due_on", Date),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True)
class Episode:
    """What is the same for every finding a rule opens on one day.

    `visit_from` is the first day a worker may be sent where somebody else may settle it alone first, and `held_due_on`
    the due date counted from then. Neither holds for what is urgent: that cannot wait.
    """

    rule: str
    version_id: int
    subject_kind: str
    as_of: date
    due_on: date | None
    held_due_on: date | None
    visit_from: date | None
    asks: bool


@dataclass(frozen=True)
class Tally:
    """Counts of one reconciliation."""

    matched: int = 0
    unknown: int = 0
    opened: int = 0
    resolved: int = 0
    withdrawn: int = 0


async def fill(unit: Unit, *verdicts: Select[tuple[object, ...]]) -> None:
    """Evaluate the verdicts of one rule, a select a region, into the temporary table, emptied before.

    On PostgreSQL each statement sees what others have committed before it, so that who moves between two of them would
    be judged in both regions or in none: the regions are asked in one statement, as far as its parameters reach. On
    SQLite nobody else writes meanwhile.
    """
    await unit.connection.execute(CreateTable(verdicts_now, if_not_exists=True))
    await unit.connection.execute(delete(verdicts_now))
    columns = [column.name for column in verdicts_now.columns]
    together = TOGETHER if unit.dialect == "postgresql" else 1
    for start in range(0, len(verdicts), together):
        asked = union_all(*verdicts[start : start + together])
        await unit.connection.execute(insert(verdicts_now).from_select(columns, asked))


async def leave_unjudged(unit: Unit, subjects: Select[tuple[int]], subject_kind: str) -> int:
    """Put subjects that cannot be judged for want of a parameter into the temporary table; returns how many."""
    them = subjects.subquery()
    rows = select(
        them.c.subject_id,
        literal(subject_kind),
        them.c.subject_id,
        literal(UNJUDGED),
        literal("normal"),
        cast(null(), Date()),
    )
    columns = [column.name for column in verdicts_now.columns]
    return (await unit.connection.execute(insert(verdicts_now).from_select(columns, rows))).rowcount


async def reconcile(unit: Unit, episode: Episode, still_applies: Sequence[Select[tuple[int]]]) -> Tally:
    """Apply `verdicts_now` to the findings of the rule. `still_applies` select the subjects `applies` holds of, region
    by region."""
    matched, unknown = await counts(unit)
    here = or_(*(findings.c.subject_id.in_(part) for part in still_applies))
    resolved = await _clear(unit, episode, "resolved", here)
    withdrawn = await _clear(unit, episode, "withdrawn", None)
    await _rearm(unit, episode)
    await _keep(unit, episode)
    opened = await _open(unit, episode)
    return Tally(matched, unknown, opened, resolved, withdrawn)


async def withdraw(unit: Unit, rule: str, as_of: date) -> int:
    """Withdraw every open finding of a rule that is not in force."""
    gone = await unit.connection.execute(
        update(findings)
        .where(findings.c.rule == rule, findings.c.cleared_on.is_(None))
        .values(cleared_on=as_of, clearing="withdrawn")
    )
    return gone.rowcount


def _open_episodes(episode: Episode) -> ColumnElement[bool]:
    return and_(
        findings.c.rule == episode.rule,
        findings.c.subject_kind == episode.subject_kind,
        findings.c.cleared_on.is_(None),
    )


async def counts(unit: Unit) -> tuple[int, int]:
    """How many subjects match, and how many cannot be decided (or not be judged)."""
    of_verdict = {
        row.verdict: row.n
        for row in await unit.connection.execute(
            select(verdicts_now.c.verdict, func.count().label("n")).group_by(verdicts_now.c.verdict)
        )
    }
    return of_verdict.get("match", 0), of_verdict.get("unknown", 0) + of_verdict.get(UNJUDGED, 0)


async def _clear(unit: Unit, episode: Episode, clearing: str, which: ColumnElement[bool] | None) -> int:
    present = exists().where(verdicts_now.c.subject_id == findings.c.subject_id)
    gone = and_(_open_episodes(episode), ~present)
    cleared = await unit.connection.execute(
        update(findings)
        .where(gone if which is None else and_(gone, which))
        .values(cleared_on=episode.as_of, clearing=clearing)
    )
    return cleared.rowcount


async def _rearm(unit: Unit, episode: Episode) -> None:
    await unit.connection.execute(
        update(findings)
        .where(
            _open_episodes(episode),
            findings.c.settled_on.is_not(None),
            findings.c.quiet_until <= episode.as_of,
            ~exists().where(
                verdicts_now.c.subject_id == findings.c.subject_id, verdicts_now.c.verdict == UNJUDGED
            ),
        )
        .values(cleared_on=episode.as_of, clearing="rearmed")
    )


async def _keep(unit: Unit, episode: Episode) -> None:
    """Update grade, target, due date and version of what still matches, where they changed.

    What has just become urgent is no longer held back.
    """
    now = verdicts_now.c
    newly_urgent = and_(now.grade == "urgent", findings.c.grade != "urgent")
    at_once = func.coalesce(now.due_on, literal(episode.due_on, Date()))
    due = case((newly_urgent, at_once), else_=func.coalesce(now.due_on, findings.c.due_on))
    await unit.connection.execute(
        update(findings)
        .where(
            _open_episodes(episode),
            now.subject_id == findings.c.subject_id,
            now.verdict != UNJUDGED,
            or_(
                findings.c.grade != now.grade,
                findings.c.verdict != now.verdict,
                findings.c.target_kind != now.target_kind,
                findings.c.target_id != now.target_id,
                findings.c.version_id != episode.version_id,
                findings.c.due_on.is_distinct_from(due),
            ),
        )
        .values(
            grade=now.grade,
            verdict=now.verdict,
            target_kind=now.target_kind,
            target_id=now.target_id,
            version_id=episode.version_id,
            due_on=due,
            visit_from=case((newly_urgent, None), else_=findings.c.visit_from),
        )
    )


async def _open(unit: Unit, episode: Episode) -> int:
    """Open an episode for each new match (and, where the rule asks, each undecidable subject).

    What a person settled and the records then withdrew (a household that a file left out for a day) keeps quiet until
    its time; what was resolved and matches again is a new matter.
    """
    now = verdicts_now.c
    same = and_(
        findings.c.rule == episode.rule,
        findings.c.subject_kind == episode.subject_kind,
        findings.c.subject_id == now.subject_id,
    )
    held_back = exists().where(
        same,
        or_(
            findings.c.cleared_on.is_(None),
            and_(findings.c.clearing == "withdrawn", findings.c.quiet_until > episode.as_of),
        ),
    )
    wanted = now.verdict.in_(("match", "unknown") if episode.asks else ("match",))
    rows = select(
        literal(episode.rule),
        literal(episode.version_id, Key),
        literal(episode.subject_kind),
        now.subject_id,
        now.target_kind,
        now.target_id,
        now.verdict,
        now.grade,
        literal(episode.as_of, Date()),
        func.coalesce(
            now.due_on,
            case(
                (now.grade == "urgent", literal(episode.due_on, Date())),
                else_=literal(episode.held_due_on, Date()),
            ),
        ),
        case((now.grade == "urgent", None), else_=literal(episode.visit_from, Date())),
    ).where(wanted, ~held_back)
    columns = [
        "rule", "version_id", "subject_kind", "subject_id", "target_kind", "target_id", "verdict", "grade",
        "since_on", "due_on", "visit_from",
    ]  # fmt: skip
    opened = await unit.connection.execute(insert(findings).from_select(columns, rows))
    return opened.rowcount
