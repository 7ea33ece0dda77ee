"""The rules for zen-engine, as compiled expressions of its own language, each record handed over once.

Its decision tables are made of the same expressions and cost more around them. A comparison with null is an error
there, so whatever may be empty is asked for before.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.peers.bounds import APART, DRAWING, HEALTH, LOCAL, OF_RESIDENT, RENEWAL, filled
from bench.peers.records import Batch, Match


def _one_of(codes: tuple[str, ...]) -> str:
    return f"[{', '.join(repr(code) for code in codes)}]"


_DRAWN = f"""(#.state in {_one_of(DRAWING)} and #.ended_on == null
    or #.state == 'declined' and #.revisit_on != null and #.revisit_on > {{TODAY}})"""
_LOCAL = f"hukou_code != null and startsWith(hukou_code, '{LOCAL}')"
_SEVERE = "some(disabilities, #.grade <= 2 and (#.valid_to == null or #.valid_to >= {TODAY}))"
_VISITED = "not some(service_events, #.kind == 'VISIT' and #.happened_on > {since})"
_SEASON = """(#.issued_on % 10000 >= {{{when}_FROM}} and #.issued_on % 10000 <= {{{when}_TO}} and #.issued_on <= {{{when}_SINCE}}
    and (#.endorsed_on == null or #.endorsed_on < {{ENDORSED_{when}}}))"""

ALLOWANCE = f"""{_LOCAL} and birth_date != null and birth_date <= {{NEARLY_EIGHTY}}
    and not some(enrolments, #.policy == 'HIGH_AGE' and {_DRAWN})"""
VISITS = f"""birth_date != null and birth_date <= {{SIXTY}}
    and (lives_alone == 1 or elder_situation in {_one_of(APART)} or (care_level != null and care_level >= 1)
         or special_family == 1 or {_SEVERE})
    and ({_VISITED.format(since="{GENERAL}")}
         or (lives_alone == 1 or (care_level != null and care_level >= 2)) and {_VISITED.format(since="{KEY}")}
         or lives_alone == 1 and care_level != null and care_level >= 3 and {_VISITED.format(since="{HIGH}")})"""
NURSING = f"""{_LOCAL} and {_SEVERE} and not some(enrolments, #.policy == 'DISAB_NURSING' and {_DRAWN})"""
ENDORSEMENT = f"""some(certificates, #.kind == 'RESIDENCE' and #.status == 'valid' and #.issued_on != null
    and ({_SEASON.format(when="SOON")} or {_SEASON.format(when="LATE")}))"""
OF_A_RESIDENT = filled(
    f"death_on == null and moved_out_on == null ? [{ALLOWANCE}, {VISITS}, {NURSING}, {ENDORSEMENT}] : []"
)
OF_AN_EMPLOYMENT = filled("""
    ended_on == null and handles_food == 1 and death_on == null and (status == null or status == 'open')
    and (kind == null or kind != 'small_food')
    and not some(certificates, #.kind == 'HEALTH_FOOD' and #.status == 'valid'
                               and (#.valid_to == null or #.valid_to >= {NOTICE}))""")
OF_AN_ENTERPRISE = filled("""
    (status == null or status == 'open')
    and some(certificates, #.kind == 'FOOD_LICENCE' and #.status == 'valid')
    and not some(certificates, #.kind == 'FOOD_LICENCE' and #.status == 'valid'
                               and (#.valid_to == null or #.valid_to > {OPENS}))""")


class Zen:
    """zen-engine, written in Rust."""

    name = "zen-engine"
    package = "zen-engine"
    sparse = True
    note = "dates as numbers; an unrecorded fact asked for by hand; shop and household joined in the query"

    def __init__(self) -> None:
        import zen

        self.of_resident = zen.compile_expression(OF_A_RESIDENT).evaluate
        self.of_employment = zen.compile_expression(OF_AN_EMPLOYMENT).evaluate
        self.of_enterprise = zen.compile_expression(OF_AN_ENTERPRISE).evaluate

    def matches(self, batch: Batch) -> Iterator[Match]:
        for record in batch.residents:
            for rule, holds in zip(OF_RESIDENT, self.of_resident(record), strict=False):
                if holds:
                    yield rule, record["id"]
        for record in batch.employments:
            if self.of_employment(record):
                yield HEALTH, record["id"]
        for record in batch.enterprises:
            if self.of_enterprise(record):
                yield RENEWAL, record["id"]
