"""Asking for a scan, and how far it is."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from service.access.permissions import Permission
from service.api.models import Accepted, Body, Day, View
from service.api.request import Request
from service.api.routing import API, Routes
from service.engine import scan
from service.errors import Conflict, InvalidInput, NotFound

routes = Routes()


class ScanBody(Body):
    as_of: Day | None = Field(None, description="截至哪一天，默认今天")
    rule: str | None = Field(None, max_length=64, description="只扫描这条规则")
    whole: bool = Field(False, description="重新判断所有人；通常只判断有变化的")


class ScanRuleView(View):
    rule: str
    title: str
    state: Literal["running", "done", "failed"]
    mode: Literal["full", "delta"] = Field(description="full 判断了所有人，delta 只判断有变化的")
    why_full: str | None = Field(description="为何判断所有人")
    candidates: int | None = Field(description="增量判断的对象数")
    matched: int = Field(description="本次判断的对象中符合的")
    unknown: int = Field(description="本次判断的对象中无法判断的")
    missing: dict[str, int] | None = Field(description="无法判断的对象缺哪些信息，各多少")
    opened: int
    resolved: int
    withdrawn: int
    updated: int
    error: str | None
    milliseconds: int


class ScanView(View):
    scan_id: int
    as_of: date
    state: Literal["running", "done", "incomplete", "failed"]
    rules: list[ScanRuleView]
    untouched: int = Field(description="没有对象要重新判断的规则数，不在 rules 中")


@routes.post(
    "/scans", permission=Permission.SCAN, idempotent=True, refuses=(NotFound, Conflict, InvalidInput)
)
async def ask_scan(request: Request, body: ScanBody) -> Accepted[ScanView]:
    """Begin a scan of what has changed, or of everyone; follow it at the Location given."""
    async with request.unit() as unit:
        scan_id = await scan.begin(
            unit, as_of=body.as_of or unit.today, only_rule=body.rule, whole=body.whole
        )
        view = ScanView.model_validate(await scan.get(unit, scan_id))
    state = request.app_state
    request.after_commit(lambda: state.background.start("scan", state.run_scan(scan_id)))
    return Accepted(f"{API}/scans/{scan_id}", view)


@routes.get("/scans/{scan_id}", permission=Permission.SCAN)
async def show_scan(request: Request, scan_id: int) -> ScanView:
    """Show how far a scan is, rule by rule."""
    async with request.reading() as unit:
        return ScanView.model_validate(await scan.get(unit, scan_id))
