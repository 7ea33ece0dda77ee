"""A rule as a dated document: strict keys, every error at once with file and line."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from rules.checking.names import nearest
from rules.errors import NOWHERE, RuleError, RuleErrors
from rules.files import misfits
from rules.files.rewriting import comments_lost
from rules.files.yamls import Source

Day: TypeAlias = date
WRITTEN = {
    "rule": "用小写英文字母、数字和连字符，以字母开头，如 elder-visits",
    "duty": "写履职清单里的事项编号，如 SG-2026-015",
    "again": "写 never（不再提醒），或 P30D（三十天后）、P6M（六个月后）、P1Y（一年后）",
    "date": "写 2026-07-01、2026-07 或 2026；只写年或年月时加引号",
}
"""How a key of fixed form is written, said where it is not."""
MINUTES = 10
"""What one finding takes on a visit where its rule does not say: an assumption, which a place may measure and replace."""
Text: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Expression: TypeAlias = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Grade: TypeAlias = Literal["urgent", "important", "normal", "low"]
Subject: TypeAlias = Literal["resident", "household", "enterprise", "employment"]
Verdict: TypeAlias = Literal["match", "no", "unknown"]


class Part(BaseModel):
    """A piece of a document: unknown keys are errors, and nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Cited(Part):
    """Where a rule or a value comes from; `date` is that of the version, as exactly as it is known.

    `mark`: V the law's own text was read, S a page that quotes it, M from memory, which verifies nothing.
    """

    law: Text
    article: Text
    date: Day | Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2})?$")]
    verified_on: Day | None
    mark: Literal["V", "S", "M"] = "V"
    url: str = ""
    note: str = ""

    @property
    def verified(self) -> bool:
        """Somebody has read it."""
        return self.verified_on is not None and self.mark != "M"


class Period(Part):
    """From the first day in force to the last, which may be open."""

    from_: date = Field(alias="from")
    to: date | None = None

    def holds(self, on: date) -> bool:
        """Tell whether a day is within the period."""
        return self.from_ <= on and (self.to is None or on <= self.to)


class WorkingDays(Part):
    """A number of working days."""

    working_days: int = Field(ge=0, le=250)


class Due(Part):
    """When the work is due: so many (working) days after it was found, or on the date in a field."""

    working_days: int | None = Field(default=None, ge=0, le=250)
    days: int | None = Field(default=None, ge=0, le=1000)
    field: Text | None = None

    @model_validator(mode="after")
    def one_of(self) -> "Due":
        """Exactly one of the three is given."""
        given = [value for value in (self.working_days, self.days, self.field) if value is not None]
        if len(given) != 1:
            raise ValueError("working_days、days、field 三者写一个")
        return self


class Task(Part):
    """What the worker reads: a title with `{count}` and `{record.field}`, and advice."""

    title: Text
    advice: Text


class Done(Part):
    """The service event that an outcome of "done" also records for the resident."""

    event: Text


class Example(Part):
    """Facts and the verdict they must give; what is not given is an empty cell or no rows."""

    name: Text
    today: date
    given: Mapping[str, Any]
    parameters: Mapping[str, Any] = Field(default_factory=dict)
    expect: Verdict
    grade: Grade | None = None


class RuleDocument(Part):
    """One version of one rule, as written."""

    rule: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64)]
    title: Text
    department: Text
    duty: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,8}-\d{4}-\d{1,6}$")]
    legal_basis: Literal["statutory_duty", "consent", "entrusted"]
    sources: tuple[Cited, ...] = Field(min_length=1)
    effective: Period
    subject: Subject
    applies: Expression
    when: Expression
    grades: Mapping[Grade, Expression] = Field(default_factory=dict)
    visit: Text
    place: Text | None = None
    first: Mapping[Literal["enterprise", "resident", "department"], WorkingDays] = Field(default_factory=dict)
    due: Due
    minutes: int = Field(default=MINUTES, ge=1, le=240)
    again: Annotated[str, StringConstraints(pattern=r"^(never|P([1-9]\d{0,2})[DMY])$")]
    unknown: Literal["count", "ask"]
    ask: tuple[Text, ...] = Field(default=(), max_length=3)
    task: Task
    done: Done | None = None
    examples: tuple[Example, ...] = Field(min_length=2)
    _source: Source | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def both_outcomes(self) -> "RuleDocument":
        """At least one example matches and one does not."""
        expected = {example.expect for example in self.examples}
        if "match" not in expected or expected == {"match"}:
            raise ValueError("示例里至少要有一个 match 和一个不是 match 的")
        return self

    def locate(self, error: RuleError) -> RuleError:
        """An error of one of this document's parts, with the file and line of that part where known."""
        if self._source is None:
            return error
        return error.within(file=self._source.file, line=self._source.line(error.part.split(".")))

    def expressions(self) -> dict[str, str]:
        """Every condition of the rule by its place in the document."""
        grades = {f"grades.{grade}": text for grade, text in self.grades.items()}
        return {"applies": self.applies, "when": self.when, **grades}


def load(text: str, *, file: str) -> RuleDocument:
    """Read one rule document; RuleErrors with every error, each with file and line."""
    source = Source(text, file)
    lost = list(comments_lost(source))
    if lost:
        raise RuleErrors(lost)
    document = validate(RuleDocument, source)
    document._source = source
    return document


Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], source: Source) -> Model:
    """Fit a YAML source to a model; RuleErrors with every misfit."""
    if not isinstance(source.value, dict):
        raise RuleErrors([misfits.bad_yaml(NOWHERE, "应当是“键: 值”的形式").within(file=source.file)])
    try:
        return model.model_validate(source.value)
    except ValidationError as error:
        found = [detail for detail in error.errors() if not _follows(detail)]
        raise RuleErrors(_misfit(model, detail, source) for detail in found) from error


def _follows(detail: ErrorDetails) -> bool:
    """Pydantic counts a wrong item as missing from its list, and tells of a day as of a text that is no year either."""
    if detail["type"] == "too_short":
        return bool(len(detail["input"]) >= detail["ctx"]["min_length"])
    return "constrained-str" in detail["loc"]


def _misfit(model: type[BaseModel], detail: ErrorDetails, source: Source) -> RuleError:
    place = [step for step in detail["loc"] if not _internal(step)]
    if place[-2:] == ["date", "date"]:
        place.pop()
    key = str(place[-1]) if place else "rule"
    line = source.line(place)
    part = ".".join(map(str, place))
    match detail["type"]:
        case "extra_forbidden":
            found = misfits.unknown_key(key, nearest(key, _keys(model)))
        case "missing":
            found = misfits.missing_key(key)
        case _:
            found = misfits.bad_value(key, _chinese(detail))
    return found.within(part, source.file, line)


def _internal(step: str | int) -> bool:
    """Pydantic marks the key of a mapping as a step of its own."""
    return step == "[key]"


def _keys(model: type[BaseModel]) -> set[str]:
    """Every key of a document, at any depth, as it is written."""
    keys: set[str] = set()
    for part in (model, *Part.__subclasses__()):
        keys |= {item.alias or name for name, item in part.model_fields.items()}
    return keys


def _chinese(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "literal_error":
            return f"只能是 {context['expected']}".replace("'", "").replace(", ", "、").replace(" or ", "、")
        case "string_pattern_mismatch":
            return WRITTEN.get(str(detail["loc"][-1]), f"写法应符合 {context['pattern']}")
        case "value_error":
            return str(context["error"])
        case "too_long":
            return f"最多 {context['max_length']} 项"
        case "too_short":
            return f"至少 {context['min_length']} 项"
        case "string_too_short":
            return "不能为空"
        case kind if kind.startswith("date") and detail["loc"][-2:] == ("date", "date"):
            return WRITTEN["date"]
        case kind if kind.startswith("date"):
            return "应为日期，例如 2026-07-01"
        case "greater_than_equal":
            return f"最小是 {context['ge']}"
        case "less_than_equal":
            return f"最大是 {context['le']}"
        case kind if kind.startswith("int"):
            return "应为整数，如 10"
        case kind if kind.startswith("string"):
            return "应为文字；数字和日期请加引号"
        case _:
            return "类型不对"
