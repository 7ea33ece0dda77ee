"""The same town for every evaluator."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy.sql import Executable

from rules import CheckedRule, Moment, verdicts
from tests.rules import world

Answers = dict[int, str]
Ask = Callable[[Executable], list[Any]]


@dataclass(frozen=True)
class Town:
    """The same rows for the interpreter, SQLite and PostgreSQL."""

    records: dict[str, dict[int, dict[str, Any]]] = field(repr=False)
    ask: dict[str, Ask] = field(default_factory=dict)

    def verdicts(
        self, rule: CheckedRule, moment: Moment, dialect: Literal["sqlite", "postgresql"], **options: Any
    ) -> Answers:
        """Subject key to verdict, as the database says; a subject twice is an error."""
        statement = verdicts(rule, world.CATALOGUE, moment, dialect=dialect, **options)
        rows = self.ask[dialect](statement)
        answers = {row.subject_id: row.verdict for row in rows}
        assert len(answers) == len(rows)
        return answers
