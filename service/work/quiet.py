"""How long a settled finding stays quiet."""

from __future__ import annotations

from datetime import date, timedelta

from rules import RuleDocument
from rules.dates import add_months

MONTHS = {"M": 1, "Y": 12}
LOOK_AGAIN = timedelta(days=7)  # facts/domain §7: reminders are weekly


def quiet_until(outcome: str, document: RuleDocument, day: date) -> date | None:
    """Until when nobody is reminded; None means until the condition clears.

    Whoever was not found is looked for again, whatever the rule says of the others.
    """
    again = _again(document, day)
    if outcome != "not_found":
        return again
    return min(again or date.max, day + LOOK_AGAIN)


def _again(document: RuleDocument, day: date) -> date | None:
    if document.again == "never":
        return None
    count, unit = int(document.again[1:-1]), document.again[-1]
    return day + timedelta(days=count) if unit == "D" else add_months(day, count * MONTHS[unit])
