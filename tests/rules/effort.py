"""How hard tests of made-up things try: as ever in a usual run, at random and longer where asked for."""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings

DEEP = int(os.environ.get("DEEP", "1"))
"""How many times more examples than usual; see docs/contributing.md."""


def effort(examples: int) -> Callable[[Any], Any]:
    """Settings for so many examples: the same in every usual run, new ones in every deep run."""
    return settings(
        max_examples=examples * DEEP,
        deadline=None,
        derandomize=DEEP == 1,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
