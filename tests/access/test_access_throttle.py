"""How often one address may try."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.access import throttle as module
from service.access.throttle import Throttle
from service.clock import SetClock
from service.errors import TooMany


@pytest.fixture
def throttle(clock: SetClock) -> Throttle:
    return Throttle(clock, limit=3, window=timedelta(minutes=1))


def test_the_window_slides(throttle: Throttle, clock: SetClock) -> None:
    for _ in range(3):
        throttle.take("10.0.0.1")
        clock.advance(seconds=10)
    with pytest.raises(TooMany):
        throttle.take("10.0.0.1")
    clock.advance(seconds=30)
    throttle.take("10.0.0.1")
    with pytest.raises(TooMany):
        throttle.take("10.0.0.1")


def test_addresses_do_not_pay_for_each_other(throttle: Throttle) -> None:
    for _ in range(3):
        throttle.take("10.0.0.1")
    throttle.take("10.0.0.2")
    with pytest.raises(TooMany) as refused:
        throttle.take("10.0.0.1")
    assert refused.value.extra["retry_after"] == 60


def test_a_good_try_is_given_back(throttle: Throttle) -> None:
    for _ in range(20):
        throttle.take("10.0.0.1")
        throttle.give_back("10.0.0.1")
    throttle.give_back("10.0.0.9")
    for _ in range(3):
        throttle.take("10.0.0.1")
    with pytest.raises(TooMany):
        throttle.take("10.0.0.1")


def test_memory_is_bounded(throttle: Throttle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SOURCES", 5)
    for number in range(50):
        throttle.take(f"10.0.0.{number}")
    assert len(throttle._taken) == 5
