"""What can be wrong with a rule, each with a stable code, a place, a Chinese and an English sentence.

RuleErrors(Exception)   every error of a rule, a file or a pack at once
CannotEvaluate(Exception)   a checked rule met a moment it cannot be evaluated at

The errors themselves are made in `slips` (reading), `mistakes` (meaning) and `misfits` (documents): each constructor
is named like its code, and docs/rule-language.md has a heading for each.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rules.reading.syntax import Span

NOWHERE = Span(0, 0)
SHOWN = 60  # characters of the text that a sentence quotes


@dataclass(frozen=True)
class RuleError:
    """One thing to correct. `suggestion` is text that may stand in place of `start:end`; `part` names the
    place in the document (`when`, `grades.urgent`), `file` and `line` the place on disk where known."""

    code: str
    start: int
    end: int
    chinese: str
    english: str
    suggestion: str | None = None
    part: str = ""
    file: str = ""
    line: int | None = None

    def within(self, part: str = "", file: str = "", line: int | None = None) -> "RuleError":
        """The same error, told where in a document it stands."""
        return replace(self, part=part or self.part, file=file or self.file, line=line or self.line)

    def __str__(self) -> str:
        place = ":".join(str(item) for item in (self.file, self.line) if item)
        hint = f" → {self.suggestion}" if self.suggestion else ""
        where = " ".join(item for item in (place, self.part and f"[{self.part}]") if item)
        span = f" {self.start}-{self.end}" if self.end else ""
        return f"{where}{' ' if where else ''}{self.chinese}{hint}（{self.code}{span}）"


class RuleErrors(Exception):
    """All that is wrong, in the order of the text."""

    def __init__(self, errors: Iterable[RuleError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))


class CannotEvaluate(Exception):
    """A parameter without a value, or a date beyond the calendar: the rule is left alone, not guessed at.

    Its text is Chinese, what a reader of the scan or the explanation is shown; `english` says the same.
    """

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(chinese)
        self.english = english


def shown(written: str) -> str:
    """What was written, fit to stand in a sentence: not too long, nothing unseen or unprintable."""
    cut = written if len(written) <= SHOWN else f"{written[:SHOWN]}…"
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in cut)


def error(code: str, span: Span, chinese: str, english: str, suggestion: str | None = None) -> RuleError:
    """Make one error; only the constructors of `slips`, `mistakes` and `misfits` do."""
    return RuleError(code, span.start, span.end, chinese, english, suggestion)
