"""A whole rule in plain Chinese, for the person who answers for it."""

from collections.abc import Iterator, Mapping

from rules.check import CheckedRule
from rules.meaning import Formula, Or, Truth, bare, conjuncts
from rules.moment import Given
from rules.wording.voices import Voice
from rules.wording.words import general, mixed, phrase

GRADES = {"urgent": "紧急", "important": "重要", "normal": "一般", "low": "可缓"}
LINE = 60
"""Characters beyond which a condition is told in numbered lines."""


def paraphrase(rule: CheckedRule, parameters: Mapping[str, Given] | None = None) -> str:
    """Say whom a rule is about, what is owed or wrong, and how urgent it is.

    One line each, and numbered lines for what is long. With `parameters`, their values are said beside their labels.
    """
    voice = general(parameters or {})
    lines = [*_part("对象：", rule.applies, voice), *_part("情形：", rule.when, voice)]
    for place, (grade, formula) in enumerate(rule.grades):
        if bare(formula) == Truth(True):
            lines.append(f"{GRADES[grade]}：{'其余情形' if place else '一律'}。")
        else:
            lines += _part(f"{GRADES[grade]}：", formula, voice)
    return "\n".join(lines)


def _part(title: str, formula: Formula, voice: Voice) -> Iterator[str]:
    whole = phrase(formula, voice=voice)
    if len(whole) <= LINE:
        yield f"{title}{whole}。"
    else:
        yield from _numbered(title, formula, voice, "", "。")


def _numbered(title: str, formula: Formula, voice: Voice, indent: str, end: str) -> Iterator[str]:
    """A long condition, one line for each of what has to hold or of the alternatives."""
    heading, items = _items(formula)
    if not mixed(formula) or len(items) < 2:
        yield f"{indent}{title}{phrase(formula, voice=voice)}{end}"
        return
    yield f"{indent}{title}{heading}{'' if title.endswith('：') else '：'}"
    for number, item in enumerate(items, start=1):
        ending = end if number == len(items) else "；"
        said = phrase(item, voice=voice)
        if mixed(item) and len(said) > LINE // 2 and not indent:
            yield from _numbered(f"{number}. ", item, voice, "  ", ending)
        else:
            yield f"{indent}  {number}. {said}{ending}"


def _items(formula: Formula) -> tuple[str, tuple[Formula, ...]]:
    every = conjuncts(formula)
    if len(every) > 1:
        return "同时符合", every
    match bare(every[0]):
        case Or(items):
            return "符合之一", items
        case _:
            return "", ()
