"""The rules for json-logic-qubit, as its trees. A comparison with null is plain false there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bench.peers.bounds import APART, DRAWING, HEALTH, LOCAL, NAMES, OF_RESIDENT, RENEWAL
from bench.peers.records import Batch, Match


def _is(name: str, operator: str, wanted: Any) -> dict[str, Any]:
    return {operator: [{"var": name}, wanted]}


def _empty(name: str) -> dict[str, Any]:
    return _is(name, "===", None)


def _both(*conditions: Any) -> dict[str, Any]:
    return {"and": list(conditions)}


def _either(*conditions: Any) -> dict[str, Any]:
    return {"or": list(conditions)}


def _some(relation: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {"some": [{"var": relation}, condition]}


def _none(relation: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {"none": [{"var": relation}, condition]}


def _known(name: str, operator: str, bound: int) -> dict[str, Any]:
    """A comparison that an empty cell does not pass."""
    return _both(_is(name, "!==", None), _is(name, operator, bound))


def _not_drawing(policy: str) -> dict[str, Any]:
    drawn = _either(
        _both(_is("state", "in", list(DRAWING)), _empty("ended_on")),
        _both(_is("state", "===", "declined"), _known("revisit_on", ">", NAMES["TODAY"])),
    )
    return _none("enrolments", _both(_is("policy", "===", policy), drawn))


def _not_visited(since: str) -> dict[str, Any]:
    return _none("service_events", _both(_is("kind", "===", "VISIT"), _is("happened_on", ">", NAMES[since])))


def _season(when: str) -> dict[str, Any]:
    day = {"%": [{"var": "issued_on"}, 10_000]}
    return _both(
        {"<=": [NAMES[f"{when}_FROM"], day, NAMES[f"{when}_TO"]]},
        _is("issued_on", "<=", NAMES[f"{when}_SINCE"]),
        _either(_empty("endorsed_on"), _is("endorsed_on", "<", NAMES[f"ENDORSED_{when}"])),
    )


def _paper(kind: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    return _both(_is("kind", "===", kind), _is("status", "===", "valid"), *conditions)


def _lasting(operator: str, bound: str) -> dict[str, Any]:
    return _either(_empty("valid_to"), _is("valid_to", operator, NAMES[bound]))


_LIVING = (_empty("death_on"), _empty("moved_out_on"))
_LOCAL = {"===": [{"substr": [{"var": "hukou_code"}, 0, 4]}, LOCAL]}
_OPEN = _either(_empty("status"), _is("status", "===", "open"))
_ALONE = _is("lives_alone", "===", 1)
_SEVERE = _some("disabilities", _both(_is("grade", "<=", 2), _lasting(">=", "TODAY")))

ALLOWANCE = _both(
    *_LIVING,
    _known("birth_date", "<=", NAMES["NEARLY_EIGHTY"]),
    _is("hukou_code", "!==", None),
    _LOCAL,
    _not_drawing("HIGH_AGE"),
)
VISITS = _both(
    *_LIVING,
    _known("birth_date", "<=", NAMES["SIXTY"]),
    _either(
        _ALONE,
        _is("elder_situation", "in", list(APART)),
        _known("care_level", ">=", 1),
        _is("special_family", "===", 1),
        _SEVERE,
    ),
    _either(
        _not_visited("GENERAL"),
        _both(_either(_ALONE, _known("care_level", ">=", 2)), _not_visited("KEY")),
        _both(_ALONE, _known("care_level", ">=", 3), _not_visited("HIGH")),
    ),
)
NURSING = _both(*_LIVING, _SEVERE, _is("hukou_code", "!==", None), _LOCAL, _not_drawing("DISAB_NURSING"))
ENDORSEMENT = _both(
    *_LIVING,
    _some(
        "certificates",
        _paper("RESIDENCE", _is("issued_on", "!==", None), _either(_season("SOON"), _season("LATE"))),
    ),
)
HEALTHY = _both(
    _empty("ended_on"),
    _is("handles_food", "===", 1),
    _empty("death_on"),
    _OPEN,
    _is("kind", "!==", "small_food"),
    _none("certificates", _paper("HEALTH_FOOD", _lasting(">=", "NOTICE"))),
)
LICENSED = _both(
    _OPEN,
    _some("certificates", _paper("FOOD_LICENCE")),
    _none("certificates", _paper("FOOD_LICENCE", _lasting(">", "OPENS"))),
)


class JsonLogic:
    """json-logic-qubit, written in Python; it compiles nothing."""

    name = "json-logic-qubit"
    package = "json-logic-qubit"
    sparse = True
    note = "dates as numbers; an unrecorded fact asked for by hand; shop and household joined in the query"

    def __init__(self) -> None:
        from json_logic import jsonLogic

        self.holds = jsonLogic
        self.of_resident = list(zip(OF_RESIDENT, (ALLOWANCE, VISITS, NURSING, ENDORSEMENT), strict=True))

    def matches(self, batch: Batch) -> Iterator[Match]:
        for record in batch.residents:
            for rule, tree in self.of_resident:
                if self.holds(tree, record):
                    yield rule, record["id"]
        for record in batch.employments:
            if self.holds(HEALTHY, record):
                yield HEALTH, record["id"]
        for record in batch.enterprises:
            if self.holds(LICENSED, record):
                yield RENEWAL, record["id"]
