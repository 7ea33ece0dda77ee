"""The measurements of half past eight, in a city small enough for a test: that they run, and that nothing goes wrong in them."""

from __future__ import annotations

from bench import rush, tasks_speed
from bench.mornings import Wishes, measure


async def test_a_morning_is_measured_without_an_error() -> None:
    """The bare handlers bring what ours does, or the run ends."""
    wishes = Wishes(
        on=["sqlite"],
        tasks=tasks_speed.Wishes(requests=4, rounds=2, workers=4),
        rush=rush.Wishes(workers=8, seconds=0.5, cold=0.5, apart=0.5),
    )
    (figures,) = await measure(3_500, wishes)
    assert figures.values["rush: errors"] == 0
    assert figures.values["today's list: ours, requests/s"] > 0
    assert figures.values["all open visits: ratio of processor to bare"] > 0
    assert figures.values["rush: /today, p99"] > 0
