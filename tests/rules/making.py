"""Rules made of nothing but conditions, for tests of what conditions mean."""

from collections.abc import Mapping
from functools import cache

from rules import CheckedRule, Parameters, RuleDocument, check, load, load_parameters
from rules.files.documents import Due
from tests.rules import world

PARAMETERS = load_parameters(
    """
parameters:
  notice: {label: 提前天数, kind: int, unit: 天}
  industries: {label: 餐饮行业, kind: list}
  limit: {label: 低保标准, kind: decimal, unit: 元}
  since: {label: 起始日期, kind: date}
  town: {label: 镇街编码, kind: text}
  ages: {label: 关注年龄, kind: list}
""",
    file="parameters.yaml",
)
VISITS = {"employment": "employment.enterprise"}

TEXT = """
rule: a-rule
title: 一条规则
department: 民政局
duty: SG-2026-001
legal_basis: statutory_duty
sources:
  - {{law: 某法, article: 第一条, date: 2026-01-01, verified_on: 2026-11-23}}
effective: {{from: 2026-01-01}}
subject: {subject}
applies: {applies}
when: {when}
visit: {visit}
due: {{days: 30}}
again: never
unknown: count
task: {{title: 一件事, advice: 去看看}}
examples:
  - {{name: 甲, today: 2026-11-23, given: {{}}, expect: match}}
  - {{name: 乙, today: 2026-11-23, given: {{}}, expect: no}}
"""


def document_text(when: str, *, subject: str = "resident", applies: str = "true", visit: str = "") -> str:
    """The YAML of a rule with this condition."""
    quoted = [f"'{text.replace(chr(39), chr(39) * 2)}'" for text in (applies, when)]
    return TEXT.format(
        subject=subject, applies=quoted[0], when=quoted[1], visit=visit or VISITS.get(subject, subject)
    )


@cache
def _blank(subject: str) -> RuleDocument:
    return load(document_text("true", subject=subject), file="rule.yaml")


def rule(
    when: str,
    *,
    subject: str = "resident",
    applies: str = "true",
    visit: str = "",
    grades: Mapping[str, str] | None = None,
    due: str = "",
    parameters: Parameters = PARAMETERS,
) -> CheckedRule:
    """A checked rule with these conditions; `due` names a date field instead of thirty days."""
    parts = {"applies": applies, "when": when, "grades": dict(grades or {})}
    if visit:
        parts["visit"] = visit
    if due:
        parts["due"] = Due(field=due)
    return check(_blank(subject).model_copy(update=parts), world.CATALOGUE, parameters)
