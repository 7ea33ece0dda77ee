"""One worked example of each body and answer, for whoever writes a client: made-up people, real rules and places.

By the name of the handler. Tests hold every example to its model, and want one of every route with a body or a view.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from service.api.examples import doors, matters, rulebook, staff, trails, visits

Examples = Mapping[str, Any]
_LINK = "3.20261123.1795435200.mD0p3Qe6Zr0Vb1xkq2yL8nTtWc5uHsJa"
_NOUNS = (doors, visits, matters, rulebook, staff, trails)


def _gathered(what: str) -> Examples:
    return MappingProxyType(
        {name: example for noun in _NOUNS for name, example in getattr(noun, what, {}).items()}
    )


BODIES = _gathered("BODIES")
ANSWERS = _gathered("ANSWERS")
QUERIES = _gathered("QUERIES")
"""Only what cannot be guessed from its schema: whoever tries a route in the browser finds it filled in."""
PLACES: Examples = MappingProxyType(
    {
        "task_id": 17,
        "finding_id": 31,
        "objection_id": 4,
        "return_id": 6,
        "resident_id": 29,
        "parameter_id": 1,
        "post_id": 3,
        "absence_id": 2,
        "scan_id": 12,
        "message": "52",
        "uscc": "92330199MA2AYN0017",
        "rule": "elder-visits",
        "entity": "resident",
        "name": "shoe_size",
        "code": "conflict",
        "file": "docs.js",
        "token": _LINK,
    }
)
"""What a path may name."""
