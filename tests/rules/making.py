"""Rules made of nothing but a condition, for tests of what conditions mean."""

from rules import CheckedRule, Parameters, check, load, load_parameters
from tests.rules import world

PARAMETERS = load_parameters(
    """
parameters:
  notice: {label: 提前天数, kind: int, unit: 天}
  industries: {label: 餐饮行业, kind: list}
  limit: {label: 低保标准, kind: decimal, unit: 元}
""",
    file="parameters.yaml",
)

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
    visits = {"employment": "employment.enterprise"}
    quoted = [f"'{text.replace(chr(39), chr(39) * 2)}'" for text in (applies, when)]
    return TEXT.format(
        subject=subject, applies=quoted[0], when=quoted[1], visit=visit or visits.get(subject, subject)
    )


def rule(
    when: str,
    *,
    subject: str = "resident",
    applies: str = "true",
    visit: str = "",
    parameters: Parameters = PARAMETERS,
) -> CheckedRule:
    """A checked rule with this condition."""
    text = document_text(when, subject=subject, applies=applies, visit=visit)
    return check(load(text, file="rule.yaml"), world.CATALOGUE, parameters)
