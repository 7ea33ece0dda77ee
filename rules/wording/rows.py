"""Relations as people name them: 没有有效的健康证（食品）, 近 30 天内没有探访, 未享受高龄津贴（指…）."""

from dataclasses import dataclass, replace

from rules.checking.terms import constant
from rules.meaning import (
    Column,
    Compare,
    Constant,
    Exists,
    Formula,
    Items,
    Not,
    Or,
    Rows,
    Term,
    Truth,
    Within,
    Year,
    bare,
    conjuncts,
)
from rules.wording.spells import event, year
from rules.wording.values import figure, listed
from rules.wording.voices import Voice, nearest

BRIEF = 30  # characters that stand before a noun without wearying the reader
NUMBERS = {"==": "正好", "!=": "不是", "<": "少于", "<=": "不多于", ">": "多于", ">=": "不少于"}


@dataclass(frozen=True)
class Described:
    """Rows as they are named: whose, since when, which of them before the noun, the noun, and what else is meant."""

    owner: str
    since: str
    which: str
    noun: str
    meaning: str


def exists(rows: Rows, voice: Voice, negated: bool) -> str:
    """Say that there are such rows, or none."""
    inner = bare(rows.predicate)
    if negated and isinstance(inner, Not):
        own = voice.owner(rows.record, nearest(rows.record, rows.relation))
        return f"{_of(own)}每{_counter(rows)}{rows.relation.label}都{_all(inner.item, rows, voice)}"
    told = describe(rows, voice)
    if negated and isinstance(inner, Exists) and not told.since:
        none = "人" if rows.relation.counter == "人" else f"一{_counter(rows)}"
        return f"{_of(told.owner)}{told.noun}中没有{none}{voice.phrase(inner, voice.among(rows), False)}"
    verb = (rows.relation.lacks or "没有{}") if negated else (rows.relation.has or "有{}")
    return f"{told.owner}{told.since}{verb.format(told.which + told.noun)}{told.meaning}"


def _all(item: Formula, rows: Rows, voice: Voice) -> str:
    said = voice.phrase(item, voice.among(rows), False)
    return f"（{said}）" if voice.mixed(item) else said


def counted(sign: str, rows: Rows, number: Term, said: str, voice: Voice) -> str:
    """Say how many such rows there are."""
    told = describe(rows, voice)
    counter = rows.relation.counter or "条"
    match sign, number:
        case ("<", Constant(1)) | ("<=" | "==", Constant(0)):
            return exists(rows, voice, True)
        case (">=", Constant(1)) | (">" | "!=", Constant(0)):
            return exists(rows, voice, False)
        case _, Constant(int() as count):
            said = figure(count)
    return (
        f"{_of(told.owner)}{told.since}{told.which}{told.noun}{told.meaning}{NUMBERS[sign]} {said} {counter}"
    )


def _of(owner: str) -> str:
    return f"{owner}的" if owner else ""


def _counter(rows: Rows) -> str:
    return {"人": "名", "": "条"}.get(rows.relation.counter, rows.relation.counter)


def describe(rows: Rows, voice: Voice) -> Described:
    """Name rows by what is asked of them."""
    noun, since, others = "", "", []
    for atom in () if bare(rows.predicate) == Truth(True) else conjuncts(rows.predicate):
        noun_said = name_of(atom, rows.variable) if not noun else None
        since_said = _since(atom, rows.variable, voice) if not since else None
        if noun_said:
            noun = noun_said
        elif since_said:
            since = since_said
        else:
            others.append(atom)
    owner = voice.owner(rows.record, nearest(rows.record, rows.relation))
    inner = voice.among(rows, tight=len(others) > 1 or any(map(voice.mixed, others)))
    which = "且".join(mark_of(atom, rows.variable) or _attribute(atom, inner) for atom in others)
    brief = (
        len(which) <= BRIEF and not rows.relation.has and not any(mark in which for mark in ("，", "（指"))
    )
    told = Described(owner, since, f"{which}的" if which else "", noun or rows.relation.label, "")
    if brief or not others:
        return told
    return replace(told, which="", meaning=f"（指{_meaning(others, inner)}）")


def _attribute(atom: Formula, voice: Voice) -> str:
    said = voice.phrase(atom, voice, False)
    return f"（{said}）" if voice.mixed(atom) else said


def _meaning(atoms: list[Formula], voice: Voice) -> str:
    """What counts: alternatives one after the other, or all that has to hold."""
    match [bare(atom) for atom in atoms]:
        case [Or(items)] if voice.mixed(atoms[0]):
            said = [voice.phrase(item, voice, False) for item in items]
            return "，或".join(f"{text}的" for text in said)
        case _:
            said = [_attribute(atom, voice) for atom in atoms]
            return "，且".join(said) + "的"


def name_of(atom: Formula, variable: str) -> str | None:
    """What a comparison with codes calls the rows: 健康证, 探访或能力评估; None for any other condition."""
    match bare(atom):
        case Compare("==", Column(record, field), Constant(value)) if (
            record.variable == variable and not record.path and naming(field.part, field.label)
        ):
            return field.meaning(value)
        case Within(Column(record, field), Items(items)) if (
            record.variable == variable and not record.path and naming(field.part, field.label)
        ):
            names = [field.meaning(item.value) for item in items if isinstance(item, Constant)]
            return listed([name for name in names if name]) if any(names) else None
        case _:
            return None


def naming(part: str, label: str) -> bool:
    """Whether a code names its record; a kind of something does unless the column says otherwise."""
    return part == "name" or (not part and label.endswith("类型"))


def mark_of(atom: Formula, variable: str) -> str | None:
    """有效, as it stands before the noun."""
    match bare(atom):
        case Compare("==", Column(record, field), Constant(value)) if (
            record.variable == variable and not record.path and field.part == "mark"
        ):
            return field.meaning(value)
        case _:
            return None


def _since(atom: Formula, variable: str, voice: Voice) -> str | None:
    match bare(atom):
        case Compare(sign, Column(record, field), bound) if record.variable == variable and not record.path:
            return event(sign, bound, voice) if field.part == "event" else None
        case Compare("==", Year(Column(record, field)), bound) if (
            record.variable == variable and not record.path and field.part == "event" and constant(bound)
        ):
            return year(bound, voice)
        case _:
            return None
