"""The running account of one import: rows read, rows refused, and what is to be said about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from service.records.issues import Issue, Privacy, Severity, advice, masked
from service.records.staging import place_of

KEPT = 100_000
"""How many issues an import keeps; further ones are counted only."""


@dataclass
class Ledger:
    """Filled by the reading thread first and by the merge afterwards, never by both at once.

    `doubtful`: rows, with their masked numbers, that can be judged only when the whole file is read.
    """

    read: int = 0
    refused: set[int] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)
    dropped: int = 0
    warnings: int = 0
    digits_lost: bool = False
    doubtful: list[tuple[int, str]] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def good(self) -> int:
        return self.read - len(self.refused)

    def open_sheet(self, name: str) -> int:
        """The index under which the rows of this sheet are numbered."""
        self.sheets.append(name)
        return len(self.sheets) - 1

    def refuse(
        self,
        sequence: int,
        code: str,
        *,
        header: str,
        value: Any = None,
        privacy: Privacy = "open",
        **details: Any,
    ) -> None:
        """The row is not imported."""
        self.refused.add(sequence)
        self.digits_lost = self.digits_lost or code == "digits_lost"
        self._note(sequence, "error", code, header, masked(value, privacy), details)

    def warn(
        self,
        sequence: int,
        code: str,
        *,
        header: str,
        value: Any = None,
        privacy: Privacy = "open",
        **details: Any,
    ) -> None:
        """The row is imported, and somebody should look at it."""
        self.warnings += 1
        self._note(sequence, "warning", code, header, masked(value, privacy), details)

    def rows_of(self, sequences: Sequence[int]) -> str:
        """Row numbers as an advice names them, with the sheet where there are several."""
        return "、".join(self._row_of(sequence) for sequence in sequences[:5]) + (
            "等" if len(sequences) > 5 else ""
        )

    def _row_of(self, sequence: int) -> str:
        sheet, row = place_of(sequence)
        return str(row) if len(self.sheets) == 1 else f"“{self.sheets[sheet]}”{row}"

    def _note(
        self, sequence: int, severity: Severity, code: str, header: str, value: str, details: dict[str, Any]
    ) -> None:
        if len(self.issues) == KEPT:
            self.dropped += 1
            return
        sheet, row = place_of(sequence)
        sentence = advice(code, column=header, **details)
        self.issues.append(Issue(self.sheets[sheet], row, header, value, code, severity, sentence))
