"""The compiled rules on the same records: the answer alone, and whole scans that keep findings.

Every figure holds all that a scan of ours does each time, the look at the size of the tables and the making of the
statements too. The answer alone holds more than the others': who cannot be decided, whom to visit and how urgent it is.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from bench import handwritten
from bench.peers.records import Match
from bench.places import TODAY
from rules import LIBRARY, Moment, check_pack, load_pack, verdicts
from service.access.unit import House
from service.calendar import WorkingDays
from service.engine import publish, scan
from service.engine.estimates import population
from service.tables import findings, pending_targets, rule_progress, scan_rules, scans, undecided
from service.tables.catalogue import CATALOGUE

PLACE = "330102003057"
WRITTEN = (findings, undecided, pending_targets, rule_progress, scan_rules, scans)


class Ours:
    """The six rules in one database."""

    def __init__(self, house: House) -> None:
        pack = load_pack()
        self.house = house
        self.rules = check_pack(pack, CATALOGUE)
        self.moment = Moment(TODAY, pack.parameters.at(TODAY, PLACE), WorkingDays().after)

    async def publish(self) -> None:
        """Bring the six rules into force, for the scans."""
        async with self.house.write() as unit:
            await publish.publish(unit, LIBRARY, handwritten.RULES)

    async def answer(self) -> set[Match]:
        """Ask who matches and who cannot be decided, and fetch that; gives the matches."""
        matching: set[Match] = set()
        async with self.house.read() as unit:
            for name in handwritten.RULES:
                rule = self.rules[name]
                size = await population(unit, CATALOGUE, rule.document.subject)
                asked = verdicts(rule, CATALOGUE, self.moment, dialect=unit.dialect, population=size)
                rows = await unit.connection.execute(asked)
                matching.update((name, row.subject_id) for row in rows if row.verdict == "match")
        return matching

    async def scan(self) -> None:
        """Judge everybody and bring the findings up to date."""
        async with self.house.write() as unit:
            scan_id = await scan.begin(unit, as_of=TODAY, whole=True)
        done = await scan.run(self.house, scan_id)
        failed = [f"{rule.rule}: {rule.error}" for rule in done.rules if rule.state != "done"]
        if failed:
            raise SystemExit("\n".join(failed))

    async def found(self) -> set[Match]:
        """What stands in the findings."""
        kept = select(findings.c.rule, findings.c.subject_id).where(findings.c.cleared_on.is_(None))
        async with self.house.read() as unit:
            return {(rule, subject_id) for rule, subject_id in await unit.connection.execute(kept)}

    async def forget(self) -> None:
        """As if nothing had ever been scanned."""
        async with self.house.write() as unit:
            for table in WRITTEN:
                await unit.connection.execute(delete(table))
