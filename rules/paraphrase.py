"""A whole rule in plain Chinese, for the person who answers for it."""

from rules.check import CheckedRule
from rules.words import phrase

GRADES = {"urgent": "紧急", "important": "重要", "normal": "一般", "low": "可缓"}


def paraphrase(rule: CheckedRule) -> str:
    """Say whom a rule is about, what is owed or wrong, and how urgent it is; one line each."""
    grades = [f"{GRADES[grade]}：{phrase(formula)}。" for grade, formula in rule.grades]
    return "\n".join([f"对象：{phrase(rule.applies)}。", f"情形：{phrase(rule.when)}。", *grades])
