"""What commands print for people: an import, a scan, a day's lists, an explanation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from pathlib import Path

from rules import Clause
from service.api.findings import whom
from service.api.tasks import FindingView, TaskView
from service.engine.explain import Explanation
from service.engine.judging import WITHOUT_VALUE
from service.engine.scan import RuleResult, Scan
from service.engine.verify import Verification
from service.jobs import Round
from service.push.deliveries import STATUSES, Waiting
from service.push.rounds import Tally
from service.records.reports import ImportReport
from service.tables.catalogue import CATALOGUE
from service.tables.codes import GRADE
from service.tables.scans import WHY_FULL

MARK = {"urgent": "‼", "important": "!", "normal": "·", "low": " "}
STATE = {"done": "完成", "incomplete": "部分规则失败", "running": "进行中", "failed": "失败"}
VERDICT = {"match": "符合", "no": "不符合", "unknown": "无法判断"}
HOLDS = {True: "✓", False: "✗", None: "?"}
SHOWN = 10
"""Rejected rows shown on the terminal; all of them are in the report."""


def import_lines(report: ImportReport, written: Path | None = None, shown: int = SHOWN) -> Iterator[str]:
    """What an import did to rows and to records, and the first issues with what to do about them."""
    head = "试运行，未写入" if report.dry_run else "已导入"
    yield f"{report.file_name} {head}：{report.read} 行，合格 {report.good}，有问题 {report.bad}；{_tallies(report)}"
    if report.ignored:
        yield f"  没有用到的列：{'、'.join(report.ignored)}"
    if report.skipped:
        yield f"  没有表头、已跳过的工作表：{'、'.join(report.skipped)}"
    for issue in report.issues[:shown]:
        value = f" {issue.value}" if issue.value else ""
        yield f"  {issue.sheet} 第 {issue.row} 行「{issue.column}」{value}：{issue.advice}"
    more = len(report.issues) + report.more_issues - shown
    if more > 0:
        where = f"，全部见 {written}" if written else "，加 --report 文件名 可导出全部"
        yield f"  …… 另有 {more} 条{where}"


def _tallies(report: ImportReport) -> str:
    """Records by what they are: one row of a file may make a person, a household and a certificate."""
    parts = []
    for entity, tally in report.tallies.items():
        changed = [
            f"{word} {count}"
            for word, count in (("新建", tally.created), ("更新", tally.updated), ("未变", tally.unchanged))
            if count
        ]
        if changed:
            parts.append(f"{_entity_label(entity)}{'、'.join(changed)}")
    return "，".join(parts) or "没有变化"


def _entity_label(entity: str) -> str:
    return CATALOGUE[entity].label if entity in CATALOGUE else "区划"


def scan_lines(scan: Scan) -> Iterator[str]:
    """One line per rule."""
    if scan.state == "preview":
        yield f"预览（截至 {scan.as_of}，按现有记录推算，没有写入）"
    else:
        yield f"扫描 {scan.scan_id}（截至 {scan.as_of}）：{STATE[scan.state]}"
    for rule in scan.rules:
        if rule.state == "failed":
            yield f"  ✗ {rule.title}（{rule.rule}）：{rule.error}（保留原有结果）"
            continue
        done = f"；新增 {rule.opened}，已解决 {rule.resolved}，已撤回 {rule.withdrawn}，更新 {rule.updated}"
        kept = "" if scan.state == "preview" else f"{done}，{rule.milliseconds} 毫秒"
        yield f"  {rule.title}（{rule.rule}）：{_judged(rule)}，符合 {rule.matched}，无法判断 {rule.unknown}{kept}"
        for field, count in (rule.missing or {}).items():
            because = field if field.startswith(WITHOUT_VALUE) else f"未登记「{field}」"
            yield f"      无法判断，因{because}：{count} 条"
    if scan.untouched:
        yield f"  其余 {scan.untouched} 条规则没有要重新判断的对象"


STEP = {
    "resolved": "应结为已解决", "withdrawn": "应撤回", "rearmed": "应重新提出", "updated": "应更新", "opened": "应新增",
    "undecided": "无法判断的说明应更新",
}  # fmt: skip


def verification_lines(found: Verification) -> Iterator[str]:
    """Whether deltas have led where a full scan would, and what to do where not."""
    if found.equal:
        yield f"已核对 {found.verified} 条规则：增量扫描的结果与全量扫描一致。"
    else:
        yield f"已核对 {found.verified} 条规则，{len(found.differences)} 条与全量扫描不一致，没有改动："
        for rule, steps in found.differences.items():
            yield f"  ✗ {rule}：" + "，".join(f"{STEP[step]} {count}" for step, count in steps.items())
        yield "  请运行 zhitui scan --full 改正，并把上面几行告诉维护人员：记录可能被绕过本系统直接改动过。"
    for rule, why in found.unverified.items():
        yield f"  ? {rule} 未能核对：{why.rstrip('。')}。"


def _judged(rule: RuleResult) -> str:
    """How many were judged, and why everyone where there is a reason to say."""
    if rule.mode == "delta":
        return f"增量判断 {rule.candidates} 个对象"
    return "全量判断" + (f"（{WHY_FULL[rule.why_full]}）" if rule.why_full else "")


def list_lines(tasks: Iterable[TaskView], day: date) -> Iterator[str]:
    """Each worker's list: whom, where, what, why, by when."""
    by_worker = sorted(tasks, key=lambda task: (task.account_name or "", task.account_id or 0))
    for (_, name), group in groupby(by_worker, key=lambda task: (task.account_id, task.account_name)):
        mine = list(group)
        urgent = sum(task.grade == "urgent" for task in mine)
        yield f"\n━━ {name or '（无人负责）'} {day.month}月{day.day}日：{len(mine)} 户，紧急 {urgent} 户"
        for number, task in enumerate(mine, 1):
            yield from _task_lines(number, task)


def _task_lines(number: int, task: TaskView) -> Iterator[str]:
    due = f"，{task.due_on.month}月{task.due_on.day}日前" if task.due_on else ""
    phone = f" ☎ {task.target.phone}" if task.target.phone else ""
    yield f"{number:>3}. {MARK[task.grade]} {task.target.name}（{task.target.address}{phone}）{GRADE[task.grade]}{due}"
    by_heading: dict[str, list[FindingView]] = {}
    for finding in task.findings:
        if finding.live and (
            finding.visit_from is None or task.planned_on is None or finding.visit_from <= task.planned_on
        ):
            by_heading.setdefault(finding.heading, []).append(finding)
    for heading, findings in by_heading.items():
        if len(findings) == 1:
            whose = findings[0].person
            named = f"（{whose}）" if whose and whose not in heading and whose != task.target.name else ""
            yield f"       {heading}{named}——{findings[0].reason}"
            continue
        yield f"       {heading}"
        for finding in findings:
            yield f"         {finding.person}：{finding.reason}"


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Why a record matches or not, clause by clause, with where the facts come from, parameters and the law."""
    judged, document = explanation.judgement, explanation.document
    version = f"{document.rule} 第 {explanation.version.version} 版，截至 {explanation.as_of}"
    yield f"{document.title}（{version}）：{VERDICT[judged.verdict]}"
    yield f"原因：{judged.reason.removeprefix('不符合：')}"
    for clause in judged.clauses:
        yield f"  {HOLDS[clause.holds]} {clause.chinese}"
        for (label, text, origin), times in Counter(_facts(clause, explanation)).items():
            yield f"      {label}：{text}" + (f" × {times}" if times > 1 else "") + origin
    for one in judged.asks:
        yield f"缺少「{one.label}」：{whom(one, document.department)}"
        for outcome in one.outcomes:
            yield f"      若{outcome.value} → {VERDICT[outcome.verdict]}"
    for used in explanation.parameters:
        where = f"，仅{used.division}" if used.division else ""
        cited = f"；{used.source.law} {used.source.article}" if used.source else ""
        since = f"第 {used.version} 版，{used.effective_from} 起{where}"
        yield f"参数：{used.label} {_value(used.value)} {used.unit}".rstrip() + f"（{since}{cited}）"
    for source in document.sources:
        yield f"依据：{source.law} {source.article}（{source.date}）"


def _facts(clause: Clause, explanation: Explanation) -> Iterator[tuple[str, str, str]]:
    """What a clause looked at: label, value, and where it comes from."""
    for fact in clause.facts:
        origin = None if fact.key is None else explanation.origins.get((fact.entity, fact.key, fact.field))
        yield fact.label, fact.text, f"（{origin.text}）" if origin else ""


def _value(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def round_lines(done: Round) -> Iterator[str]:
    """What a working morning did, step by step."""
    if done.scan is None or done.plan is None:
        yield f"{done.day} 是休息日，未执行；需要时加 --force。"
        return
    for report in done.imports:
        yield from import_lines(report)
    for refused in done.refused:
        yield f"✗ {refused.file_name} 未导入，已移到 failed 文件夹：{refused.reason}"
    yield from scan_lines(done.scan)
    visits = sum(load.visits for load in done.plan.loads)
    yield f"{done.day}：{len(done.plan.loads)} 人，{visits} 户；暂无人负责 {done.plan.unassigned} 户；新排 {done.queued} 条消息"


def in_part(done: Round) -> bool:
    """Whether a morning left something that somebody should look at."""
    bad_rows = any(report.bad for report in done.imports)
    return bool(done.refused or bad_rows or (done.scan and done.scan.state == "incomplete"))


def tally_words(tally: Tally, waiting: Waiting | None = None) -> str:
    """What came of sending, in one line; only what happened is said, and what is still to come."""
    said = [
        (tally.sent, "发出 {} 条"),
        (tally.retried, "稍后重试 {} 条"),
        (tally.failed, "失败 {} 条"),
        (tally.dead, "多次失败已停止 {} 条"),
        (tally.unknown, "结果不明 {} 条"),
        (tally.expired, "过期未发 {} 条"),
        (tally.dropped, "为免被渠道丢弃未发 {} 条"),
    ]
    parts = [words.format(count) for count, words in said if count] or ["没有到时的消息"]
    parts += [f"渠道 {name} 已暂停：{reason}" for name, reason in tally.paused.items()]
    parts += [f"渠道 {name} 暂缓：{why}" for name, why in tally.held.items()]
    parts += [f"渠道 {name} 未配置，{count} 条未发" for name, count in tally.unserved.items()]
    if waiting is not None and waiting.count:
        parts.append(f"另有 {waiting.count} 条待发，最早 {waiting.earliest:%H:%M}")
    if waiting is not None and waiting.unreachable:
        parts.append(f"今天有 {waiting.unreachable} 人没有登记地址，未发（zhitui account address 登记）")
    return "，".join(parts) + ("（免打扰时段，到点再发）" if tally.quiet else "")


def asked_words(told: Mapping[str, int]) -> str:
    """What providers said of what they had accepted."""
    parts = [f"{STATUSES[status]} {count} 条" for status, count in told.items()]
    return "向渠道核实：" + ("，".join(parts) if parts else "没有新的结果") + "。"


def troubled(tally: Tally, waiting: Waiting) -> bool:
    """Whether something was not delivered and somebody should look."""
    troubles = (
        tally.failed,
        tally.dead,
        tally.unknown,
        tally.dropped,
        tally.paused,
        tally.unserved,
        waiting.unreachable,
    )
    return any(troubles)
