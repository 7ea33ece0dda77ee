"""A document held against the catalogue: what every condition means, and every error of the document at once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from rules.catalogue import Catalogue
from rules.checking import mistakes
from rules.checking.expressions import Checked, check_condition
from rules.checking.names import nearest
from rules.errors import NOWHERE, RuleError, RuleErrors
from rules.files import misfits
from rules.files.documents import Grade, RuleDocument, Subject, load
from rules.files.parameters import Parameters
from rules.files.rewriting import comments_lost
from rules.files.yamls import Source
from rules.kinds import Kind
from rules.meaning import Column, Formula, Record, Truth

VISITED = ("household", "enterprise", "resident")
_HOLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class CheckedRule:
    """A rule that may run. `reads` holds (relation names from the subject, field), `parameters` the names used.

    `place` is the code of the division a subject belongs to, by which parameters differ.
    """

    document: RuleDocument
    applies: Formula
    when: Formula
    grades: tuple[tuple[Grade, Formula], ...]
    visit: Record
    due: Column | None
    ask: tuple[Column, ...]
    place: Column | None
    reads: frozenset[tuple[tuple[str, ...], str]]
    parameters: frozenset[str]


def check(document: RuleDocument, catalogue: Catalogue, parameters: Parameters | None) -> CheckedRule:
    """Check a whole document; RuleErrors with every error. Without `parameters` their names and kinds go unchecked."""
    terms = None if parameters is None else parameters.terms()
    checked = {
        part: check_condition(text, catalogue, document.subject, terms)
        for part, text in document.expressions().items()
    }
    found = [error.within(part) for part, item in checked.items() for error in item.errors]
    found += _document_errors(document, catalogue)
    if found:
        raise RuleErrors(map(document.locate, found))
    return _rule(document, catalogue, checked)


def load_and_check(
    text: str, catalogue: Catalogue, parameters: Parameters | None, *, file: str
) -> CheckedRule:
    """Read and check one document; RuleErrors with every error, those of conditions also where other keys are wrong."""
    try:
        document = load(text, file=file)
    except RuleErrors as found:
        raise RuleErrors([*found.errors, *_in_conditions(text, file, catalogue, parameters)]) from found
    return check(document, catalogue, parameters)


def _in_conditions(
    text: str, file: str, catalogue: Catalogue, parameters: Parameters | None
) -> list[RuleError]:
    """What is wrong with the conditions of a text that is no document, as far as they can be told."""
    try:
        source = Source(text, file)
    except RuleErrors:
        return []
    written = source.value if isinstance(source.value, dict) else {}
    subject = str(written.get("subject"))
    if subject not in get_args(Subject) or any(comments_lost(source)):
        return []
    terms = None if parameters is None else parameters.terms()
    grades = written.get("grades")
    parts: dict[tuple[str, ...], object] = {(name,): written.get(name) for name in ("applies", "when")}
    parts |= (
        {("grades", str(name)): said for name, said in grades.items()} if isinstance(grades, dict) else {}
    )
    return [
        error.within(".".join(path), file, source.line(path))
        for path, said in parts.items()
        if isinstance(said, str) and said.strip()
        for error in check_condition(said.strip(), catalogue, subject, terms).errors
    ]


def unverified(rule: CheckedRule, parameters: Mapping[str, object]) -> list[RuleError]:
    """What stops a rule from being published: the parameters it uses that have no verified value."""
    return [misfits.unverified_parameter(name) for name in sorted(rule.parameters) if name not in parameters]


def stops(visit: Record, subject: str) -> tuple[Record, ...]:
    """The records a visit may go to, best first, up to the first that is always there; empty when none is."""
    found: list[Record] = []
    for length in range(len(visit.path), -1, -1):
        path = visit.path[:length]
        entity = path[-1].target if path else subject
        if entity in VISITED:
            found.append(Record(visit.variable, path, entity))
            if not any(hop.nullable for hop in path):
                return tuple(found)
    return ()


def resolve(catalogue: Catalogue, subject: str, path: str) -> Record | Column | None:
    """Follow a written to-one path such as `resident.household` or `resident.phone`."""
    first, *steps = path.split(".")
    found: Record | Column | None = Record(subject, (), subject) if first == subject else None
    for step in steps:
        if not isinstance(found, Record):
            return None
        found = _hop(catalogue, found, step)
    return found


def _hop(catalogue: Catalogue, record: Record, step: str) -> Record | Column | None:
    entity = catalogue[record.entity]
    if step in entity.relations and not entity.relations[step].many:
        hop = entity.relations[step]
        return Record(record.variable, (*record.path, hop), hop.target)
    if step in entity.fields:
        return Column(record, entity.fields[step])
    return None


def _rule(document: RuleDocument, catalogue: Catalogue, checked: Mapping[str, Checked]) -> CheckedRule:
    subject = document.subject
    visit = resolve(catalogue, subject, document.visit)
    due = resolve(catalogue, subject, document.due.field) if document.due.field else None
    asked = (resolve(catalogue, subject, path) for path in document.ask)
    place = resolve(catalogue, subject, _place(document, catalogue))
    return CheckedRule(
        document=document,
        applies=_formula(checked["applies"]),
        when=_formula(checked["when"]),
        grades=tuple((grade, _formula(checked[f"grades.{grade}"])) for grade in document.grades),
        visit=visit if isinstance(visit, Record) else Record(subject, (), subject),
        due=due if isinstance(due, Column) else None,
        ask=tuple(column for column in asked if isinstance(column, Column)),
        place=place if isinstance(place, Column) else None,
        reads=frozenset().union(*(item.reads for item in checked.values())),
        parameters=frozenset().union(*(item.parameters for item in checked.values())),
    )


def _place(document: RuleDocument, catalogue: Catalogue) -> str:
    """Where the document says the place stands, else where the subject's entity does."""
    return document.place or f"{document.subject}.{catalogue[document.subject].place or ''}"


def _formula(checked: Checked) -> Formula:
    return Truth(False) if checked.formula is None else checked.formula


def _document_errors(document: RuleDocument, catalogue: Catalogue) -> Iterator[RuleError]:
    subject = document.subject
    visit = resolve(catalogue, subject, document.visit)
    if not isinstance(visit, Record) or not stops(visit, subject):
        expected = "一个一定存在的居民、家庭或企业，例如 " + subject
        yield misfits.bad_path("visit", document.visit, expected).within("visit")
    if document.due.field:
        yield from _date(document.due.field, resolve(catalogue, subject, document.due.field))
    for path in document.ask:
        if not isinstance(resolve(catalogue, subject, path), Column):
            yield misfits.bad_path("ask", path, "一个字段").within("ask")
    if document.place:
        code = resolve(catalogue, subject, document.place)
        if not isinstance(code, Column) or code.kind is not Kind.TEXT:
            yield misfits.bad_path("place", document.place, "一个区划编码字段").within("place")
    yield from _title(document, catalogue, visit)
    if document.done is not None:
        yield from _done(document.done.event, catalogue)


def _date(path: str, found: Record | Column | None) -> Iterator[RuleError]:
    if not isinstance(found, Column) or found.kind is not Kind.DATE:
        yield misfits.bad_path("due.field", path, "一个日期字段").within("due.field")


def _title(
    document: RuleDocument, catalogue: Catalogue, visit: Record | Column | None
) -> Iterator[RuleError]:
    """A title may name fields of the subject's record or of whom is visited, and `{count}`."""
    for hole in _HOLE.findall(document.task.title):
        starts = [document.subject, *([visit.entity] if isinstance(visit, Record) else [])]
        if hole == "count" or any(isinstance(resolve(catalogue, at, hole), Column) for at in starts):
            continue
        yield misfits.bad_path("task.title", hole, "{count} 或 {记录.字段}").within("task.title")


def _done(event: str, catalogue: Catalogue) -> Iterator[RuleError]:
    if "service_event" not in catalogue:
        return
    kind = catalogue["service_event"].fields["kind"]
    if event not in kind.codes:
        known = "、".join(f"{code}（{label}）" for code, label in kind.codes.items())
        error = mistakes.unknown_code(NOWHERE, kind.label, event, nearest(event, kind.codes), known)
        yield error.within("done.event")
