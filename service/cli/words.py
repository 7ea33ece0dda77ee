"""What commands print for people: an import, a scan, a day's lists, an explanation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from pathlib import Path

from service.engine.explain import Explanation
from service.engine.scan import Scan
from service.push.rounds import Tally
from service.records.reports import ImportReport
from service.tables.codes import GRADE
from service.work.tasks import Task

MARK = {"urgent": "‼", "important": "!", "normal": "·", "low": " "}
SHOWN = 10
"""Rejected rows shown on the terminal; all of them are in the report."""


def import_lines(report: ImportReport, written: Path | None = None, shown: int = SHOWN) -> Iterator[str]:
    """What an import did, and the first rejected rows with what to do about them."""
    head = "试运行，未写入" if report.dry_run else "已导入"
    yield (
        f"{report.file_name}（{report.kind}）{head}：读取 {report.read} 行，合格 {report.good}，有问题 {report.bad}；"
        f"新建 {report.created}，更新 {report.updated}，未变 {report.unchanged}"
    )
    for issue in report.issues[:shown]:
        yield f"  {issue.sheet} 第 {issue.row} 行「{issue.column}」{issue.value}：{issue.advice}"
    more = len(report.issues) + report.more_issues - shown
    if more > 0:
        where = f"，全部见 {written}" if written else "，加 --report 文件名 可导出全部"
        yield f"  …… 另有 {more} 条{where}"


def scan_lines(scan: Scan) -> Iterator[str]:
    """One line per rule."""
    state = {"done": "完成", "incomplete": "部分规则失败", "running": "进行中"}.get(scan.state, scan.state)
    yield f"扫描 {scan.scan_id}（截至 {scan.as_of}）：{state}"
    for rule in scan.rules:
        if rule.state == "failed":
            yield f"  ✗ {rule.rule}：{rule.error}（保留原有结果）"
            continue
        yield (
            f"  {rule.rule}：符合 {rule.matched}，无法判断 {rule.unknown}；新增 {rule.opened}，"
            f"已解决 {rule.resolved}，已撤回 {rule.withdrawn}（{rule.milliseconds} 毫秒）"
        )
        for field, count in (rule.missing or {}).items():
            yield f"      缺 {field}：{count} 条"


def list_lines(tasks: Iterable[Task], day: date) -> Iterator[str]:
    """Each worker's list: whom, where, why, by when."""
    by_worker = sorted(tasks, key=lambda task: (task.account_name or "", task.account_id or 0))
    for (_, name), group in groupby(by_worker, key=lambda task: (task.account_id, task.account_name)):
        mine = list(group)
        urgent = sum(task.grade == "urgent" for task in mine)
        yield f"\n━━ {name or '（无人负责）'} {day.month}月{day.day}日：{len(mine)} 户，紧急 {urgent} 户"
        for number, task in enumerate(mine, 1):
            yield from _task_lines(number, task)


def _task_lines(number: int, task: Task) -> Iterator[str]:
    due = f"，{task.due_on.month}月{task.due_on.day}日前" if task.due_on else ""
    phone = f" ☎ {task.target.phone}" if task.target.phone else ""
    yield f"{number:>3}. {MARK[task.grade]} {task.target.name}（{task.target.address}{phone}）{GRADE[task.grade]}{due}"
    for finding in task.findings:
        if finding.live:
            whose = f"（{finding.person}）" if finding.person and finding.person != task.target.name else ""
            yield f"       {finding.title}{whose}：{finding.reason or '（原因待生成）'}"


def explanation_lines(explanation: Explanation) -> Iterator[str]:
    """Why a record matches or not, clause by clause, with parameters and the law."""
    judged, document = explanation.judgement, explanation.document
    verdict = {"match": "符合", "no": "不符合", "unknown": "无法判断"}[judged.verdict]
    yield f"{document.title}（{document.rule} 第 {explanation.version.version} 版，截至 {explanation.as_of}）：{verdict}"
    yield f"原因：{judged.reason}"
    for clause in judged.clauses:
        mark = {True: "✓", False: "✗", None: "?"}[clause.holds]
        values = "；".join(f"{fact.label} {fact.text}" for fact in clause.facts)
        yield f"  {mark} {clause.chinese}" + (f"（{values}）" if values else "")
    for used in explanation.parameters:
        cited = f"；{used.source.law} {used.source.article}" if used.source else ""
        yield f"参数 {used.label} = {used.value} {used.unit}（{used.effective_from} 起{cited}）"
    for source in document.sources:
        yield f"依据：{source.law} {source.article}（{source.date}）"


def tally_words(tally: Tally) -> str:
    """What came of sending, in one line; only what happened is said."""
    said = [
        (tally.sent, "发出 {} 条"),
        (tally.retried, "稍后重试 {} 条"),
        (tally.failed, "失败 {} 条"),
        (tally.dead, "多次失败已停止 {} 条"),
        (tally.unknown, "结果不明 {} 条"),
        (tally.expired, "过期未发 {} 条"),
    ]
    parts = [words.format(count) for count, words in said if count] or ["没有到时的消息"]
    parts += [f"渠道 {name} 已暂停：{reason}" for name, reason in tally.paused.items()]
    parts += [f"渠道 {name} 未配置，{count} 条未发" for name, count in tally.unserved.items()]
    return "，".join(parts) + ("（免打扰时段，到点再发）" if tally.quiet else "")


def troubled(tally: Tally) -> bool:
    """Whether something was not delivered and somebody should look."""
    return bool(tally.failed or tally.dead or tally.unknown or tally.paused or tally.unserved)
