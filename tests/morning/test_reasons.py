"""The lines workers read: short, the same wherever they are shown, and never part of a message."""

from __future__ import annotations

from sqlalchemy import select

from service.access.unit import House
from service.api.findings import explanation_view
from service.engine.explain import explain_finding
from service.tables import findings, notifications, residents


async def test_no_message_holds_a_reason_or_a_heading(morning: House) -> None:
    async with morning.read() as unit:
        words = (await unit.connection.execute(select(findings.c.reason, findings.c.heading))).all()
        sent = (await unit.connection.execute(select(notifications.c.subject, notifications.c.body))).all()
    said = {text for row in words for text in row if text}
    facts = {fact for text in said for fact in text.split("；")}
    assert len(sent) > 0
    assert len(facts) > 10
    for subject, body in sent:
        assert not [fact for fact in facts if fact in subject + body]


async def test_a_reason_names_nobody_and_is_short(morning: House) -> None:
    async with morning.read() as unit:
        reasons = set((await unit.connection.execute(select(findings.c.reason))).scalars()) - {None}
        names = set((await unit.connection.execute(select(residents.c.name))).scalars())
    assert len(names) > 100
    assert len(reasons) > 10
    for reason in reasons:
        assert len(reason) <= 40
        assert not [name for name in names if name in reason]


async def test_the_reason_on_a_list_is_that_of_the_explanation(morning: House) -> None:
    async with morning.read() as unit:
        rows = await unit.connection.execute(
            select(findings.c.finding_id, findings.c.reason).where(findings.c.reason.is_not(None)).limit(20)
        )
        told = [(row.reason, (await explain_finding(unit, row.finding_id)).judgement.reason) for row in rows]
    assert len(told) > 5
    assert all(written == explained for written, explained in told)


async def test_a_view_shows_origins_and_hides_sensitive_values_from_those_who_may_not_know_them(
    morning: House,
) -> None:
    async with morning.read() as unit:
        wanted = select(findings.c.finding_id).where(findings.c.rule == "elder-visits").limit(10)
        told = [await explain_finding(unit, key) for key in (await unit.connection.execute(wanted)).scalars()]
    assert told
    shown = hidden = 0
    for explanation in told:
        for sensitive in (True, False):
            view = explanation_view(explanation, sensitive=sensitive)
            facts = [fact for clause in view.clauses for fact in clause.facts if fact.label == "失能等级"]
            assert all(fact.origin and fact.origin.startswith("导入 2026-11-23") for fact in facts)
            recorded = [fact.text for fact in facts if not fact.missing]
            shown += sensitive * sum(text != "已登记" for text in recorded)
            hidden += (not sensitive) * sum(text == "已登记" for text in recorded)
            assert {used.version for used in view.parameters} == {1}
    assert shown == hidden > 0
