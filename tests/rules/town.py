"""The same town for every evaluator, and what they say of a rule side by side."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from sqlalchemy.sql import Executable

from rules import CannotEvaluate, Catalogue, CheckedRule, Moment, verdicts
from rules.check import stops
from rules.interpret import Scope, find, test
from rules.meaning import And
from rules.sql.choose import Population
from tests.rules import world

Answers = dict[int, str]
Ask = Callable[[Executable], list[Any]]
Dialect: TypeAlias = Literal["sqlite", "postgresql"]
Mode: TypeAlias = Literal["full", "few", "one", "sized", "lopsided"]
"""How a database is asked; `sized` and `lopsided` are `full` with statistics, the true ones and misleading ones."""
Form: TypeAlias = tuple[Dialect, Mode]
FORMS: tuple[Form, ...] = (
    ("sqlite", "full"),
    ("postgresql", "full"),
    ("sqlite", "few"),
    ("sqlite", "one"),
    ("postgresql", "few"),
    ("postgresql", "one"),
    ("sqlite", "sized"),
    ("sqlite", "lopsided"),
)
BOTH: tuple[Form, ...] = FORMS[:2]
REFUSED: Answers = {0: "refused"}
"""What an evaluator answers that says CannotEvaluate: the calendar or a parameter gave out."""


@dataclass(frozen=True)
class Town:
    """The same rows for the interpreter, SQLite and PostgreSQL."""

    records: dict[str, dict[int, dict[str, Any]]] = field(repr=False)
    ask: dict[str, Ask] = field(default_factory=dict)
    catalogue: Catalogue = world.CATALOGUE

    def verdicts(self, rule: CheckedRule, moment: Moment, dialect: Dialect, **options: Any) -> Answers:
        """Subject key to verdict, as the database says; a subject twice is an error."""
        statement = verdicts(rule, world.CATALOGUE, moment, dialect=dialect, **options)
        rows = self.ask[dialect](statement)
        answers = {row.subject_id: row.verdict for row in rows}
        assert len(answers) == len(rows)
        return answers

    def population(self, subject: str, *, misleading: bool) -> Population:
        """How many rows there are, or a thousand times as many of all but the subject; and every third subject."""
        rows = {name: len(records) for name, records in self.records.items()}
        if misleading:
            rows = {name: count * 1000 for name, count in rows.items()} | {subject: rows[subject]}
        return Population(subject, rows, list(self.records[subject].values())[::3])

    def graded(self, rule: CheckedRule, moment: Moment, form: Form) -> Answers:
        """Subject key to verdict, grade, target and due date, as the database says in one of its forms."""
        dialect, mode = form
        options: dict[str, Any] = {"mode": mode}
        if mode in ("sized", "lopsided"):
            options = {"population": self.population(rule.document.subject, misleading=mode == "lopsided")}
        try:
            statement = verdicts(rule, world.CATALOGUE, moment, dialect=dialect, **options)
        except CannotEvaluate:
            return REFUSED
        rows = self.ask[dialect](statement)
        answers = {
            row.subject_id: f"{row.verdict} {row.grade} → {row.target_kind} {row.target_id}, due {row.due_on}"
            for row in rows
        }
        assert len(answers) == len(rows), f"{form}: a subject twice"
        return answers


def interpreted(town: Town, rule: CheckedRule, moment: Moment) -> Answers:
    """The same as the interpreter says; who does not match at all is left out."""
    subject = rule.document.subject
    try:
        holds = test(And((rule.applies, rule.when)), moment)
        grades = [(grade, test(formula, moment)) for grade, formula in rule.grades]
    except CannotEvaluate:
        return REFUSED
    found: Answers = {}
    for key, record in town.records[subject].items():
        scope = {subject: record}
        outcome = holds(scope)
        if outcome is not False:
            grade = next((name for name, reached in grades if reached(scope)), "normal")
            verdict = "unknown" if outcome is None else "match"
            due = None if rule.due is None else (find(scope, rule.due.record) or {}).get(rule.due.field.name)
            found[key] = f"{verdict} {grade} → {_target(town, rule, scope)}, due {due}"
    return found


def _target(town: Town, rule: CheckedRule, scope: Scope) -> str:
    """Whom to visit: the record furthest along the path that is there and may be visited."""
    for stop in stops(rule.visit, rule.document.subject):
        row = find(scope, stop)
        if row is not None:
            return f"{stop.entity} {row[town.catalogue[stop.entity].key.name]}"
    raise AssertionError("nobody to visit")


def agreed(town: Town, rule: CheckedRule, moment: Moment, forms: Iterable[Form] = FORMS) -> Answers:
    """What all evaluators say; AssertionError with rule, record and verdicts where they differ."""
    expected = interpreted(town, rule, moment)
    answers = {form: town.graded(rule, moment, form) for form in forms}
    differing = {
        key
        for said in answers.values()
        for key in said.keys() | expected.keys()
        if said.get(key) != expected.get(key)
    }
    assert not differing, _difference(
        town, rule, moment, min(differing), {("interpreter", ""): expected, **answers}
    )
    return expected


def _difference(
    town: Town, rule: CheckedRule, moment: Moment, key: int, answers: Mapping[tuple[str, str], Answers]
) -> str:
    """The first record that is judged differently, as somebody wants to read it who has to find out why."""
    document = rule.document
    record = town.records[document.subject].get(key, {})
    said = "\n".join(
        f"  {' '.join(who):18} {answer.get(key, answer.get(0, 'no'))}" for who, answer in answers.items()
    )
    return (
        f"the evaluators differ on {document.subject} {key}, today = {moment.as_of}\n"
        f"  applies: {document.applies}\n  when:    {document.when}\n  grades:  {dict(document.grades)}\n"
        f"{said}\n  {shown(record, rule)}"
    )


def shown(record: Mapping[str, Any], rule: CheckedRule) -> str:
    """The cells of a record that a rule reads, as a nested dict."""
    return repr(_cells(record, [(path, name) for path, name in rule.reads]))


def _cells(record: Mapping[str, Any], reads: list[tuple[tuple[str, ...], str]]) -> dict[str, Any]:
    cells = {name: record.get(name) for path, name in sorted(reads) if not path}
    for first in sorted({path[0] for path, _ in reads if path}):
        deeper = [(path[1:], name) for path, name in reads if path[:1] == (first,)]
        found = record.get(first)
        if isinstance(found, list):
            cells[first] = [_cells(row, deeper) for row in found]
        else:
            cells[first] = None if found is None else _cells(found, deeper)
    return cells
