"""Run the race and print its tables.

    make peers [PEERS="--residents 50000 --rounds 3 --larger 1000000"]

The engines that judge record by record run in the smaller city. In the larger one, 0 for none, run those that take
everybody at once, and the compiled rules.
"""

from __future__ import annotations

import argparse
import asyncio

from bench.peers.race import race
from bench.peers.table import facts, markdown, show

RESIDENTS, LARGER, ROUNDS = 50_000, 1_000_000, 3


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--residents", type=int, default=RESIDENTS)
    parser.add_argument("--larger", type=int, default=LARGER)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="the median counts")
    given = parser.parse_args()
    print(facts(), flush=True)
    for residents, one_by_one in ((given.residents, True), (given.larger, False)):
        if residents:
            run = asyncio.run(race(residents, given.rounds, one_by_one=one_by_one))
            print("\n" + "\n".join([*show(run), "", *markdown(run)]), flush=True)


if __name__ == "__main__":
    main()
