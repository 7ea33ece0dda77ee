"""The rules in CEL, for its two Python implementations. Empty cells are left out of the records and asked for by `has`, for
cel-python by `in`: to it a number beside null is an error. The answer is "matches" or not; who cannot be decided is not told.

All rules about one record are one program that answers with a list, so that the record is handed over once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bench.peers.bounds import DRAWING, HEALTH, LOCAL, OF_RESIDENT, RENEWAL, filled
from bench.peers.records import Batch, Match, Record

NOTE = "dates as numbers; an unrecorded fact asked for by hand; shop and household joined in the query"

HAS = re.compile(r"has\((\w+)\.(\w+)\)")

_DRAWN = """(e.state in [{states}] && !has(e.ended_on))
    || (e.state == "declined" && has(e.revisit_on) && e.revisit_on > {{TODAY}})""".format(
    states=", ".join(f'"{state}"' for state in DRAWING)
)
_LOCAL = f'has(r.hukou_code) && r.hukou_code.startsWith("{LOCAL}")'
_ALONE = "(has(r.lives_alone) && r.lives_alone == 1)"
_CARE = "(has(r.care_level) && r.care_level >= {level})"
_SEVERE = "d.grade <= 2 && (!has(d.valid_to) || d.valid_to >= {TODAY})"
_VISITED = 'r.service_events.exists(v, v.kind == "VISIT" && v.happened_on > {since})'
_OPEN = '(!has(r.status) || r.status == "open")'
_SEASON = """(c.issued_on % 10000 >= {{{when}_FROM}} && c.issued_on % 10000 <= {{{when}_TO}} && c.issued_on <= {{{when}_SINCE}}
    && (!has(c.endorsed_on) || c.endorsed_on < {{ENDORSED_{when}}}))"""

ALLOWANCE = f"""{_LOCAL} && has(r.birth_date) && r.birth_date <= {{NEARLY_EIGHTY}}
    && !r.enrolments.exists(e, e.policy == "HIGH_AGE" && ({_DRAWN}))"""
VISITS = f"""has(r.birth_date) && r.birth_date <= {{SIXTY}}
    && ({_ALONE} || (has(r.elder_situation) && r.elder_situation in ["empty_nest", "left_behind"])
        || {_CARE.format(level=1)} || (has(r.special_family) && r.special_family == 1)
        || r.disabilities.exists(d, {_SEVERE}))
    && (!{_VISITED.format(since="{GENERAL}")}
        || (({_ALONE} || {_CARE.format(level=2)}) && !{_VISITED.format(since="{KEY}")})
        || ({_ALONE} && {_CARE.format(level=3)} && !{_VISITED.format(since="{HIGH}")}))"""
NURSING = f"""{_LOCAL} && r.disabilities.exists(d, {_SEVERE})
    && !r.enrolments.exists(e, e.policy == "DISAB_NURSING" && ({_DRAWN}))"""
ENDORSEMENT = f"""r.certificates.exists(c, c.kind == "RESIDENCE" && c.status == "valid" && has(c.issued_on)
    && ({_SEASON.format(when="SOON")} || {_SEASON.format(when="LATE")}))"""
OF_A_RESIDENT = filled(
    f"!has(r.death_on) && !has(r.moved_out_on) ? [{ALLOWANCE}, {VISITS}, {NURSING}, {ENDORSEMENT}] : []"
)
OF_AN_EMPLOYMENT = filled(f"""
    !has(r.ended_on) && has(r.handles_food) && r.handles_food == 1 && !has(r.death_on) && {_OPEN}
    && (!has(r.kind) || r.kind != "small_food")
    && !r.certificates.exists(c, c.kind == "HEALTH_FOOD" && c.status == "valid"
                                 && (!has(c.valid_to) || c.valid_to >= {{NOTICE}}))""")
OF_AN_ENTERPRISE = filled(f"""
    {_OPEN} && r.certificates.exists(c, c.kind == "FOOD_LICENCE" && c.status == "valid")
    && !r.certificates.exists(c, c.kind == "FOOD_LICENCE" && c.status == "valid"
                                 && (!has(c.valid_to) || c.valid_to > {{OPENS}}))""")


class RustCel:
    """The Rust implementation: each record is turned into its values once."""

    name = "common-expression-language"
    package = "common-expression-language"
    sparse = True
    note = NOTE

    def __init__(self) -> None:
        import cel

        self.of_resident = cel.compile(OF_A_RESIDENT).execute
        self.of_employment = cel.compile(OF_AN_EMPLOYMENT).execute
        self.of_enterprise = cel.compile(OF_AN_ENTERPRISE).execute

    def matches(self, batch: Batch) -> Iterator[Match]:
        for record in batch.residents:
            for rule, holds in zip(OF_RESIDENT, self.of_resident({"r": record}), strict=False):
                if holds:
                    yield rule, record["id"]
        for record in batch.employments:
            if self.of_employment({"r": record}):
                yield HEALTH, record["id"]
        for record in batch.enterprises:
            if self.of_enterprise({"r": record}):
                yield RENEWAL, record["id"]


class PythonCel:
    """The implementation in Python, its programs turned into Python code (`CompiledRunner`), which is the faster way.

    Code made so cannot negate `has` (0.5.0), but the same question put as `"name" in record`.
    """

    name = "cel-python"
    package = "cel-python"
    sparse = True
    note = NOTE

    def __init__(self) -> None:
        import celpy

        environment = celpy.Environment(runner_class=celpy.CompiledRunner)
        self.handed_over = celpy.json_to_cel
        self.of_resident, self.of_employment, self.of_enterprise = (
            environment.program(environment.compile(HAS.sub(r'("\2" in \1)', text))).evaluate
            for text in (OF_A_RESIDENT, OF_AN_EMPLOYMENT, OF_AN_ENTERPRISE)
        )

    def matches(self, batch: Batch) -> Iterator[Match]:
        for record in batch.residents:
            for rule, holds in zip(OF_RESIDENT, self.of_resident(self._given(record)), strict=False):
                if holds:
                    yield rule, record["id"]
        for record in batch.employments:
            if self.of_employment(self._given(record)):
                yield HEALTH, record["id"]
        for record in batch.enterprises:
            if self.of_enterprise(self._given(record)):
                yield RENEWAL, record["id"]

    def _given(self, record: Record) -> Any:
        return self.handed_over({"r": record})
