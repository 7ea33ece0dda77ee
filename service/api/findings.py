"""Why a finding stands: every clause with its values, the parameters, and the law."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from pydantic import Field

from service.access.permissions import Permission
from service.api.models import View
from service.api.request import Request
from service.api.routing import Routes
from service.engine.explain import Explanation, explain_finding
from service.work.tasks import require_finding_in_sight

routes = Routes()
SOURCE = {"law", "article", "verified_on", "mark"}


class FactView(View):
    label: str
    text: str = Field(description="登记的值，已按敏感程度处理")
    missing: bool


class ClauseView(View):
    part: Literal["applies", "when"]
    chinese: str
    source: str = Field(description="规则原文")
    holds: bool | None = Field(description="true 成立，false 不成立，null 无法判断")
    facts: list[FactView]
    missing: list[str]


class ParameterView(View):
    name: str
    label: str
    value: Any
    unit: str
    effective_from: datetime.date
    source: str | None


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
    parameters: list[ParameterView]
    sources: list[SourceView]


@routes.get("/findings/{finding_id}/explanation", permission=Permission.WORK)
async def explain_one(request: Request, finding_id: int) -> ExplanationView:
    """Explain a finding: every clause with value and verdict, the parameters, the law."""
    async with request.reading() as unit:
        await require_finding_in_sight(unit, finding_id)
        return explanation_view(await explain_finding(unit, finding_id))


def explanation_view(explanation: Explanation) -> ExplanationView:
    """An explanation as the API shows it. Of private facts only that they are recorded."""
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
        clauses=[ClauseView.model_validate(clause) for clause in judged.clauses],
        missing=list(judged.missing),
        parameters=[
            ParameterView(
                name=used.name,
                label=used.label,
                value=used.value,
                unit=used.unit,
                effective_from=used.effective_from,
                source=f"{used.source.law} {used.source.article}" if used.source else None,
            )
            for used in explanation.parameters
        ],
        sources=[
            SourceView(**source.model_dump(include=SOURCE) | {"date": str(source.date)})
            for source in document.sources
        ],
    )
