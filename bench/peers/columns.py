"""The rules by numpy: whole columns fetched from SQLite, every condition one operation on all of them.

Every column is made a number or a code of fixed width while it is read; an empty day is 0, and where it stands for
"without end" a day far off. A relation becomes an array with a place for each key, so keys have to be nearly without gaps.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.peers.bounds import (
    ALLOWANCE,
    APART,
    DAY,
    DRAWING,
    ENDORSEMENT,
    HEALTH,
    LOCAL,
    NAMES,
    NURSING,
    RENEWAL,
    VISIT_RISKS,
    VISITS,
)
from bench.peers.records import Match, day_of

if TYPE_CHECKING:
    import numpy

FAR = 99_999_999
"""A day after all others, for papers without an end."""
Columns = dict[str, "numpy.ndarray[Any, Any]"]


def _day(column: str, empty: int = 0) -> str:
    return f"COALESCE({day_of(column)}, {empty}) AS {column}"


def _code(column: str) -> str:
    return f"COALESCE({column}, '') AS {column}"


def _count(column: str) -> str:
    return f"COALESCE({column}, 0) AS {column}"


TABLES = {
    "residents": ["resident_id", _count("household_id"), _day("birth_date"), _day("death_on"), _day("moved_out_on"),
                  _code("hukou_code"), _count("lives_alone"), _code("elder_situation"), _count("care_level")],
    "households": ["household_id", _count("special_family")],
    "enterprises": ["enterprise_id", _code("kind"), _code("status")],
    "employments": ["employment_id", "resident_id", "enterprise_id", _day("ended_on"), _count("handles_food")],
    "certificates": [_code("kind"), _code("status"), _count("resident_id"), _count("enterprise_id"), _day("issued_on"),
                     _day("valid_to", FAR), _day("endorsed_on")],
    "disabilities": ["resident_id", "grade", _day("valid_to", FAR)],
    "enrolments": [_count("resident_id"), "policy", "state", _day("ended_on"), _day("revisit_on")],
    "service_events": ["resident_id", "kind", _day("happened_on")],
}  # fmt: skip
WIDE = ("hukou_code", "elder_situation", "kind", "status", "policy", "state")
"""Columns of codes, of which the longest has `WIDTH` letters; the others are numbers."""
WIDTH = 32


class Numpy:
    """numpy, a column at a time."""

    name = "numpy, vectorised"
    package = "numpy"
    note = "not rules but a program written for these six; everything in memory at once"

    def __init__(self) -> None:
        import numpy

        self.np = numpy

    def found(self, file: Path) -> Iterator[Match]:
        """Everybody and every shop, once."""
        connection = sqlite3.connect(file)
        try:
            city = {table: self._columns(connection, table, columns) for table, columns in TABLES.items()}
        finally:
            connection.close()
        people, shops, jobs = city["residents"], city["enterprises"], city["employments"]
        keys = people["resident_id"]
        living = (people["death_on"] == 0) & (people["moved_out_on"] == 0)
        local = self.np.strings.startswith(people["hukou_code"], LOCAL.encode())
        severe = self._severe(city)
        for rule, holds in (
            (ALLOWANCE, living & local & self._born(people, "nearly_eighty") & ~self._drawing(city, "HIGH_AGE")[keys]),
            (VISITS, living & self._unvisited_elders(city, severe)),
            (NURSING, living & local & severe[keys] & ~self._drawing(city, "DISAB_NURSING")[keys]),
            (ENDORSEMENT, living & self._to_endorse(city)[keys]),
        ):  # fmt: skip
            yield from ((rule, key) for key in keys[holds].tolist())
        yield from ((HEALTH, key) for key in jobs["employment_id"][self._without_paper(city)].tolist())
        yield from ((RENEWAL, key) for key in shops["enterprise_id"][self._to_renew(city)].tolist())

    def _columns(self, connection: sqlite3.Connection, table: str, columns: list[str]) -> Columns:
        names = [column.split(" AS ")[-1] for column in columns]
        kinds = [(name, f"S{WIDTH}" if name in WIDE else "i8") for name in names]
        rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table}")
        read = self.np.fromiter(rows, dtype=kinds)
        return {name: self.np.ascontiguousarray(read[name]) for name in names}

    def _marked(self, keys: Any, among: Any) -> Any:
        """A truth value for each key from 0 to the highest of `among`: whether it is one of `keys`."""
        marks = self.np.zeros(int(among.max(initial=0)) + 1, dtype=bool)
        marks[keys] = True
        return marks

    def _latest(self, keys: Any, days: Any, among: Any) -> Any:
        """The last of the days of each key from 0 to the highest of `among`; 0 without any."""
        latest = self.np.zeros(int(among.max(initial=0)) + 1, dtype=self.np.int64)
        self.np.maximum.at(latest, keys, days)
        return latest

    def _among(self, values: Any, codes: tuple[str, ...]) -> Any:
        return self.np.isin(values, [code.encode() for code in codes])

    def _born(self, people: Columns, until: str) -> Any:
        return (people["birth_date"] > 0) & (people["birth_date"] <= DAY[until])

    def _severe(self, city: dict[str, Columns]) -> Any:
        rows = city["disabilities"]
        holds = (rows["grade"] <= 2) & (rows["valid_to"] >= DAY["today"])
        return self._marked(rows["resident_id"][holds], city["residents"]["resident_id"])

    def _drawing(self, city: dict[str, Columns], policy: str) -> Any:
        rows = city["enrolments"]
        drawn = self._among(rows["state"], DRAWING) & (rows["ended_on"] == 0)
        declined = (rows["state"] == b"declined") & (rows["revisit_on"] > DAY["today"])
        holds = (rows["policy"] == policy.encode()) & (drawn | declined)
        return self._marked(rows["resident_id"][holds], city["residents"]["resident_id"])

    def _unvisited_elders(self, city: dict[str, Columns], severe: Any) -> Any:
        people, homes, events = city["residents"], city["households"], city["service_events"]
        bereaved = self._marked(homes["household_id"][homes["special_family"] == 1], homes["household_id"])
        alone, care, keys = people["lives_alone"] == 1, people["care_level"], people["resident_id"]
        visits = events["kind"] == b"VISIT"
        last = self._latest(events["resident_id"][visits], events["happened_on"][visits], keys)[keys]
        hardship = (
            alone | self._among(people["elder_situation"], APART) | (care >= 1) | severe[keys]
            | bereaved[people["household_id"]]
        )  # fmt: skip
        risks = (self.np.ones_like(alone), alone | (care >= 2), alone & (care >= 3))
        overdue = self.np.zeros_like(alone)
        for risk, since in zip(risks, VISIT_RISKS, strict=True):
            overdue |= risk & (last <= DAY[since])
        return self._born(people, "sixty") & hardship & overdue

    def _to_endorse(self, city: dict[str, Columns]) -> Any:
        rows = city["certificates"]
        issued, owed = rows["issued_on"], self.np.zeros(len(rows["issued_on"]), dtype=bool)
        for when in ("SOON", "LATE"):
            season = (issued % 10_000 >= NAMES[f"{when}_FROM"]) & (issued % 10_000 <= NAMES[f"{when}_TO"])
            before = (issued > 0) & (issued <= NAMES[f"{when}_SINCE"])
            owed |= season & before & (rows["endorsed_on"] < NAMES[f"ENDORSED_{when}"])
        holds = owed & (rows["kind"] == b"RESIDENCE") & (rows["status"] == b"valid")
        return self._marked(rows["resident_id"][holds], city["residents"]["resident_id"])

    def _lasting(self, city: dict[str, Columns], kind: bytes, holder: str, among: Any) -> Any:
        """The last day of the valid papers of a kind by the key of their holder; 0 without any."""
        rows = city["certificates"]
        holds = (rows["kind"] == kind) & (rows["status"] == b"valid")
        return self._latest(rows[holder][holds], rows["valid_to"][holds], among)

    def _without_paper(self, city: dict[str, Columns]) -> Any:
        jobs, people, shops = city["employments"], city["residents"], city["enterprises"]
        dead = self._marked(people["resident_id"][people["death_on"] > 0], people["resident_id"])
        fit = self._open(shops) & (shops["kind"] != b"small_food")
        regular = self._marked(shops["enterprise_id"][fit], shops["enterprise_id"])
        last = self._lasting(city, b"HEALTH_FOOD", "resident_id", people["resident_id"])
        workers = jobs["resident_id"]
        at_work = (jobs["ended_on"] == 0) & (jobs["handles_food"] == 1)
        return at_work & ~dead[workers] & regular[jobs["enterprise_id"]] & (last[workers] < DAY["notice"])

    def _to_renew(self, city: dict[str, Columns]) -> Any:
        shops = city["enterprises"]
        keys = shops["enterprise_id"]
        last = self._lasting(city, b"FOOD_LICENCE", "enterprise_id", keys)[keys]
        return self._open(shops) & (last > 0) & (last <= DAY["opens"])

    def _open(self, shops: Columns) -> Any:
        return self._among(shops["status"], ("", "open"))
