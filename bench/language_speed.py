"""How long it takes to read a condition, and to explain one record.

Parse and check of one condition of two hundred characters against the product's catalogue (goal: under 1 ms), and the
explanation of one record by each of the six reference rules, on the record of its first matching example (goal: under
5 ms). The best of several rounds in processor time, so that a busy machine does not count.

    python -m bench.language_speed [--rounds 7]
"""

from __future__ import annotations

import argparse
import time
import timeit
from collections.abc import Callable

from bench import handwritten
from rules import LIBRARY, check_pack, judge, load_pack
from rules.checking.expressions import check_condition
from rules.files.examples import moment_of, record_of
from rules.reading.parser import parse
from service.tables.catalogue import CATALOGUE

CONDITION = (
    "resident.death_on == null && age(resident.birth_date) >= 80 "
    '&& (resident.lives_alone || resident.care_level >= 2) && !resident.enrolments.exists(e, e.policy == "HIGH_AGE" '
    "&& e.started_on <= today - days(30))"
)
GOAL_CHECK, GOAL_EXPLAIN = 1000, 5000


def best(task: Callable[[], object], rounds: int) -> float:
    """Microseconds of processor time a call, the best of the rounds."""
    timer = timeit.Timer(task, timer=time.process_time)
    calls = max(1, int(0.05 / max(timer.timeit(3) / 3, 1e-7)))
    return min(timer.repeat(rounds, calls)) / calls * 1e6


def main() -> None:
    """Print microseconds for reading a condition and for each rule's explanation of one record."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=7)
    rounds = arguments.parse_args().rounds
    pack = load_pack(LIBRARY, only=handwritten.RULES)
    terms = pack.parameters.terms()
    checked = check_condition(CONDITION, CATALOGUE, "resident", terms)
    assert checked.formula is not None, checked.errors
    print(f"condition of {len(CONDITION)} characters")
    print(f"  parse          {best(lambda: parse(CONDITION), rounds):7.0f} µs")
    both = best(lambda: check_condition(CONDITION, CATALOGUE, "resident", terms), rounds)
    print(f"  parse + check  {both:7.0f} µs   {'within' if both < GOAL_CHECK else 'OVER'} {GOAL_CHECK} µs")
    print("explaining one record")
    for name, rule in check_pack(pack, CATALOGUE).items():
        example = next(example for example in rule.document.examples if example.expect == "match")
        record, moment = record_of(rule, CATALOGUE, example), moment_of(example, pack.parameters)
        took = best(lambda: judge(rule, record, moment), rounds)  # noqa: B023 - called before the next turn
        print(
            f"  {name:<30} {took:7.0f} µs   {'within' if took < GOAL_EXPLAIN else 'OVER'} {GOAL_EXPLAIN} µs"
        )


if __name__ == "__main__":
    main()
