"""Why a finding stands: every clause with its values, the parameters, and the law."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from pydantic import Field

from rules import Clause, Fact, Missing
from service.access.permissions import Permission
from service.api.models import View
from service.api.request import Request
from service.api.routing import Routes
from service.engine.explain import Explanation, UsedParameter, explain_finding
from service.errors import Conflict
from service.work.tasks import require_finding_in_sight

routes = Routes()
SOURCE = {"law", "article", "verified_on", "mark"}


class FactView(View):
    label: str
    text: str = Field(description="登记的值，已按敏感程度处理")
    missing: bool
    origin: str | None = Field(description="来自哪里、哪一天，如“走访核实 2026-11-02”")


class UsedView(View):
    name: str
    label: str
    value: Any


class ClauseView(View):
    part: Literal["applies", "when"]
    chinese: str
    source: str = Field(description="规则原文")
    holds: bool | None = Field(description="true 成立，false 不成立，null 无法判断")
    facts: list[FactView]
    parameters: list[UsedView]
    missing: list[str]


class ParameterView(View):
    name: str
    label: str
    value: Any
    unit: str
    version: int
    effective_from: datetime.date
    division: str | None = Field(description="只在这个区划适用；空为通用")
    source: str | None


class NearestView(View):
    clause: int = Field(description="最接近成立的那一条，从 0 数起")
    fact: str
    from_day: datetime.date | None = Field(description="只等时间的话，这一条从哪天起成立")


class OutcomeView(View):
    value: str
    verdict: Literal["match", "no", "unknown"]


class MissingView(View):
    label: str
    whom: str = Field(description="向谁核实")
    outcomes: list[OutcomeView] = Field(description="各种取值对应的结论；还说不准的为空")


class SourceView(View):
    law: str
    article: str
    date: str = Field(description="版本日期，知道多细写多细")
    verified_on: datetime.date | None
    mark: Literal["V", "S", "M"] = Field(description="V 已核对原文，S 引自转述，M 未核实")


class ExplanationView(View):
    rule: str
    title: str
    version: int
    department: str
    as_of: datetime.date
    verdict: Literal["match", "no", "unknown"]
    grade: str
    reason: str
    clauses: list[ClauseView]
    missing: list[str]
    nearest: NearestView | None = Field(description="不符合时，最接近成立的一条")
    matches_from: datetime.date | None = Field(description="只等时间的话，从哪天起符合")
    asks: list[MissingView] = Field(description="无法判断时，缺少的事实")
    parameters: list[ParameterView]
    sources: list[SourceView]


@routes.get("/findings/{finding_id}/explanation", permission=Permission.WORK, refuses=(Conflict,))
async def explain_one(request: Request, finding_id: int) -> ExplanationView:
    """Explain a finding: every clause with value and verdict, the parameters, the law."""
    async with request.reading() as unit:
        await require_finding_in_sight(unit, finding_id)
        explanation = await explain_finding(unit, finding_id)
        return explanation_view(explanation, sensitive=unit.actor.may(Permission.REVEAL))


def explanation_view(explanation: Explanation, *, sensitive: bool) -> ExplanationView:
    """An explanation as the API shows it. Of private facts, and to some of sensitive ones, only that they are recorded."""
    judged, document = explanation.judgement, explanation.document
    return ExplanationView(
        rule=document.rule,
        title=document.title,
        version=explanation.version.version,
        department=document.department,
        as_of=explanation.as_of,
        verdict=judged.verdict,
        grade=judged.grade,
        reason=judged.reason,
        clauses=[_clause(clause, explanation, sensitive) for clause in judged.clauses],
        missing=list(judged.missing),
        nearest=None if judged.nearest is None else NearestView.model_validate(judged.nearest),
        matches_from=judged.matches_from,
        asks=[_missing(one, document.department) for one in judged.asks],
        parameters=[_parameter(used) for used in explanation.parameters],
        sources=[
            SourceView(**source.model_dump(include=SOURCE) | {"date": str(source.date)})
            for source in document.sources
        ],
    )


def _clause(clause: Clause, explanation: Explanation, sensitive: bool) -> ClauseView:
    return ClauseView(
        part=clause.part,
        chinese=clause.chinese,
        source=clause.source,
        holds=clause.holds,
        facts=[_fact(fact, explanation, sensitive) for fact in clause.facts],
        parameters=[UsedView.model_validate(used) for used in clause.parameters],
        missing=list(clause.missing),
    )


def _fact(fact: Fact, explanation: Explanation, sensitive: bool) -> FactView:
    hidden = fact.sensitivity == "sensitive" and not sensitive and fact.value is not None
    origin = None if fact.key is None else explanation.origins.get((fact.entity, fact.key, fact.field))
    return FactView(
        label=fact.label,
        text="已登记" if hidden else fact.text,
        missing=fact.missing,
        origin=None if origin is None else origin.text,
    )


def _missing(one: Missing, department: str) -> MissingView:
    return MissingView(
        label=one.label,
        whom=whom(one, department),
        outcomes=[OutcomeView.model_validate(outcome) for outcome in one.outcomes],
    )


def whom(one: Missing, department: str) -> str:
    """Whom a missing fact is to be asked of."""
    return "上门时问当事人" if one.on_visit else f"请{department}核对数据，不问当事人"


def _parameter(used: UsedParameter) -> ParameterView:
    return ParameterView(
        name=used.name,
        label=used.label,
        value=used.value,
        unit=used.unit,
        version=used.version,
        effective_from=used.effective_from,
        division=used.division,
        source=f"{used.source.law} {used.source.article}" if used.source else None,
    )
