"""The rules for business-rules. Its variables are single numbers, texts and truth values; of relations and dates it knows
nothing, so whatever a rule asks of certificates, enrolments, visits or disabilities is a variable worked out in Python,
when a condition asks for it. What an engine is for is then hardly asked of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.peers.bounds import ALLOWANCE as OLD_AGE
from bench.peers.bounds import APART, DAY, DRAWING, ENDORSEMENT, HEALTH, LOCAL, NAMES, NURSING, RENEWAL
from bench.peers.bounds import VISITS as ELDERS
from bench.peers.records import Batch, Match, Record

FAR = 99_999_999
"""Stands for a day that nobody recorded, because a number may not be empty."""


def _drawing(record: Record, policy: str) -> bool:
    return any(
        row["policy"] == policy
        and (
            (row["state"] in DRAWING and row["ended_on"] is None)
            or (row["state"] == "declined" and (row["revisit_on"] or 0) > DAY["today"])
        )
        for row in record["enrolments"]
    )


def _last(record: Record, kind: str) -> int:
    """The last day of the valid papers of a kind: 0 without any, `FAR` where one has no day."""
    days = (
        row["valid_to"] or FAR
        for row in record["certificates"]
        if row["kind"] == kind and row["status"] == "valid"
    )
    return max(days, default=0)


def _to_endorse(row: Record, when: str) -> bool:
    issued, endorsed = row["issued_on"], row["endorsed_on"]
    return (
        NAMES[f"{when}_FROM"] <= issued % 10_000 <= NAMES[f"{when}_TO"]
        and issued <= NAMES[f"{when}_SINCE"]
        and (endorsed or 0) < NAMES[f"ENDORSED_{when}"]
    )


def _severe(row: Record) -> bool:
    return row["grade"] <= 2 and (row["valid_to"] or FAR) >= DAY["today"]


def _all(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"all": list(conditions)}


def _any(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"any": list(conditions)}


def _is(name: str, operator: str, value: Any = True) -> dict[str, Any]:
    return {"name": name, "operator": operator, "value": value}


_LIVING = _is("living", "is_true")
_LOCAL = _is("register", "starts_with", LOCAL)
_ALONE = _is("lives_alone", "is_true")


def _care(level: int) -> dict[str, Any]:
    return _is("care_level", "greater_than_or_equal_to", level)


def _unvisited(since: str) -> dict[str, Any]:
    return _is("last_visit", "less_than_or_equal_to", DAY[since])


CONDITIONS = {
    OLD_AGE: _all(
        _LIVING,
        _is("born", "less_than_or_equal_to", DAY["nearly_eighty"]),
        _LOCAL,
        _is("draws_allowance", "is_false"),
    ),
    ELDERS: _all(
        _LIVING,
        _is("born", "less_than_or_equal_to", DAY["sixty"]),
        _any(
            _ALONE,
            _is("situation", "shares_at_least_one_element_with", list(APART)),
            _care(1),
            _is("bereaved", "is_true"),
            _is("severely_disabled", "is_true"),
        ),
        _any(
            _unvisited("general"),
            _all(_any(_ALONE, _care(2)), _unvisited("key")),
            _all(_ALONE, _care(3), _unvisited("high")),
        ),
    ),
    NURSING: _all(_LIVING, _is("severely_disabled", "is_true"), _LOCAL, _is("draws_nursing", "is_false")),
    ENDORSEMENT: _all(_LIVING, _is("has_permit_to_endorse", "is_true")),
    HEALTH: _all(
        _is("at_work", "is_true"),
        _is("handles_food", "is_true"),
        _is("shop_open", "is_true"),
        _is("small", "is_false"),
        _is("last_health_day", "less_than", DAY["notice"]),
    ),
    RENEWAL: _all(
        _is("shop_open", "is_true"),
        _is("last_licence_day", "greater_than", 0),
        _is("last_licence_day", "less_than_or_equal_to", DAY["opens"]),
    ),
}


class BusinessRules:
    """business-rules, written in Python; it compiles nothing."""

    name = "business-rules"
    package = "business-rules"
    sparse = False
    note = "everything about relations, and dates, worked out in Python; the engine combines the answers"

    def __init__(self) -> None:
        from business_rules import run_all

        self.run_all = run_all
        self.variables, self.actions = _vocabulary()
        rules = {
            rule: {"conditions": conditions, "actions": [{"name": "write_down", "params": {"rule": rule}}]}
            for rule, conditions in CONDITIONS.items()
        }
        self.of_employment, self.of_enterprise = [rules.pop(HEALTH)], [rules.pop(RENEWAL)]
        self.of_resident = list(rules.values())

    def matches(self, batch: Batch) -> Iterator[Match]:
        kinds = (
            (batch.residents, self.of_resident),
            (batch.employments, self.of_employment),
            (batch.enterprises, self.of_enterprise),
        )
        for records, rules in kinds:
            for record in records:
                found = self.actions(record["id"])
                self.run_all(rules, self.variables(record), found)
                yield from found.matches


def _vocabulary() -> tuple[Any, Any]:
    """The classes of variables and of actions, made when the package is there."""
    from business_rules import actions, fields, variables

    number, truth = variables.numeric_rule_variable, variables.boolean_rule_variable

    class Facts(variables.BaseVariables):  # type: ignore[misc]
        def __init__(self, record: Record) -> None:
            self.record = record

        @truth
        def living(self) -> bool:
            return self.record["death_on"] is None and self.record["moved_out_on"] is None

        @number
        def born(self) -> int:
            return self.record["birth_date"] or FAR

        @variables.string_rule_variable()
        def register(self) -> str:
            return self.record["hukou_code"] or ""

        @truth
        def lives_alone(self) -> bool:
            return self.record["lives_alone"] == 1

        @variables.select_multiple_rule_variable()
        def situation(self) -> list[str]:
            return [self.record["elder_situation"]]

        @number
        def care_level(self) -> int:
            return self.record["care_level"] or 0

        @truth
        def bereaved(self) -> bool:
            return self.record["special_family"] == 1

        @truth
        def severely_disabled(self) -> bool:
            return any(map(_severe, self.record["disabilities"]))

        @number
        def last_visit(self) -> int:
            rows = self.record["service_events"]
            return max((row["happened_on"] for row in rows if row["kind"] == "VISIT"), default=0)

        @truth
        def draws_allowance(self) -> bool:
            return _drawing(self.record, "HIGH_AGE")

        @truth
        def draws_nursing(self) -> bool:
            return _drawing(self.record, "DISAB_NURSING")

        @truth
        def has_permit_to_endorse(self) -> bool:
            return any(
                row["kind"] == "RESIDENCE"
                and row["status"] == "valid"
                and row["issued_on"] is not None
                and (_to_endorse(row, "SOON") or _to_endorse(row, "LATE"))
                for row in self.record["certificates"]
            )

        @truth
        def at_work(self) -> bool:
            return self.record["ended_on"] is None and self.record["death_on"] is None

        @truth
        def handles_food(self) -> bool:
            return self.record["handles_food"] == 1

        @truth
        def shop_open(self) -> bool:
            return self.record["status"] in (None, "open")

        @truth
        def small(self) -> bool:
            return self.record["kind"] == "small_food"

        @number
        def last_health_day(self) -> int:
            return _last(self.record, "HEALTH_FOOD")

        @number
        def last_licence_day(self) -> int:
            return _last(self.record, "FOOD_LICENCE")

    class Found(actions.BaseActions):  # type: ignore[misc]
        def __init__(self, key: int) -> None:
            self.key = key
            self.matches: list[Match] = []

        @actions.rule_action(params={"rule": fields.FIELD_TEXT})
        def write_down(self, rule: str) -> None:
            self.matches.append((rule, self.key))

    return Facts, Found
