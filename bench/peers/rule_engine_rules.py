"""The rules for rule-engine. It knows dates and lists; a comparison with null is an error, so that is asked for before.

It reads the record in place, nothing is handed over, so each rule is one of its own, living people first.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.peers.bounds import APART, DRAWING, HEALTH, LOCAL, OF_RESIDENT, RENEWAL, filled
from bench.peers.records import Batch, Match


def _one_of(codes: tuple[str, ...]) -> str:
    return f"[{', '.join(repr(code) for code in codes)}]"


_DRAWN = f"""((e["state"] in {_one_of(DRAWING)} and e["ended_on"] == null)
    or (e["state"] == "declined" and e["revisit_on"] != null and e["revisit_on"] > {{TODAY}}))"""
_LIVING = "death_on == null and moved_out_on == null"
_LOCAL = f'hukou_code != null and hukou_code.starts_with("{LOCAL}")'
_SEVERE = (
    '[d for d in disabilities if d["grade"] <= 2 and (d["valid_to"] == null or d["valid_to"] >= {TODAY})]'
)
_VISITED = 'not [v for v in service_events if v["kind"] == "VISIT" and v["happened_on"] > {since}]'
_SEASON = """(c["issued_on"] % 10000 >= {{{when}_FROM}} and c["issued_on"] % 10000 <= {{{when}_TO}}
    and c["issued_on"] <= {{{when}_SINCE}} and (c["endorsed_on"] == null or c["endorsed_on"] < {{ENDORSED_{when}}}))"""

ALLOWANCE = f"""{_LIVING} and birth_date != null and birth_date <= {{NEARLY_EIGHTY}} and {_LOCAL}
    and not [e for e in enrolments if e["policy"] == "HIGH_AGE" and {_DRAWN}]"""
VISITS = f"""{_LIVING} and birth_date != null and birth_date <= {{SIXTY}}
    and (lives_alone == 1 or elder_situation in {_one_of(APART)} or (care_level != null and care_level >= 1)
         or special_family == 1 or {_SEVERE})
    and ({_VISITED.format(since="{GENERAL}")}
         or ((lives_alone == 1 or (care_level != null and care_level >= 2)) and {_VISITED.format(since="{KEY}")})
         or (lives_alone == 1 and care_level != null and care_level >= 3 and {_VISITED.format(since="{HIGH}")}))"""
NURSING = f"""{_LIVING} and {_SEVERE} and {_LOCAL}
    and not [e for e in enrolments if e["policy"] == "DISAB_NURSING" and {_DRAWN}]"""
ENDORSEMENT = f"""{_LIVING} and [c for c in certificates if c["kind"] == "RESIDENCE" and c["status"] == "valid"
    and c["issued_on"] != null and ({_SEASON.format(when="SOON")} or {_SEASON.format(when="LATE")})]"""
HEALTHY = """ended_on == null and handles_food == 1 and death_on == null and (status == null or status == "open")
    and (kind == null or kind != "small_food")
    and not [c for c in certificates if c["kind"] == "HEALTH_FOOD" and c["status"] == "valid"
             and (c["valid_to"] == null or c["valid_to"] >= {NOTICE})]"""
LICENSED = """(status == null or status == "open")
    and [c for c in certificates if c["kind"] == "FOOD_LICENCE" and c["status"] == "valid"]
    and not [c for c in certificates if c["kind"] == "FOOD_LICENCE" and c["status"] == "valid"
             and (c["valid_to"] == null or c["valid_to"] > {OPENS})]"""


class RuleEngine:
    """rule-engine, written in Python."""

    name = "rule-engine"
    package = "rule-engine"
    sparse = False
    note = "dates as numbers; an unrecorded fact asked for by hand; shop and household joined in the query"

    def __init__(self) -> None:
        import rule_engine

        rules = (ALLOWANCE, VISITS, NURSING, ENDORSEMENT, HEALTHY, LICENSED)
        *of_resident, self.of_employment, self.of_enterprise = (
            rule_engine.Rule(filled(text)).matches for text in rules
        )
        self.of_resident = list(zip(OF_RESIDENT, of_resident, strict=True))

    def matches(self, batch: Batch) -> Iterator[Match]:
        for record in batch.residents:
            for rule, holds in self.of_resident:
                if holds(record):
                    yield rule, record["id"]
        for record in batch.employments:
            if self.of_employment(record):
                yield HEALTH, record["id"]
        for record in batch.enterprises:
            if self.of_enterprise(record):
                yield RENEWAL, record["id"]
