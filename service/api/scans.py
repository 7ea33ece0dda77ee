"""Asking for a scan, and how far it is."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from service.access.permissions import Permission
from service.api.models import Accepted, Body, View
from service.api.request import Request
from service.api.routing import API, Routes
from service.engine import scan

routes = Routes()


class ScanBody(Body):
    as_of: date | None = Field(None, description="截至哪一天，默认今天")
    rule: str | None = Field(None, max_length=64, description="只扫描这条规则")


class ScanRuleView(View):
    rule: str
    title: str
    state: Literal["done", "failed"]
    matched: int
    unknown: int
    missing: dict[str, int] | None = Field(description="无法判断的对象缺哪些信息，各多少")
    opened: int
    resolved: int
    withdrawn: int
    error: str | None
    milliseconds: int


class ScanView(View):
    scan_id: int
    as_of: date
    state: Literal["running", "done", "incomplete", "failed"]
    rules: list[ScanRuleView]


@routes.post("/scans", permission=Permission.SCAN, idempotent=True)
async def ask_scan(request: Request, body: ScanBody) -> Accepted[ScanView]:
    """Begin a scan of all records; follow it at the Location given."""
    async with request.unit() as unit:
        scan_id = await scan.begin(unit, as_of=body.as_of or unit.today, only_rule=body.rule)
        view = ScanView.model_validate(await scan.get(unit, scan_id))
    state = request.app_state
    request.after_commit(lambda: state.background.start("scan", state.run_scan(scan_id)))
    return Accepted(f"{API}/scans/{scan_id}", view)


@routes.get("/scans/{scan_id}", permission=Permission.SCAN)
async def show_scan(request: Request, scan_id: int) -> ScanView:
    """Show how far a scan is, rule by rule."""
    async with request.reading() as unit:
        return ScanView.model_validate(await scan.get(unit, scan_id))
