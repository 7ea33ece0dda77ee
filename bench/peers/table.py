"""The figures for people, and as the table of README.md."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterator

from bench.peers.race import MEASURE, Entrant, Race


def facts() -> str:
    """The machine, without its name."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {memory:.0f} GB memory, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}; load before the run {load}"
    )


def show(race: Race) -> Iterator[str]:
    """Lines: everyone's median, the times of each round, and the ratio to the measure."""
    measure = _measure(race)
    counts = ", ".join(f"{rule} {count:,}" for rule, count in sorted(race.matches.items()))
    yield f"{race.residents:,} residents, {race.judgements:,} judgements; matches, the same for all: {counts}"
    yield f"{'':34}{'version':>10}{'seconds':>10}{'s / million':>13}{'ratio':>10}   each round"
    for one in race.entrants:
        each = " ".join(f"{seconds:.3f}" for seconds in one.seconds)
        yield (
            f"{one.name:34}{one.version:>10}{one.median:>10.3f}{one.median / race.judgements * 1e6:>13.3f}"
            f"{one.median / measure:>10.2f}   {each}"
        )


def markdown(race: Race) -> Iterator[str]:
    """The same as a table, fastest first."""
    measure = _measure(race)
    yield "| | version | seconds | seconds a million judgements | ratio | |"
    yield "|---|---|---:|---:|---:|---|"
    for one in sorted(race.entrants, key=lambda one: one.median):
        yield (
            f"| {one.name} | {one.version} | {_short(one.median)} | {_short(one.median / race.judgements * 1e6)} "
            f"| {_short(one.median / measure)} | {one.note} |"
        )


def _measure(race: Race) -> float:
    found: list[Entrant] = [one for one in race.entrants if one.name == MEASURE]
    return found[0].median


def _short(value: float) -> str:
    """Two or three figures that count; more would be the machine's, not the engine's."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
