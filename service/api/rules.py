"""The rules in force, and checking one before it is published."""

from __future__ import annotations

import asyncio
from datetime import date

from pydantic import Field

from rules import RuleErrors, paraphrase
from service.access.permissions import Permission
from service.api.models import Body, View
from service.api.request import Request
from service.api.routing import Routes
from service.engine import publish, quality, rulebook

routes = Routes()


class RuleView(View):
    rule: str
    version: int
    title: str
    department: str
    paraphrase: str = Field(description="规则的中文说明")
    effective_from: date
    effective_to: date | None
    flagged: bool = Field(description="走访结果显示常常白跑，请责任部门看看；详见 /rules/{rule}/quality")


class RuleList(View):
    items: list[RuleView]


class RuleBody(Body):
    document: str = Field(max_length=65_536, description="规则文件的全文（YAML）")


class RuleErrorView(View):
    code: str
    part: str = Field(description="在文件的哪一部分")
    line: int | None
    start: int
    end: int
    chinese: str
    english: str
    suggestion: str | None


class ExampleView(View):
    name: str
    passed: bool


class CheckView(View):
    ok: bool
    paraphrase: str | None
    errors: list[RuleErrorView]
    examples: list[ExampleView]


@routes.get("/rules", permission=Permission.READ_RULES)
async def list_rules(request: Request) -> RuleList:
    """List the rules in force, each in plain Chinese, and which of them visits show to be often wrong."""
    async with request.reading() as unit:
        ground = await rulebook.basis(unit)
        values = ground.parameters.at(unit.today)
        often_wrong = await quality.imprecise(unit, request.app_state.settings.precision_limit)
        return RuleList(
            items=[
                RuleView(
                    rule=version.rule,
                    version=version.version,
                    title=version.title,
                    department=version.department,
                    paraphrase=paraphrase(ground.checked(version), values),
                    effective_from=version.effective_from,
                    effective_to=version.effective_to,
                    flagged=version.rule in often_wrong,
                )
                for version in await rulebook.active(unit)
            ]
        )


@routes.post("/rules/check", permission=Permission.EDIT_RULES)
async def check_rule(request: Request, body: RuleBody) -> CheckView:
    """Check a rule without keeping it: all errors at once, its examples, and what it says in Chinese."""
    async with request.reading() as unit:
        ground, today = await rulebook.basis(unit), unit.today
    try:
        examined = await asyncio.to_thread(
            publish.examine, body.document, ground.parameters, catalogue=ground.catalogue
        )
    except RuleErrors as found:
        views = [RuleErrorView.model_validate(error) for error in found.errors]
        return CheckView(ok=False, paraphrase=None, errors=views, examples=[])
    return CheckView(
        ok=all(example.passed for example in examined.examples),
        paraphrase=paraphrase(examined.rule, ground.parameters.at(today)),
        errors=[
            RuleErrorView.model_validate(error) for example in examined.examples for error in example.errors
        ],
        examples=[ExampleView.model_validate(example) for example in examined.examples],
    )
