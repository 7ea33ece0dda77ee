"""One meaning, for rules and records that nobody thought of."""

from collections import Counter
from random import Random

from hypothesis import given, note
from hypothesis import strategies as st

from rules import CheckedRule
from tests.rules import world
from tests.rules.conditions import Maker
from tests.rules.conftest import Settle
from tests.rules.effort import effort
from tests.rules.town import BOTH, FORMS, REFUSED, Answers, Town, agreed

Chances = st.randoms(use_true_random=False)


class Tally:
    """What a run of made-up rules has shown."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()

    def add(self, answers: Answers, total: int) -> None:
        """Count one rule, asked of `total` records."""
        if answers == REFUSED:
            self.rules["refused"] += 1
            return
        verdicts = Counter(answer.split()[0] for answer in answers.values())
        self.verdicts += verdicts + Counter(no=total - len(answers))
        self.rules["telling" if 0 < verdicts["match"] < total else "plain"] += 1

    def check(self, rules: int, telling: float) -> None:
        """Fail when the run was one-sided: every verdict has its share, and enough rules choose some and not all."""
        compared, all_rules = sum(self.verdicts.values()), sum(self.rules.values())
        shares = {verdict: self.verdicts[verdict] / compared for verdict in ("match", "no", "unknown")}
        print(f"{all_rules} rules, {compared} verdicts: {shares}, {dict(self.rules)}")
        assert all_rules >= rules
        assert min(shares.values()) > 0.1, shares
        assert self.rules["telling"] > all_rules * telling, self.rules
        assert self.rules["refused"] < all_rules / 10, self.rules


def _asked(town: Town, chance: Random, checked: CheckedRule, tally: Tally) -> None:
    note(f"{checked.document.applies}  ∧  {checked.document.when}")
    forms = [*BOTH, chance.choice(FORMS[2:])]
    moment = world.moment(chance.choice(world.HARD_DAYS))
    tally.add(agreed(town, checked, moment, forms), len(town.records[checked.document.subject]))


def test_every_evaluator_agrees_on_made_up_rules(town: Town) -> None:
    tally = Tally()

    @effort(250)
    @given(chance=Chances)
    def each(chance: Random) -> None:
        _asked(town, chance, Maker(chance).rule(), tally)

    each()
    tally.check(rules=250, telling=0.5)


def test_every_evaluator_agrees_on_made_up_rules_and_records(settle: Settle) -> None:
    tally = Tally()

    @effort(25)
    @given(chance=Chances)
    def each(chance: Random) -> None:
        town = settle(world.population(chance, people=chance.randint(2, 8)))
        for _ in range(8):
            _asked(town, chance, Maker(chance).rule(depth=2), tally)

    each()
    tally.check(rules=200, telling=0.1)
